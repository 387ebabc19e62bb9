/** The arithmetic of a grid that is virtual on both axes: which rows and columns are on screen, and where they stand. */

/** The height of a row, in pixels. */
export const ROW = 26;

/** No element becomes higher than this: browsers lose precision or clip above about 16 million pixels. */
export const MAX_HEIGHT = 10_000_000;

/** Rows are placed relative to a base that is a multiple of this, so that no coordinate becomes large. */
const BASE = 1000;

/** How the rows map onto a scrolled height. */
export interface RowScale {
  /** The height of the scrolled content. */
  height: number;
  /** Pixels of the table per pixel of the scroll bar: 1 unless the table is higher than an element may be. */
  ratio: number;
}

/** The scale of `rows` rows seen through a view of some height. */
export function rowScale(rows: number, view: number): RowScale {
  const whole = rows * ROW;
  if (whole <= MAX_HEIGHT || view >= MAX_HEIGHT) return { height: whole, ratio: 1 };
  return { height: MAX_HEIGHT, ratio: (whole - view) / (MAX_HEIGHT - view) };
}

/** The rows on screen with a margin, its end exclusive, and how far the block that holds them is to be moved. */
export interface RowSpan {
  first: number;
  end: number;
  /** Row `i` stands at `(i - base) * ROW` inside the block. */
  base: number;
  /** Where the block stands in the scrolled content. */
  shift: number;
}

/** The rows to draw at a scroll position; the span moves in steps of `step` rows so that few scrolls redraw. */
export function rowSpan(rows: number, scrollTop: number, view: number, margin = 8, step = 4): RowSpan {
  const { ratio } = rowScale(rows, view);
  const top = scrollTop * ratio;
  const first = Math.max(0, Math.floor((Math.floor(top / ROW) - margin) / step) * step);
  const end = Math.min(rows, first + Math.ceil((Math.ceil(view / ROW) + 2 * margin + step) / step) * step);
  const base = Math.floor(first / BASE) * BASE;
  return { first: Math.min(first, rows), end, base, shift: base * ROW - (top - scrollTop) };
}

/** The scroll position at which a row is fully in view, as near as possible to the present one. */
export function scrollFor(row: number, rows: number, scrollTop: number, view: number): number {
  const { ratio } = rowScale(rows, view);
  const top = scrollTop * ratio;
  const at = row * ROW;
  if (at < top) return at / ratio;
  if (at + ROW > top + view) return (at + ROW - view) / ratio;
  return scrollTop;
}

/** Left edges of columns of some widths, and behind them where the last one ends. */
export function edges(widths: readonly number[]): number[] {
  const found = [0];
  let at = 0;
  for (const width of widths) {
    at += width;
    found.push(at);
  }
  return found;
}

/** The columns between two x positions, its end exclusive. */
export function columnSpan(lefts: readonly number[], from: number, to: number): { first: number; end: number } {
  const count = lefts.length - 1;
  const first = Math.min(Math.max(0, upper(lefts, from) - 1), count);
  let end = first;
  while (end < count && (lefts[end] ?? 0) < to) end += 1;
  return { first, end };
}

/** The index of the first number that is greater than `x` in an ascending list. */
function upper(list: readonly number[], x: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? 0) <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}
