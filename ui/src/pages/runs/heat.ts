/** How good a value is among a column's, as a number that tints its cell. */

import type { Range } from "./format";
import type { Direction } from "./directions";

/** From -1 (worst) to 1 (best); undefined where there is nothing to tell apart. Without a direction, from 0 to 1. */
export function heatOf(value: number, range: Range | undefined, direction: Direction): number | undefined {
  if (!range || !Number.isFinite(value) || !(range.high > range.low)) return undefined;
  const part = Math.max(0, Math.min(1, position(value, range)));
  if (direction === "none") return undefined;
  const good = direction === "up" ? part : 1 - part;
  return 2 * good - 1;
}

/** Where a value stands between both ends; by powers of ten where they span more than two of them. */
function position(value: number, { low, high }: Range): number {
  if (low > 0 && high / low > 100) return Math.log(value / low) / Math.log(high / low);
  return (value - low) / (high - low);
}

/** Whether a value is the best of its column. */
export function isBest(value: number, range: Range | undefined, direction: Direction): boolean {
  if (!range || direction === "none" || range.low === range.high) return false;
  return value === (direction === "up" ? range.high : range.low);
}
