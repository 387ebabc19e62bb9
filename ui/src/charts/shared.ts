/** What all charts on a page share: where the pointer is, which run it is on, and the range that is zoomed to. */

import { signal } from "@preact/signals";

/** Where the pointer is on the x axis of the charts of one kind; null when it is on none. */
export interface Cursor {
  /** Charts with the same name share their x axis. */
  axis: string;
  x: number;
  /** The chart that the pointer is on. */
  chart: string;
}

/** The cursor of all line charts. */
export const cursor = signal<Cursor | null>(null);

/** The run (or group) that the pointer is nearest to, in any chart or in the table; others are drawn dim. */
export const hovered = signal<string | null>(null);

/** The part of each x axis that is shown, by the axis' name. */
export const zooms = signal<ReadonlyMap<string, readonly [number, number]>>(new Map());

/** Zoom all charts with an axis to a part of it; null shows all of it again. */
export function zoomTo(axis: string, range: readonly [number, number] | null): void {
  const next = new Map(zooms.peek());
  if (range) next.set(axis, range);
  else next.delete(axis);
  zooms.value = next;
}
