/** The rows of a comparison: what each of some runs has for each key, and where they differ. */

import type { ColumnFacts } from "@schema/calls";
import { formatDuration, formatTime } from "../../lib/format";
import type { RunTable, Value } from "../charts/data";
import { keyOf } from "../charts/data";
import { type Parts, partsOf } from "./nested";

/** What one run has. */
export interface CompareCell {
  /** null when the run has nothing. */
  text: string | null;
  number?: number;
  /** Of a series: its lowest and highest value. */
  low?: number;
  high?: number;
}

/** One key over all runs. */
export interface CompareRow {
  section: "Run" | "Metrics" | "Params" | "Tags";
  /** The column's name, with its kind. */
  column: string;
  label: string;
  /** A part of the value of the row above. */
  part: boolean;
  /** Its value is taken apart in the rows below. */
  whole: boolean;
  cells: CompareCell[];
  differs: boolean;
}

/** What is compared of the runs themselves. */
export const runColumns = [
  "attributes.run_name",
  "attributes.run_id",
  "attributes.experiment_id",
  "attributes.status",
  "attributes.start_time",
  "attributes.duration",
  "attributes.user_id",
  "attributes.lifecycle_stage",
];

/** The columns that must be read to compare some keys. */
export function columnsFor(facts: readonly ColumnFacts[]): string[] {
  return facts.flatMap(({ name, most_points }) =>
    name.startsWith("metrics.") && (most_points ?? 0) > 1 ? [name, `${name}.min`, `${name}.max`] : [name],
  );
}

/** The rows for the keys in `facts`. */
export function compareRows(table: RunTable, facts: readonly ColumnFacts[]): CompareRow[] {
  const rows: CompareRow[] = [];
  for (const column of runColumns.slice(1)) {
    const values = table.columns.get(column);
    if (values) rows.push(row("Run", column, words(column), values.map((value) => ({ text: attribute(column, value) }))));
  }
  for (const { name } of facts) {
    const values = table.columns.get(name);
    if (!values) continue;
    if (name.startsWith("metrics.")) rows.push(metricRow(table, name, values));
    else rows.push(...textRows(name.startsWith("params.") ? "Params" : "Tags", name, values));
  }
  return rows;
}

function metricRow(table: RunTable, name: string, values: readonly Value[]): CompareRow {
  const lows = table.columns.get(`${name}.min`);
  const highs = table.columns.get(`${name}.max`);
  const cells = values.map((value, i): CompareCell => {
    if (typeof value !== "number") return { text: null };
    const [low, high] = [lows?.[i], highs?.[i]];
    return { text: String(value), number: value, ...(typeof low === "number" && typeof high === "number" ? { low, high } : {}) };
  });
  return row("Metrics", name, keyOf(name), cells);
}

function textRows(section: "Params" | "Tags", name: string, values: readonly Value[]): CompareRow[] {
  const rows = [row(section, name, keyOf(name), values.map((value) => ({ text: value === null ? null : String(value) })))];
  const parts = values.map((value) => (typeof value === "string" ? partsOf(value) : null));
  // Taken apart only where every run that has the param has a structure there.
  if (!parts.some(Boolean) || parts.some((one, i) => one === null && values[i] !== null)) return rows;
  const paths = [...new Set(parts.flatMap((one) => [...(one?.keys() ?? [])]))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  (rows[0] as CompareRow).whole = true;
  for (const path of paths) {
    const cells = parts.map((one: Parts | null) => ({ text: one?.get(path) ?? null }));
    const join = path.startsWith("[") ? "" : ".";
    rows.push({ ...row(section, name, `${keyOf(name)}${join}${path}`, cells), part: true });
  }
  return rows;
}

function row(section: CompareRow["section"], column: string, label: string, cells: CompareCell[]): CompareRow {
  return { section, column, label, part: false, whole: false, cells, differs: cells.some((cell) => cell.text !== cells[0]?.text) };
}

function words(column: string): string {
  const name = keyOf(column).replaceAll("_", " ");
  return (name.charAt(0).toUpperCase() + name.slice(1)).replace(/ id$/, " id");
}

function attribute(column: string, value: Value): string | null {
  if (value === null || value === "") return null;
  if (column === "attributes.start_time" && typeof value === "number") return formatTime(value);
  if (column === "attributes.duration" && typeof value === "number") return formatDuration(value);
  return String(value);
}

/** How far a number is from another one; null when one of them is no number. */
export function deltaOf(value: number | undefined, base: number | undefined): { value: number; percent: number | null } | null {
  if (value === undefined || base === undefined || !Number.isFinite(value) || !Number.isFinite(base)) return null;
  return { value: value - base, percent: base === 0 ? null : ((value - base) / Math.abs(base)) * 100 };
}

/** The index of the best number of a row; -1 when none is better than all others. */
export function bestOf(cells: readonly CompareCell[], direction: "up" | "down" | "none"): number {
  if (direction === "none") return -1;
  let best = -1;
  let tied = false;
  for (const [i, { number }] of cells.entries()) {
    if (number === undefined || Number.isNaN(number)) continue;
    const before = best < 0 ? undefined : (cells[best]?.number as number);
    if (before === undefined || (direction === "up" ? number > before : number < before)) {
      best = i;
      tied = false;
    } else if (number === before) tied = true;
  }
  return tied || cells.filter((cell) => cell.number !== undefined).length < 2 ? -1 : best;
}
