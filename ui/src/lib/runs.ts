/** What pages about models want to know of runs, in one call whatever their number. */

import { call } from "../api/call";

/** A run by its name. */
export interface NamedRun {
  id: string;
  name: string;
  experiment: string;
}

const most = 10_000;

/** The names of runs by their ids; runs that are gone are left out. */
export async function runNames(ids: readonly string[], signal: AbortSignal): Promise<Map<string, NamedRun>> {
  const wanted = [...new Set(ids.filter(Boolean))].slice(0, most);
  const found = new Map<string, NamedRun>();
  if (wanted.length === 0) return found;
  const columns = ["attributes.run_name", "attributes.experiment_id"];
  const answer = await call("GetRunWindow", { run_ids: wanted, limit: wanted.length, columns }, signal);
  const [names, homes] = columns.map((name) => answer.columns?.find((column) => column.name === name)?.values ?? []);
  for (const [index, id] of (answer.run_ids ?? []).entries()) {
    found.set(id, { id, name: String(names?.[index] ?? id), experiment: String(homes?.[index] ?? "") });
  }
  return found;
}
