/** Groups of series: their mean, lowest and highest value along the x axis. */

/** A line: x ascending, with a y for each. */
export interface Points {
  xs: ArrayLike<number>;
  ys: ArrayLike<number>;
}

/** A mean line with the band between the lowest and the highest member. */
export interface Band {
  xs: Float64Array;
  mean: Float64Array;
  low: Float64Array;
  high: Float64Array;
  /** How many members there are at each place. */
  counts: Uint16Array;
}

/** The band of some lines, at the places of the longest one, or of `places`. Members count between their first and
 * last point, interpolated linearly; values that are not finite do not count. */
export function bandOf(lines: Points[], places?: ArrayLike<number>): Band {
  const grid = places ?? gridOf(lines);
  const size = grid.length;
  const band: Band = {
    xs: Float64Array.from(grid),
    mean: new Float64Array(size),
    low: new Float64Array(size).fill(Infinity),
    high: new Float64Array(size).fill(-Infinity),
    counts: new Uint16Array(size),
  };
  for (const line of lines) {
    const values = resampled(line, band.xs);
    for (let i = 0; i < size; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) continue;
      band.mean[i] = (band.mean[i] as number) + value;
      band.counts[i] = (band.counts[i] as number) + 1;
      if (value < (band.low[i] as number)) band.low[i] = value;
      if (value > (band.high[i] as number)) band.high[i] = value;
    }
  }
  for (let i = 0; i < size; i++) {
    const count = band.counts[i] as number;
    band.mean[i] = count ? (band.mean[i] as number) / count : NaN;
    if (!count) band.low[i] = band.high[i] = NaN;
  }
  return band;
}

/** The values of a line at other places, ascending; NaN outside of it and where a neighbour is not finite. */
export function resampled({ xs, ys }: Points, places: ArrayLike<number>): Float64Array {
  const values = new Float64Array(places.length).fill(NaN);
  let at = 0;
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number;
    while (at + 1 < xs.length && (xs[at + 1] as number) <= place) at++;
    const left = xs[at] as number;
    if (xs.length === 0 || place < left) continue;
    if (left === place) values[i] = ys[at] as number;
    else if (at + 1 < xs.length) {
      const share = (place - left) / ((xs[at + 1] as number) - left);
      values[i] = (ys[at] as number) + ((ys[at + 1] as number) - (ys[at] as number)) * share;
    }
  }
  return values;
}

/** The index of the point nearest to a place, -1 when there are none. */
export function nearest(xs: ArrayLike<number>, place: number): number {
  if (xs.length === 0) return -1;
  let low = 0;
  let high = xs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] as number) < place) low = middle + 1;
    else high = middle;
  }
  return low > 0 && place - (xs[low - 1] as number) <= (xs[low] as number) - place ? low - 1 : low;
}

function gridOf(lines: Points[]): ArrayLike<number> {
  let low = Infinity;
  let high = -Infinity;
  let longest: Points | null = null;
  for (const line of lines) {
    if (line.xs.length === 0) continue;
    low = Math.min(low, line.xs[0] as number);
    high = Math.max(high, line.xs[line.xs.length - 1] as number);
    if (!longest || line.xs.length > longest.xs.length) longest = line;
  }
  if (!longest) return [];
  const xs = longest.xs;
  if (xs[0] === low && xs[xs.length - 1] === high) return xs;
  const size = Math.max(2, xs.length);
  return Float64Array.from({ length: size }, (_, i) => low + ((high - low) * i) / (size - 1));
}
