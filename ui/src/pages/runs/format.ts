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
  if (size >= 1e9 || Math.abs(Number(text) - value) > 0.02 * size) return scientific(value);
  return minus(text);
}

/** The decimals that leave about four digits of the greatest number of a range. */
function decimalsOf(range: Range | undefined): number {
  const size = range ? Math.max(Math.abs(range.low), Math.abs(range.high)) : 1;
  if (!(size > 0) || !Number.isFinite(size)) return 4;
  return Math.max(0, Math.min(6, 4 - Math.ceil(Math.log10(size))));
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

/** Milliseconds as a length of time: 340 ms, 12.4 s, 3 m 20 s, 2 h 5 m, 3 d 4 h. */
export function formatDuration(ms: number): string {
  if (ms < 0) return "0 s";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return two(Math.floor(whole / 60), "m", whole % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return two(Math.floor(minutes / 60), "h", minutes % 60, "m");
  const hours = Math.round(seconds / 3600);
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small ? `${large} ${largeUnit} ${small} ${smallUnit}` : `${large} ${largeUnit}`;
}

/** How long ago a time was: now, 5 m, 3 h, 2 d, else its date. */
export function formatAge(time: number, now: number): string {
  const seconds = (now - time) / 1000;
  if (seconds < 10) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 7 * 86_400) return `${Math.floor(seconds / 86_400)} d ago`;
  return formatTime(time).slice(0, 10);
}

/** A time to the second, in the time zone of whoever looks: 2026-11-25 18:04:09. */
export function formatTime(time: number): string {
  const at = new Date(time);
  const pad = (part: number) => String(part).padStart(2, "0");
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
}

/** A count with thin spaces between thousands. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}
