/** What is asked before a registered model or a version is made, renamed or deleted. */

import type { ModelVersion } from "@schema/calls";
import { call } from "../../api/call";
import { askText, askWhether } from "../../components/ask";
import { toRegistered } from "../../lib/places";
import { go } from "../../lib/route";
import { toast, toastFailure } from "../../lib/toasts";
import { setAlias } from "./data";

const named = (value: string) => (value.trim() ? (/[/:]/.test(value) && /^[/:]/.test(value) ? "A name begins with a letter or digit." : "") : "Give it a name.");

/** Ask for a name, and make a registered model. */
export async function createModel(): Promise<void> {
  const name = await askText({
    title: "New registered model",
    label: "Name",
    action: "Create",
    check: named,
    submit: async (value) => {
      await call("CreateRegisteredModel", { name: value.trim() });
    },
  });
  if (name !== null) go(toRegistered(name.trim()));
}

/** Ask for another name, and rename a registered model. */
export async function renameModel(name: string): Promise<void> {
  const to = await askText({
    title: "Rename the registered model",
    label: "Name",
    text: "Code that loads it by its name has to use the new one.",
    action: "Rename",
    value: name,
    check: named,
    submit: async (value) => {
      if (value.trim() !== name) await call("RenameRegisteredModel", { name, new_name: value.trim() });
    },
  });
  if (to !== null && to.trim() !== name) go(toRegistered(to.trim()));
}

const going = new Set<string>();

/** Whether a registered model is just being deleted: its page, which is about to be left, does not look for it again. */
export function isGoing(name: string): boolean {
  return going.has(name);
}

/** Ask, and delete a registered model with its versions. */
export async function deleteModel(name: string, versions: number): Promise<void> {
  const sure = await askWhether({
    title: `Delete the registered model “${name}”?`,
    text: `${versions === 1 ? "Its version goes" : `Its ${versions} versions go`} with it, and so do their aliases and tags. This cannot be undone. The files of the models stay.`,
    action: "Delete the model",
    danger: true,
    typed: name,
  });
  if (!sure) return;
  going.add(name);
  try {
    await call("DeleteRegisteredModel", { name });
    toast(`Deleted the registered model “${name}”.`);
    addEventListener("hashchange", () => going.delete(name), { once: true });
    go("#/models");
  } catch (error) {
    going.delete(name);
    toastFailure(error);
  }
}

/** Ask, and delete a version; true when it is gone. */
export async function deleteVersion({ name, version, aliases = [] }: ModelVersion): Promise<boolean> {
  const used = aliases.length > 0 ? ` ${aliases.map((alias) => `@${alias}`).join(", ")} will point to nothing.` : "";
  const sure = await askWhether({
    title: `Delete version ${version} of “${name}”?`,
    text: `This cannot be undone.${used} The files of the model stay.`,
    action: `Delete version ${version}`,
    danger: true,
    ...(aliases.length > 0 ? { typed: version } : {}),
  });
  if (!sure) return false;
  try {
    await call("DeleteModelVersion", { name, version });
    toast(`Deleted version ${version}.`);
    return true;
  } catch (error) {
    toastFailure(error);
    return false;
  }
}

/** Ask for an alias, and point it to a version; moving one that points elsewhere is asked for, too. */
export async function addAlias(name: string, version: string, known: readonly { alias: string; version: string }[], done: () => void): Promise<void> {
  const typed = await askText({
    title: `Alias for version ${version}`,
    label: "Alias",
    text: `Code loads it as models:/${name}@alias. An alias points to one version at a time.`,
    action: "Set",
    check: (value) => aliasFault(value.trim().replace(/^@/, "")),
  });
  if (typed === null) return;
  const alias = typed.trim().replace(/^@/, "");
  const before = known.find((one) => one.alias === alias)?.version;
  if (before !== undefined && before !== version) {
    const sure = await askWhether({
      title: `Move @${alias}?`,
      text: `It points to version ${before} now. Whoever loads models:/${name}@${alias} gets version ${version} from then on.`,
      action: `Move to version ${version}`,
    });
    if (!sure) return;
  }
  await setAlias(name, alias, version, before, done);
}

function aliasFault(alias: string): string {
  if (!alias) return "Give it a name.";
  if (/^v\d+$/i.test(alias) || /^latest$/i.test(alias)) return "This name is reserved.";
  return /^[\w-]+$/.test(alias) ? "" : "Letters, digits, - and _ only.";
}
