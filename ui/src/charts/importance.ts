/** Which params go along with a metric. Simple, reproducible measures instead of a model that would have to be
 * trusted: they say how strong a one-to-one relation is over the runs shown, not what causes what. */

/** How strong the relation between a param and a metric is. */
export interface Importance {
  name: string;
  /** 0 (none) to 1 (the param alone orders or explains the metric). */
  strength: number;
  /** The rank correlation with its sign for numbers; null for categories. */
  correlation: number | null;
  measure: "spearman" | "eta²";
  /** How many runs have both. */
  runs: number;
}

/** Where the formulas come from, for the chart's caption. */
export const sources = {
  spearman: "|ρ|: Spearman's rank correlation (C. Spearman, 1904), ties by mean ranks",
  "eta²": "η²: share of the variance between groups (R. A. Fisher's correlation ratio, 1925)",
} as const;

type Value = number | string | null | undefined;

/** The importance of params for a metric, the strongest first. Params with one value only, and those present in fewer
 * than three runs, are left out; params whose values are all numbers are ranked, others are categories. */
export function importance(params: ReadonlyMap<string, readonly Value[]>, metric: readonly Value[]): Importance[] {
  const found: Importance[] = [];
  for (const [name, values] of params) {
    const pairs: [string | number, number][] = [];
    for (const [i, value] of values.entries()) {
      const y = metric[i];
      if (value === null || value === undefined || typeof y !== "number" || !Number.isFinite(y)) continue;
      pairs.push([value, y]);
    }
    if (pairs.length < 3 || new Set(pairs.map(([x]) => x)).size < 2) continue;
    const numbers = pairs.map(([x]) => (typeof x === "number" ? x : x.trim() === "" ? NaN : Number(x)));
    const ys = pairs.map(([, y]) => y);
    if (numbers.every(Number.isFinite)) {
      const rho = spearman(numbers, ys);
      if (Number.isNaN(rho)) continue;
      found.push({ name, strength: Math.abs(rho), correlation: rho, measure: "spearman", runs: pairs.length });
    } else {
      const groups = new Set(pairs.map(([x]) => x)).size;
      if (groups === pairs.length) continue; // a category of its own for each run explains everything and says nothing
      const share = etaSquared(pairs.map(([x]) => String(x)), ys);
      if (Number.isNaN(share)) continue;
      found.push({ name, strength: share, correlation: null, measure: "eta²", runs: pairs.length });
    }
  }
  return found.sort((a, b) => b.strength - a.strength || a.name.localeCompare(b.name));
}

/** Spearman's rank correlation: Pearson's of the ranks. NaN when one side does not vary. */
export function spearman(xs: readonly number[], ys: readonly number[]): number {
  return pearson(ranks(xs), ranks(ys));
}

/** The share of the variance of `ys` that lies between the groups. NaN when `ys` does not vary. */
export function etaSquared(groups: readonly string[], ys: readonly number[]): number {
  const mean = ys.reduce((sum, y) => sum + y, 0) / ys.length;
  const sums = new Map<string, [number, number]>();
  let total = 0;
  for (const [i, y] of ys.entries()) {
    const group = groups[i] as string;
    const [sum, count] = sums.get(group) ?? [0, 0];
    sums.set(group, [sum + y, count + 1]);
    total += (y - mean) ** 2;
  }
  let between = 0;
  for (const [sum, count] of sums.values()) between += count * (sum / count - mean) ** 2;
  return total > 0 ? Math.min(1, between / total) : NaN;
}

/** Ranks from 1; equal numbers share the mean of theirs. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
  const found = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end + 1 < order.length && values[order[end + 1] as number] === values[order[start] as number]) end++;
    for (let i = start; i <= end; i++) found[order[i] as number] = (start + end) / 2 + 1;
    start = end + 1;
  }
  return found;
}

function pearson(xs: readonly number[], ys: readonly number[]): number {
  const mx = xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const my = ys.reduce((sum, y) => sum + y, 0) / ys.length;
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, x] of xs.entries()) {
    const y = ys[i] as number;
    xy += (x - mx) * (y - my);
    xx += (x - mx) ** 2;
    yy += (y - my) ** 2;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : NaN;
}
