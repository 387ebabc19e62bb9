/** Smoothing of noisy series. Numbers that are not finite are skipped and stay where they are, as gaps. */

/** How to smooth: none, an exponential moving average, a gaussian kernel, or a running mean. */
export type Smoothing = "none" | "ema" | "gaussian" | "mean";

/** Smooth values; `amount` is the weight of an EMA (0 to 1), or else a width in points. Returns a new array. */
export function smooth(values: ArrayLike<number>, kind: Smoothing, amount: number): Float64Array {
  if (kind === "ema") return ema(values, amount);
  if (kind === "gaussian") return gaussian(values, amount);
  if (kind === "mean") return runningMean(values, amount);
  return Float64Array.from(values);
}

/** The exponential moving average as TensorBoard documents it: begun at 0, then divided by 1 − weightⁿ, which takes
 * out the pull towards 0 of the first points. A weight of 0 changes nothing. */
export function ema(values: ArrayLike<number>, weight: number): Float64Array {
  const w = Math.min(Math.max(weight, 0), 0.9999);
  const smoothed = new Float64Array(values.length);
  let last = 0;
  let scale = 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      smoothed[i] = value;
      continue;
    }
    last = last * w + (1 - w) * value;
    scale *= w;
    smoothed[i] = last / (1 - scale);
  }
  return smoothed;
}

/** A mean of the neighbours, weighted by a gaussian whose standard deviation is `sigma` points. */
export function gaussian(values: ArrayLike<number>, sigma: number): Float64Array {
  if (!(sigma > 0)) return Float64Array.from(values);
  const reach = Math.max(1, Math.min(Math.ceil(sigma * 3), values.length));
  const kernel = Float64Array.from({ length: reach + 1 }, (_, d) => Math.exp(-(d * d) / (2 * sigma * sigma)));
  return weighted(values, kernel);
}

/** The mean of the `width` points around each point (as many before as after; fewer of both at the ends). */
export function runningMean(values: ArrayLike<number>, width: number): Float64Array {
  const half = Math.floor(Math.max(1, width) / 2);
  const sums = new Float64Array(values.length + 1);
  const counts = new Uint32Array(values.length + 1);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const fine = Number.isFinite(value);
    sums[i + 1] = (sums[i] as number) + (fine ? value : 0);
    counts[i + 1] = (counts[i] as number) + (fine ? 1 : 0);
  }
  const smoothed = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const reach = Math.min(half, i, values.length - 1 - i);
    const low = i - reach;
    const high = i + reach + 1;
    const count = (counts[high] as number) - (counts[low] as number);
    const sum = (sums[high] as number) - (sums[low] as number);
    smoothed[i] = Number.isFinite(value) ? sum / count : value;
  }
  return smoothed;
}

function weighted(values: ArrayLike<number>, kernel: Float64Array): Float64Array {
  const smoothed = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      smoothed[i] = value;
      continue;
    }
    let sum = 0;
    let weights = 0;
    const low = Math.max(0, i - kernel.length + 1);
    const high = Math.min(values.length - 1, i + kernel.length - 1);
    for (let j = low; j <= high; j++) {
      const other = values[j] as number;
      if (!Number.isFinite(other)) continue;
      const weight = kernel[Math.abs(i - j)] as number;
      sum += weight * other;
      weights += weight;
    }
    smoothed[i] = sum / weights;
  }
  return smoothed;
}
