/** The experiments that pages speak of, loaded once each, and what can be done with one. */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { Experiment } from "@schema/calls";
import { picked } from "../api/ahead";
import { call } from "../api/call";
import { perform } from "./actions";
import { Loader } from "./load";
import { noteTag, tagOf } from "./tags";
import { toastFailure } from "./toasts";

const known = new Map<string, Loader<Experiment>>();
const changes = signal(0);

/** Rises with every change of an experiment made here: lists of experiments load again when it does. */
export const experimentChanges: ReadonlySignal<number> = changes;

/** An experiment by id, from the store of what is known; asked for once. */
export function experimentById(id: string): Loader<Experiment> {
  let found = known.get(id);
  if (!found) {
    found = new Loader<Experiment>();
    known.set(id, found);
    found.from((given) => picked(call("GetExperiment", { experiment_id: id }, given), (answer) => answer.experiment), true);
  }
  return found;
}

/** Load again what was changed. */
export function experimentChanged(id: string): void {
  known.get(id)?.reload();
  changes.value += 1;
}

/** Rename an experiment; can be undone. */
export function renameExperiment(id: string, from: string, to: string): Promise<boolean> {
  const rename = async (name: string) => {
    await call("UpdateExperiment", { experiment_id: id, new_name: name });
    experimentChanged(id);
  };
  return perform({ done: `Renamed “${from}” to “${to}”`, run: () => rename(to), undo: () => rename(from) });
}

/** Mark experiments as deleted, or bring them back; can be undone. */
export function removeExperiments(experiments: readonly { experiment_id: string; name: string }[], back = false): Promise<boolean> {
  const each = async (name: "DeleteExperiment" | "RestoreExperiment") => {
    try {
      for (const one of experiments) await call(name, { experiment_id: one.experiment_id });
    } finally {
      for (const one of experiments) experimentChanged(one.experiment_id);
    }
  };
  const what = experiments.length === 1 ? `“${experiments[0]?.name}”` : `${experiments.length} experiments`;
  const remove = () => each("DeleteExperiment");
  const restore = () => each("RestoreExperiment");
  return back
    ? perform({ done: `Restored ${what}`, run: restore, undo: remove })
    : perform({ done: `Deleted ${what}`, run: remove, undo: restore });
}

/** Set a tag of an experiment, or with undefined delete it; can be undone. */
export function tagExperiment(experiment: Experiment, key: string, value: string | undefined): Promise<boolean> {
  const id = experiment.experiment_id;
  const before = tagOf(experiment.tags, key);
  const set = async (wanted: string | undefined) => {
    if (wanted === undefined) await call("DeleteExperimentTag", { experiment_id: id, key });
    else await call("SetExperimentTag", { experiment_id: id, key, value: wanted });
    experimentChanged(id);
  };
  const what = key === noteTag ? "the notes" : key === "millrace.columns" ? "how columns look" : `the tag “${key}”`;
  return perform({
    done: value === undefined ? `Removed ${what}` : `Saved ${what}`,
    run: () => set(value),
    undo: () => set(before),
  });
}

/** Create an experiment, and say its id; null when it was refused, which is shown. */
export async function createExperiment(name: string, artifacts = ""): Promise<string | null> {
  try {
    const made = await call("CreateExperiment", artifacts ? { name, artifact_location: artifacts } : { name });
    changes.value += 1;
    return made.experiment_id;
  } catch (error) {
    toastFailure(error);
    return null;
  }
}
