/** What pages about models want to know of runs, in one call whatever their number. */

import { call } from "../api/call";

/** A run by its name. */
export interface NamedRun {
  id: string;
  name: string;
  experiment: string;
}

const most = 1000;

/** The names of runs by their ids; runs that are gone are left out. Without experiments it looks in all of them. */
export async function runNames(ids: readonly string[], experiments: readonly string[] | undefined, signal: AbortSignal): Promise<Map<string, NamedRun>> {
  const wanted = [...new Set(ids.filter(Boolean))];
  const found = new Map<string, NamedRun>();
  if (wanted.length === 0) return found;
  const places = experiments ?? (await allExperiments(signal));
  for (let at = 0; at < wanted.length; at += most) {
    const some = wanted.slice(at, at + most);
    const answer = await call(
      "GetRunWindow",
      {
        experiment_ids: [...places],
        filter: `attributes.run_id IN (${some.map((id) => `'${id.replaceAll("'", "")}'`).join(", ")})`,
        run_view_type: "ALL",
        limit: some.length,
        columns: ["attributes.run_name", "attributes.experiment_id"],
      },
      signal,
    );
    const [names, homes] = ["attributes.run_name", "attributes.experiment_id"].map(
      (name) => answer.columns?.find((column) => column.name === name)?.values ?? [],
    );
    for (const [index, id] of (answer.run_ids ?? []).entries()) {
      found.set(id, { id, name: String(names?.[index] ?? id), experiment: String(homes?.[index] ?? "") });
    }
  }
  return found;
}

/** The ids of all experiments, deleted ones too. */
export async function allExperiments(signal: AbortSignal): Promise<string[]> {
  const overview = await call("GetExperimentOverview", { view_type: "ALL" }, signal);
  return (overview.experiments ?? []).map((one) => one.experiment_id);
}
