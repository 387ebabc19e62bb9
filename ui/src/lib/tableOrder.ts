/** The order and the looks of plain values in a table. */

import { byName } from "./natural";

/** By which column a table is sorted. */
export interface Sorted {
  column: number;
  down: boolean;
}

/** A value as a cell shows it. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (value instanceof Date) return value.toISOString().replace("T", " ").replace(/\.?0*Z$/, "");
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === "object") return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? Number(inner) : inner));
  return String(value);
}

/** A value as a cell shows it at a glance: floats with eight digits. */
export function shownText(value: unknown): string {
  return typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(8))) : textOf(value);
}

/** Numbers by size, texts by the alphabet (with the numbers in them by size), missing ones and NaN last. */
export function compareCells(a: unknown, b: unknown, down: boolean): number {
  const [lastA, lastB] = [isMissing(a), isMissing(b)];
  if (lastA || lastB) return Number(lastA) - Number(lastB);
  const [numberA, numberB] = [asNumber(a), asNumber(b)];
  let order: number;
  if (numberA !== null && numberB !== null) order = numberA - numberB;
  else if (numberA !== null || numberB !== null) order = numberA !== null ? -1 : 1;
  else order = byName(textOf(a), textOf(b));
  return down ? -order : order;
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (typeof value === "number" && Number.isNaN(value)) || value === "NaN";
}

function asNumber(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string") return value instanceof Date ? value.getTime() : null;
  const number = Number(value);
  return Number.isNaN(number) || value.trim() === "" ? null : number;
}

/** The rows that are shown, in their order; equal ones stay in the order of the table. */
export function sortedOrder(rows: number, sorted: Sorted | null, value: (row: number) => unknown, kept: number[] | null): number[] {
  const order = kept ? [...kept] : Array.from({ length: rows }, (_, row) => row);
  if (!sorted) return order;
  const values = new Map(order.map((row) => [row, value(row)]));
  return order.sort((a, b) => compareCells(values.get(a), values.get(b), sorted.down) || a - b);
}

/** A width for each column, guessed from its head and its first values. */
export function widthsOf(head: readonly string[], rows: number, cell: (row: number, column: number) => unknown): number[] {
  return head.map((name, column) => {
    let most = Math.min(name.length + 2, 24);
    for (let row = 0; row < Math.min(rows, 30); row++) most = Math.max(most, Math.min(shownText(cell(row, column)).length, 48));
    return Math.round(Math.max(64, most * 7 + 20));
  });
}
