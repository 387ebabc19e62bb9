/** From series to the lines of a chart: the x axis, smoothing, groups. */

import { bandOf, resampled } from "../../charts/bands";
import type { Line, XKind } from "../../charts/linemodel";
import { smooth } from "../../charts/smoothing";
import type { Range, Series } from "../../charts/source";
import { keyOf, type Value } from "./data";
import type { Settings } from "./state";

/** A run as charts show it. */
export interface ChartRun {
  id: string;
  name: string;
  colour: string;
  /** When it began, in milliseconds; null when unknown. */
  start: number | null;
}

/** Which group each run belongs to, and the colour of each group. */
export interface Groups {
  of: ReadonlyMap<string, string>;
  colours: ReadonlyMap<string, string>;
}

/** What the group of a run is called that has some values in the columns that runs are grouped by. */
export function groupName(columns: readonly string[], values: readonly Value[]): string {
  const words = values.map((value) => (value === null ? "(none)" : String(value)));
  return columns.length === 1 ? (words[0] as string) : columns.map((column, i) => `${keyOf(column)} ${words[i]}`).join(", ");
}

/** The lines of a chart and what its x axis is. */
export interface Drawn {
  lines: Line[];
  xKind: XKind;
  /** Set when the x axis could not be as asked for. */
  note: string | null;
}

/** The lines of the series of one metric. With another metric on the x axis, `others` has its series. */
export function drawn(
  series: readonly Series[],
  others: readonly Series[],
  runs: ReadonlyMap<string, ChartRun>,
  settings: Settings,
  groups: Groups | null,
  starts: ReadonlyMap<string, number> = startsOf(series, runs),
): Drawn {
  let x = settings.x;
  let note: string | null = null;
  if (x === "step" && lackSteps(series) && series.every((one) => one.times.length > 0)) {
    x = "relative";
    note = "logged without steps: drawn over time";
  }
  const byRun = new Map(others.map((one) => [one.runId, one]));
  const lines: Line[] = [];
  for (const one of series) {
    const run = runs.get(one.runId);
    if (!run) continue;
    const xs = places(one, x, starts.get(one.runId) ?? 0, byRun.get(one.runId));
    if (!xs) continue;
    const [sorted, ys] = ascending(xs, one.values);
    const line: Line = { id: run.id, name: run.name, colour: run.colour, xs: sorted, ys };
    if (!groups) smoothen(line, settings);
    lines.push(line);
  }
  const xKind: XKind = x === "step" || x === "relative" || x === "wall" ? x : "number";
  return { lines: groups ? grouped(lines, groups, settings) : lines, xKind, note };
}

/** What relative time counts from: the start of the run, or its first point where that is earlier (as with points
 * that were imported from elsewhere). `series` must be whole, not what is zoomed to. */
export function startsOf(series: readonly Series[], runs: ReadonlyMap<string, ChartRun>): Map<string, number> {
  return new Map(
    series.map(({ runId, times }) => {
      const first = times.reduce((least, time) => Math.min(least, time), Infinity);
      return [runId, Math.min(runs.get(runId)?.start ?? Infinity, first)];
    }),
  );
}

/** The series' places on the x axis; null when it has none there. */
function places(series: Series, x: string, start: number, other: Series | undefined): Float64Array | null {
  if (x === "step") return series.steps;
  if (x === "wall") return series.times;
  if (x === "relative") return series.times.map((time) => (time - start) / 1000);
  if (!other) return null;
  return resampled({ xs: other.steps, ys: other.values }, series.steps);
}

function smoothen(line: Line, { smoothing, amount }: Settings): void {
  if (smoothing === "none" || line.ys.length < 3) return;
  line.raw = line.ys;
  line.ys = smooth(line.ys, smoothing, amount);
}

function grouped(lines: Line[], groups: Groups, settings: Settings): Line[] {
  const members = new Map<string, Line[]>();
  for (const line of lines) {
    const name = groups.of.get(line.id) ?? "(none)";
    const list = members.get(name);
    if (list) list.push(line);
    else members.set(name, [line]);
  }
  return [...members].map(([name, list]) => {
    const band = bandOf(list);
    const line: Line = {
      id: `group ${name}`,
      name: `${name} (${list.length})`,
      colour: groups.colours.get(name) ?? list[0]?.colour ?? "#808080",
      xs: band.xs,
      ys: band.mean,
      low: band.low,
      high: band.high,
    };
    if (settings.smoothing !== "none") line.ys = smooth(band.mean, settings.smoothing, settings.amount);
    return line;
  });
}

/** Points with x ascending; those without an x are left out. */
function ascending(xs: Float64Array, ys: Float64Array): [Float64Array, Float64Array] {
  let fine = true;
  for (let i = 0; i < xs.length; i++) {
    if (!Number.isFinite(xs[i]) || (i > 0 && (xs[i] as number) < (xs[i - 1] as number))) fine = false;
  }
  if (fine) return [xs, ys];
  const order = Array.from(xs.keys())
    .filter((i) => Number.isFinite(xs[i]))
    .sort((a, b) => (xs[a] as number) - (xs[b] as number));
  return [Float64Array.from(order, (i) => xs[i] as number), Float64Array.from(order, (i) => ys[i] as number)];
}

/** Whether series were logged without steps: then they need times to be drawn. */
export function lackSteps(series: readonly Series[]): boolean {
  return series.some((one) => one.steps.length > 1) && series.every(hasOneStep);
}

function hasOneStep({ steps }: Series): boolean {
  return steps.length === 0 || steps[0] === steps[steps.length - 1];
}

/** The range of a server's axis that holds what is zoomed to; null when all of it is needed. What is fetched reaches a
 * little further on both sides, so that lines run to the edges. */
export function rangeFor(zoom: readonly [number, number], x: string, whole: readonly Series[], lines: readonly Line[]): Range | null {
  const air = (zoom[1] - zoom[0]) * 0.03;
  const [low, high] = [zoom[0] - air, zoom[1] + air];
  if (x === "step") return { by: "step", first: Math.floor(low), last: Math.ceil(high) };
  if (x === "wall") return { by: "time", first: Math.floor(low), last: Math.ceil(high) };
  // Each run has other steps at the same time, or the same x: the range holds those of all runs.
  let first = Infinity;
  let last = -Infinity;
  const byId = new Map(lines.map((line) => [line.id, line]));
  for (const series of whole) {
    const line = byId.get(series.runId);
    if (!line || line.xs.length !== series.steps.length) return null;
    for (let i = 0; i < line.xs.length; i++) {
      const before = i > 0 ? (line.xs[i - 1] as number) : -Infinity;
      const after = i + 1 < line.xs.length ? (line.xs[i + 1] as number) : Infinity;
      if (after < low || before > high) continue;
      const step = series.steps[i] as number;
      if (step < first) first = step;
      if (step > last) last = step;
    }
  }
  return first <= last ? { by: "step", first, last } : null;
}
