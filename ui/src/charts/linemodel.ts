/** What a chart of lines shows, and the bounds of its axes. */

import { extent, padded } from "./numbers";
import type { Ink } from "./theme";

/** What an x axis counts. */
export type XKind = "step" | "relative" | "wall" | "number";

/** One line of a chart: a run's series, or the mean of a group with its band. */
export interface Line {
  /** The run's id or the group's name: what hovering goes by. */
  id: string;
  name: string;
  colour: string;
  xs: Float64Array;
  ys: Float64Array;
  /** The values before they were smoothed, drawn faintly behind. */
  raw?: Float64Array;
  low?: Float64Array;
  high?: Float64Array;
  dash?: number[];
}

/** What a plot shows. */
export interface LineModel {
  lines: Line[];
  xKind: XKind;
  log: boolean;
  ignoreOutliers: boolean;
  /** The part of the x axis that is shown; null for all. */
  zoom: readonly [number, number] | null;
  ink: Ink;
}

/** The parts of both axes that are shown. */
export interface Bounds {
  x: [number, number];
  y: [number, number];
}

/** Ticks of a time axis in seconds: 1, 5, 15, 30 seconds or minutes, hours, days. */
export function durationTicks(low: number, high: number, count: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
  const rough = (high - low) / count;
  let step = steps.find((one) => one >= rough);
  if (step === undefined) step = Math.ceil(rough / 86400) * 86400;
  if (rough < 1) step = 10 ** Math.ceil(Math.log10(rough));
  const found: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(Number((i * step).toPrecision(12)));
  return found;
}

/** The bounds that hold the lines, or what is zoomed to. */
export function boundsOf({ lines, zoom, log, ignoreOutliers }: LineModel): Bounds {
  const wide = extent(
    lines.map((line) => [line.xs[0] ?? NaN, line.xs[line.xs.length - 1] ?? NaN]),
    false,
    false,
  ) ?? [0, 1];
  const x: [number, number] = zoom ? [zoom[0], zoom[1]] : wide[0] === wide[1] ? [wide[0] - 0.5, wide[1] + 0.5] : wide;
  const shown: ArrayLike<number>[] = [];
  for (const line of lines) {
    for (const ys of [line.ys, line.raw, line.low, line.high]) {
      if (!ys) continue;
      shown.push(zoom ? within(line.xs, ys, x) : ys);
    }
  }
  const y = extent(shown, log, ignoreOutliers) ?? (log ? [1, 10] : [0, 1]);
  return { x, y: padded(y, log) };
}

function within(xs: Float64Array, ys: Float64Array, [low, high]: [number, number]): Float64Array {
  let from = 0;
  let to = xs.length;
  while (from < to && (xs[from] as number) < low) from++;
  while (to > from && (xs[to - 1] as number) > high) to--;
  return ys.subarray(from, to);
}
