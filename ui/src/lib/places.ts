/** Links to the things of the page, so that no component spells a path. */

import type { Hit } from "@schema/calls";
import { href } from "./route";

const part = encodeURIComponent;

/** The runs of an experiment. */
export const toExperiment = (id: string, tab: "runs" | "models" | "traces" = "runs"): string => href(`/experiments/${part(id)}/${tab}`);

/** A run. */
export const toRun = (experiment: string, id: string): string => href(`/experiments/${part(experiment)}/runs/${part(id)}`);

/** A logged model. */
export const toLoggedModel = (experiment: string, id: string): string => href(`/experiments/${part(experiment)}/models/${part(id)}`);

/** A registered model. */
export const toRegistered = (name: string): string => href(`/models/${part(name)}`);

/** A version of a registered model. */
export const toVersion = (name: string, version: string): string => href(`/models/${part(name)}/versions/${part(version)}`);

/** The runs of several experiments. */
export const toExperiments = (ids: readonly string[]): string => href("/compare-experiments/s", { experiments: JSON.stringify(ids) });

/** Where something that was found is; for a key the runs that have it, in its order. */
export function toHit(hit: Hit): string {
  const experiment = hit.experiment_id ?? "";
  switch (hit.kind) {
    case "experiment":
      return toExperiment(hit.id);
    case "run":
      return toRun(experiment, hit.id);
    case "logged_model":
      return toLoggedModel(experiment, hit.id);
    case "registered_model":
      return toRegistered(hit.id);
    case "metric":
      return href(`/experiments/${part(experiment)}/runs`, { orderByKey: `metrics.${quoted(hit.id)}`, orderByAsc: "false" });
    default:
      return href(`/experiments/${part(experiment)}/runs`, { searchFilter: `${hit.kind}s.${quoted(hit.id)} LIKE '%'` });
  }
}

/** A key as filters and orders spell it. */
function quoted(key: string): string {
  return key.includes("`") ? `"${key}"` : `\`${key}\``;
}
