/** Whether more or less of a metric is better, and whether its cells are tinted: guessed from its name, or as somebody set it.
 *
 * What was set is a tag of the experiment, so that everybody who opens it sees the same.
 */

import { computed, signal } from "@preact/signals";
import type { ExperimentTag } from "@schema/calls";
import { experimentById, tagExperiment } from "../../lib/experiments";
import { tagOf } from "../../lib/tags";
import { guessedDirection, keyOf, kindOf } from "./columns";

/** "none" for a metric without a better end. */
export type Direction = "up" | "down" | "none";

/** What was set of a metric's column. */
export interface Setting {
  better?: Direction;
  /** Not tinted by value. */
  plain?: boolean;
}

/** The tag that holds what was set, by the ids of columns. */
const TAG = "millrace.columns";

const shown = signal<readonly string[]>([]);

/** Go by what was set in some experiments: those that the page shows. */
export function goBy(ids: readonly string[]): void {
  if (shown.peek().join() === ids.join()) return;
  for (const id of ids) experimentById(id); // asked for here: nothing may be while it is summed up
  shown.value = ids;
}

const set = computed(() => {
  const found: Record<string, Setting> = {};
  // Of several experiments the first one counts.
  for (const id of [...shown.value].reverse()) Object.assign(found, settingsIn(experimentById(id).data.value?.tags));
  return found;
});

/** What the tags of an experiment say. */
export function settingsIn(tags: readonly ExperimentTag[] | undefined): Record<string, Setting> {
  try {
    const said: unknown = JSON.parse(tagOf(tags, TAG) ?? "{}");
    return typeof said === "object" && said !== null && !Array.isArray(said) ? (said as Record<string, Setting>) : {};
  } catch {
    return {};
  }
}

/** What somebody set or the name suggests. */
export function directionOf(id: string): Direction {
  if (kindOf(id) !== "metrics") return "none";
  return set.value[id]?.better ?? guessedDirection(keyOf(id)) ?? "none";
}

/** Set it for all who open the experiments that are shown. */
export function setDirection(id: string, better: Direction): Promise<void> {
  return keep(id, { better });
}

/** Whether a column's cells are tinted by value. */
export function isTinted(id: string): boolean {
  return kindOf(id) === "metrics" && !set.value[id]?.plain;
}

/** Tint a column's cells, or leave them plain. */
export function setTinted(id: string, tinted: boolean): Promise<void> {
  return keep(id, { plain: !tinted });
}

async function keep(id: string, setting: Setting): Promise<void> {
  for (const experiment of shown.peek()) {
    const known = experimentById(experiment).data.peek();
    if (!known) continue;
    const before = settingsIn(known.tags);
    await tagExperiment(known, TAG, JSON.stringify({ ...before, [id]: { ...before[id], ...setting } }));
  }
}
