/** What can be done with a logged model. */

import type { LoggedModel } from "@schema/calls";
import { call } from "../../api/call";
import { askText, askWhether } from "../../components/ask";
import { literal } from "../../lib/filters";
import { toVersion } from "../../lib/places";
import { go } from "../../lib/route";
import { toast, toastFailure } from "../../lib/toasts";

/** Ask for a registered model's name, and make a version of it from the model; the name may be new. */
export async function registerModel({ info }: LoggedModel): Promise<boolean> {
  let version = "";
  const name = await askText({
    title: "Register the model",
    label: "Registered model",
    text: "A new name makes a new registered model; a known name gets its next version.",
    action: "Register",
    value: info.name,
    check: (value) => (value.trim() ? "" : "Give it a name."),
    submit: async (value) => {
      const wanted = value.trim();
      const known = await call("SearchRegisteredModels", { filter: `name=${literal(wanted)}`, max_results: 1 });
      if (!known.registered_models?.length) await call("CreateRegisteredModel", { name: wanted });
      const source = `models:/${info.model_id}`;
      const made = await call("CreateModelVersion", {
        name: wanted,
        source,
        model_id: info.model_id,
        ...(info.source_run_id ? { run_id: info.source_run_id } : {}),
      });
      version = made.model_version.version;
    },
  });
  if (name === null) return false;
  toast(`Registered as “${name.trim()}”, version ${version}.`, { action: { label: "Open", run: () => go(toVersion(name.trim(), version)) } });
  return true;
}

/** Ask, and delete the model. */
export async function deleteModel({ info }: LoggedModel): Promise<boolean> {
  const sure = await askWhether({
    title: `Delete the model “${info.name}”?`,
    text: "It cannot be brought back from here. Its files stay until the server cleans up, and registered versions made from it may stop loading then.",
    action: "Delete the model",
    danger: true,
    typed: info.name,
  });
  if (!sure) return false;
  try {
    await call("DeleteLoggedModel", { model_id: info.model_id });
    toast(`Deleted the model “${info.name}”.`);
    return true;
  } catch (error) {
    toastFailure(error);
    return false;
  }
}
