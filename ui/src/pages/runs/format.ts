/** Numbers, times and lengths of time as the table writes them: columns of numbers align and do not flicker. */

import { isOddFloat } from "../../api/numbers";

/** What a column of numbers spans; it decides how many decimals all of its cells have. */
export interface Range {
  low: number;
  high: number;
}

/** A value of a table as the server sends it. */
export type Cell = number | string | null | undefined;

/** Write a number so that all of a column have the same decimals; where those would lose it, in powers of ten. */
export function formatNumber(value: number, range?: Range): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return range && isWhole(range) ? "0" : fixed(0, decimalsOf(range));
  const size = Math.abs(value);
  if (range && isWhole(range) && Number.isInteger(value) && size < 1e15) return minus(String(value));
  const decimals = decimalsOf(range ?? { low: value, high: value });
  const text = value.toFixed(decimals);
  if (size >= 1e9 || (range && isTiny(range)) || Math.abs(Number(text) - value) > 0.02 * size) return scientific(value);
  return minus(text);
}

/** The decimals that leave about four digits of the greatest number of a range. */
function decimalsOf(range: Range | undefined): number {
  const size = range ? Math.max(Math.abs(range.low), Math.abs(range.high)) : 1;
  if (!(size > 0) || !Number.isFinite(size)) return 4;
  return Math.max(0, Math.min(6, 4 - Math.ceil(Math.log10(size))));
}

/** Whether all of a column would lose digits: then all of it stands in powers of ten, not only some. */
function isTiny(range: Range): boolean {
  const size = Math.max(Math.abs(range.low), Math.abs(range.high));
  return size > 0 && size < 1e-3;
}

function isWhole(range: Range): boolean {
  return Number.isInteger(range.low) && Number.isInteger(range.high) && Math.abs(range.high - range.low) > 1;
}

function fixed(value: number, decimals: number): string {
  return minus(value.toFixed(decimals));
}

function scientific(value: number): string {
  return minus(value.toExponential(2)).replace("e+", "e").replace("e-", "e−");
}

/** The sign is as wide as a digit this way. */
function minus(text: string): string {
  return text.startsWith("-") ? `−${text.slice(1)}` : text;
}

/** A metric's value; the odd floats of the wire included. */
export function formatValue(value: Cell, range?: Range): string {
  if (value === null || value === undefined) return "";
  if (isOddFloat(value)) return formatNumber(Number(value), range);
  return typeof value === "number" ? formatNumber(value, range) : value;
}

