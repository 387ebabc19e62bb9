/** Scales of axes: numbers (linear, or logarithmic where they span decades), or words in their order. */

import { finiteSorted, logTicks, padded, quantile, tickLabels, ticks } from "./numbers";

/** A value of a column. */
export type Value = number | string | null;

/** An axis: where values lie on it, from 0 to 1. */
export interface Scale {
  kind: "linear" | "log" | "words";
  /** The place of a value; NaN for one that has none. */
  at: (value: Value) => number;
  /** The number at a place; with words, the index of the word. */
  value: (place: number) => number;
  ticks: { place: number; label: string }[];
  words: string[];
  low: number;
  high: number;
}

/** How many words an axis tells apart; further ones have no place. */
const MOST_WORDS = 60;

/** The scale for the values of a column. Values that all are numbers, be it as text, are numbers; positive ones that
 * span more than two decades, most of them near the lower end, are drawn logarithmically unless `log` says otherwise. */
export function scaleOf(values: readonly Value[], count = 6, log?: boolean): Scale {
  const numbers = numbersOf(values);
  return numbers ? numeric(numbers, count, log) : words(values);
}

/** The numbers of a column, NaN for none; null when some values are words. */
export function numbersOf(values: readonly Value[]): Float64Array | null {
  const found = new Float64Array(values.length);
  for (const [i, value] of values.entries()) {
    const number = numberOf(value);
    if (Number.isNaN(number) && typeof value === "string" && value !== "" && !/^nan$/i.test(value)) return null;
    found[i] = number;
  }
  return found;
}

function labelled(values: number[], at: (value: number) => number): Scale["ticks"] {
  const labels = tickLabels(values);
  return values.map((value, i) => ({ place: at(value), label: labels[i] as string }));
}

function numberOf(value: Value): number {
  if (typeof value === "number") return value;
  return value === null || value.trim() === "" ? NaN : Number(value);
}

function numeric(numbers: Float64Array, count: number, log: boolean | undefined): Scale {
  let low = Infinity;
  let high = -Infinity;
  for (const value of numbers) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) [low, high] = [0, 1];
  const asLog = low > 0 && (log ?? (high / low > 100 && crowded(numbers, low, high)));
  const [from, to] = padded([low, high], asLog);
  if (asLog) {
    const [a, b] = [Math.log10(from), Math.log10(to)];
    const at = (value: Value) => {
      const number = numberOf(value);
      return number > 0 && Number.isFinite(number) ? (Math.log10(number) - a) / (b - a) : NaN;
    };
    return {
      kind: "log",
      at,
      value: (place) => 10 ** (a + place * (b - a)),
      ticks: labelled(logTicks(from, to, count), at),
      words: [],
      low: from,
      high: to,
    };
  }
  const at = (value: Value) => {
    const number = numberOf(value);
    return Number.isFinite(number) ? (number - from) / (to - from) : NaN;
  };
  return {
    kind: "linear",
    at,
    value: (place) => from + place * (to - from),
    ticks: labelled(ticks(from, to, count), at),
    words: [],
    low: from,
    high: to,
  };
}

/** Whether most numbers lie in the lowest part of their range, where a linear axis would press them together. */
function crowded(numbers: Float64Array, low: number, high: number): boolean {
  return quantile(finiteSorted([numbers]), 0.5) < low + (high - low) * 0.2;
}

function words(values: readonly Value[]): Scale {
  const seen = new Set<string>();
  for (const value of values) if (value !== null) seen.add(String(value));
  const sorted = [...seen].sort((a, b) => a.localeCompare(b, undefined, { numeric: true })).slice(0, MOST_WORDS);
  const index = new Map(sorted.map((word, i) => [word, i]));
  const place = (i: number) => (i + 0.5) / sorted.length;
  return {
    kind: "words",
    at: (value) => {
      const i = value === null ? undefined : index.get(String(value));
      return i === undefined ? NaN : place(i);
    },
    value: (at) => Math.min(sorted.length - 1, Math.max(0, Math.floor(at * sorted.length))),
    ticks: sorted.map((label, i) => ({ place: place(i), label })),
    words: sorted,
    low: 0,
    high: sorted.length,
  };
}
