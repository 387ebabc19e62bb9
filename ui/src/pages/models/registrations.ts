/** Which registered versions were made from logged models: what their tag says, checked against the registry. */

import type { LoggedModel, LoggedModelRegistration } from "@schema/calls";
import { call } from "../../api/call";
import { tagOf } from "../../lib/tags";

/** The versions by the ids of the models. */
export type Registrations = ReadonlyMap<string, readonly LoggedModelRegistration[]>;

/** Addresses have a limit: so many runs are asked for in one. */
const most = 200;

/** What a model itself says: the version may have been renamed or deleted since. */
export function registrationsOf(model: LoggedModel): LoggedModelRegistration[] {
  const given = model.info.registrations ?? [];
  if (given.length > 0) return given;
  try {
    const read: unknown = JSON.parse(tagOf(model.info.tags, "mlflow.modelVersions") ?? "[]");
    if (!Array.isArray(read)) return [];
    return read.map((one: { name?: unknown; version?: unknown }) => ({ name: String(one.name), version: String(one.version) }));
  } catch {
    return [];
  }
}

/** The versions that there are now; one call for many models, none where no model was ever registered. */
export async function currentRegistrations(models: readonly LoggedModel[], signal: AbortSignal): Promise<Registrations> {
  const found = new Map<string, LoggedModelRegistration[]>();
  const runs = new Set<string>();
  for (const model of models) {
    const said = registrationsOf(model);
    if (said.length === 0) continue;
    const run = model.info.source_run_id;
    // Versions can be looked up by the run alone.
    if (run) runs.add(run);
    else found.set(model.info.model_id, said);
  }
  const all = [...runs];
  for (let at = 0; at < all.length; at += most) {
    const ids = all.slice(at, at + most).map((id) => `'${id}'`);
    const answer = await call("SearchModelVersions", { filter: `run_id IN (${ids.join(", ")})`, max_results: 10_000 }, signal);
    for (const { model_id, name, version } of answer.model_versions ?? []) {
      if (model_id) found.set(model_id, [...(found.get(model_id) ?? []), { name, version }]);
    }
  }
  return found;
}
