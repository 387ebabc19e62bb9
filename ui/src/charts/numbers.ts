/** Numbers on charts: ticks, their labels, quantiles and ranges. */

/** About `count` round numbers between two bounds, 1, 2 or 5 times a power of ten apart. */
export function ticks(low: number, high: number, count: number): number[] {
  if (!Number.isFinite(low) || !Number.isFinite(high) || count < 1) return [];
  if (low === high) return [low];
  const step = niceStep((high - low) / count);
  const start = Math.ceil(low / step - 1e-9);
  const end = Math.floor(high / step + 1e-9);
  const places = Math.max(0, -Math.floor(Math.log10(step)));
  const found: number[] = [];
  for (let i = start; i <= end && found.length < 1000; i++) {
    found.push(places <= 15 ? Number((i * step).toFixed(places)) : i * step);
  }
  return found;
}

/** Powers of ten between two positive bounds; with fewer than two of them, ordinary ticks. */
export function logTicks(low: number, high: number, count: number): number[] {
  if (!(low > 0) || !(high > low)) return [];
  const from = Math.ceil(Math.log10(low) - 1e-9);
  const to = Math.floor(Math.log10(high) + 1e-9);
  if (to - from < 1) return ticks(low, high, count);
  const every = Math.max(1, Math.ceil((to - from + 1) / Math.max(1, count)));
  const found: number[] = [];
  for (let power = from; power <= to; power += every) found.push(Number(`1e${power}`));
  return found;
}

/** Ticks of a log axis: 1, 2 and 5 of each decade where there is room, else powers of ten. */
export function decadeTicks(low: number, high: number, count: number): number[] {
  if (!(low > 0) || !(high > low)) return [];
  const decades = Math.log10(high / low);
  if (decades * 3 > count) return logTicks(low, high, count);
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const digit of [1, 2, 5]) {
      const value = Number(`${digit}e${power}`);
      if (value >= low && value <= high) found.push(value);
    }
  }
  return found.length > 1 ? found : ticks(low, high, count);
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const share = rough / power;
  return (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10) * power;
}

/** Labels of ticks, each in as few characters as tell it from the others. */
export function tickLabels(values: readonly number[]): string[] {
  for (let digits = 3; digits < 12; digits++) {
    const labels = values.map((value) => short(value, digits));
    if (new Set(labels).size === new Set(values).size) return labels;
  }
  return values.map(String);
}

/** A number in few characters: `0.0123`, `1.2e-7`, `12.3k`, `4.5M`. */
export function short(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e15 || size < 1e-4) return trimmed(value.toExponential(digits - 1)).replace("e+", "e");
  if (size >= 1e9) return `${trimmed((value / 1e9).toPrecision(digits))}G`;
  if (size >= 1e6) return `${trimmed((value / 1e6).toPrecision(digits))}M`;
  if (size >= 1e4) return `${trimmed((value / 1e3).toPrecision(digits))}k`;
  return trimmed(value.toPrecision(digits + 1));
}

/** A number with six significant digits, for tables of values. */
export function exact(value: number): string {
  if (!Number.isFinite(value)) return short(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  return trimmed(value.toPrecision(6)).replace("e+", "e");
}

function trimmed(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+(e|$)/, "$1") : text;
}

/** Seconds as a duration: `45 s`, `3:20`, `2:05:00`, `3 d 4 h`. */
export function duration(seconds: number): string {
  const sign = seconds < 0 ? "−" : "";
  const size = Math.abs(seconds);
  if (size < 60) return `${sign}${trimmed(size.toPrecision(3))} s`;
  const whole = Math.round(size);
  const [days, hours, minutes, rest] = [
    Math.floor(whole / 86400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  const two = (part: number) => String(part).padStart(2, "0");
  if (days) return `${sign}${days} d${hours ? ` ${hours} h` : ""}`;
  return hours ? `${sign}${hours}:${two(minutes)}:${two(rest)}` : `${sign}${minutes}:${two(rest)}`;
}

/** The quantile of sorted numbers, by linear interpolation between the two nearest. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return NaN;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (place - below);
}

/** The finite numbers of some arrays, ascending. */
export function finiteSorted(arrays: Iterable<ArrayLike<number>>): Float64Array {
  const found: number[] = [];
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (Number.isFinite(value)) found.push(value);
    }
  }
  return Float64Array.from(found).sort();
}

/** The lowest and highest finite number (positive ones only for a log scale), null when there is none. With
 * outliers ignored, what lies far beyond the 1st and the 99th percentile does not count. */
export function extent(arrays: ArrayLike<number>[], log: boolean, ignoreOutliers: boolean): [number, number] | null {
  if (ignoreOutliers) {
    let sorted = finiteSorted(arrays);
    if (log) sorted = sorted.filter((value) => value > 0);
    if (!sorted.length) return null;
    // Half as much again on both sides: what lies just beyond the percentiles is no outlier.
    const [q1, q99] = log
      ? [Math.log(quantile(sorted, 0.01)), Math.log(quantile(sorted, 0.99))]
      : [quantile(sorted, 0.01), quantile(sorted, 0.99)];
    const air = (q99 - q1) / 2;
    const [from, to] = log ? [Math.exp(q1 - air), Math.exp(q99 + air)] : [q1 - air, q99 + air];
    return [Math.max(from, sorted[0] as number), Math.min(to, sorted[sorted.length - 1] as number)];
  }
  let low = Infinity;
  let high = -Infinity;
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

/** Bounds with some air around them; equal ones are moved apart. */
export function padded([low, high]: [number, number], log: boolean): [number, number] {
  if (log) {
    const factor = low === high ? 2 : (high / low) ** 0.04;
    return [low / factor, high * factor];
  }
  const air = low === high ? Math.abs(low) * 0.05 || 0.5 : (high - low) * 0.05;
  return [low - air, high + air];
}
