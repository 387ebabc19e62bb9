/** The tags that experiments have, as a filter offers them. */

import type { ExperimentFacts } from "@schema/calls";
import { isMachines } from "../../lib/tags";
import { tagText } from "./tree";

/** Every tag that somebody set, with the number of experiments that have it, the most frequent first. */
export function tagsOf(all: readonly ExperimentFacts[]): { text: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const tag of all.flatMap((one) => one.tags ?? [])) {
    if (isMachines(tag.key)) continue;
    counts.set(tagText(tag), (counts.get(tagText(tag)) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => ({ text, count })).sort((a, b) => b.count - a.count || a.text.localeCompare(b.text));
}
