/** Series for charts: what is asked for at the same time goes in one request, what was fetched is kept (in bounds), and
 * what nobody waits for any more is given up. */

import { absolute, getFrame } from "../api/frame";

/** Points of one metric of one run, ascending by step, or by time where the query says so. */
export interface Series {
  runId: string;
  key: string;
  /** How many points the range holds; more than are here when they were thinned out. */
  count: number;
  steps: Float64Array;
  /** Empty when the query did without. */
  times: Float64Array;
  values: Float64Array;
}

/** A range of the axis that series are read and thinned out by; null for an open end. */
export interface Range {
  by: "step" | "time";
  first: number | null;
  last: number | null;
}

/** Some metrics of some runs. */
export interface SeriesQuery {
  runIds: readonly string[];
  keys: readonly string[];
  range: Range;
  maxPoints: number;
  /** Whether times are needed; without them a quarter less has to travel. */
  times: boolean;
}

/** What fetches series from a server: `fetchSeries`, or another one in tests. */
export type Fetcher = (query: SeriesQuery, signal: AbortSignal) => Promise<Series[]>;

/** The whole axis of steps. */
export const allSteps: Range = { by: "step", first: null, last: null };

/** How many points are kept at most over all series: 24 bytes each. */
const KEPT_POINTS = 2_000_000;
/** How many series one request asks for at most. */
const SERIES_PER_REQUEST = 2500;

interface Waiting {
  query: SeriesQuery;
  signal: AbortSignal | undefined;
  resolve: (series: Series[]) => void;
  reject: (error: unknown) => void;
}

/** A reader of series with its own memory. */
export class SeriesSource {
  private kept = new Map<string, Series>();
  private points = 0;
  private waiting: Waiting[] = [];

  constructor(
    private readonly fetcher: Fetcher,
    private readonly keptPoints = KEPT_POINTS,
  ) {}

  /** Get series; requests made in the same moment are sent together. `signal` gives up this one's interest. */
  get(query: SeriesQuery, signal?: AbortSignal): Promise<Series[]> {
    const kept = this.allKept(query);
    if (kept) return Promise.resolve(kept);
    return new Promise((resolve, reject) => {
      this.waiting.push({ query, signal, resolve, reject });
      if (this.waiting.length === 1) setTimeout(() => this.send(), 0);
    });
  }

  /** Forget the series of some runs, or of all, so that they are read anew. */
  forget(runIds?: ReadonlySet<string>): void {
    for (const [name, series] of this.kept) {
      if (!runIds || runIds.has(series.runId)) this.drop(name, series);
    }
  }

  private send(): void {
    const batches = new Map<string, Waiting[]>();
    for (const one of this.waiting.splice(0)) {
      if (one.signal?.aborted) {
        one.reject(new DOMException("Given up.", "AbortError"));
        continue;
      }
      const { runIds, range, maxPoints, times } = one.query;
      const name = JSON.stringify([runIds, range, maxPoints, times]);
      const batch = batches.get(name);
      if (batch) batch.push(one);
      else batches.set(name, [one]);
    }
    for (const batch of batches.values()) {
      let part: Waiting[] = [];
      let keys = 0;
      for (const one of batch) {
        if (part.length && (keys + one.query.keys.length) * one.query.runIds.length > SERIES_PER_REQUEST) {
          void this.fetch(part);
          part = [];
          keys = 0;
        }
        part.push(one);
        keys += one.query.keys.length;
      }
      void this.fetch(part);
    }
  }

  private async fetch(batch: Waiting[]): Promise<void> {
    const first = batch[0] as Waiting;
    const control = new AbortController();
    let interested = batch.length;
    for (const one of batch) {
      one.signal?.addEventListener("abort", () => {
        one.reject(new DOMException("Given up.", "AbortError"));
        if (--interested === 0) control.abort();
      });
    }
    const { range, maxPoints, times, runIds } = first.query;
    const wanted = [...new Set(batch.flatMap((one) => one.query.keys))];
    const absent = (runId: string, key: string) => !this.kept.has(nameOf(runId, key, first.query));
    // Only what is not here: of one run that goes on among many that have ended, only that one's series.
    const runs = runIds.filter((runId) => wanted.some((key) => absent(runId, key)));
    const keys = wanted.filter((key) => runs.some((runId) => absent(runId, key)));
    try {
      if (keys.length) {
        const query = { runIds: runs, keys, range, maxPoints, times };
        this.keep(query, await this.fetcher(query, control.signal));
      }
      for (const one of batch) one.resolve(this.allKept(one.query, true) ?? []);
    } catch (error) {
      for (const one of batch) one.reject(error);
    }
    this.shrink();
  }

  private keep(query: SeriesQuery, found: Series[]): void {
    const { runIds, keys } = query;
    const byName = new Map(found.map((one) => [`${one.runId}\n${one.key}`, one]));
    const nothing = new Float64Array(0);
    for (const runId of runIds) {
      for (const key of keys) {
        const series = byName.get(`${runId}\n${key}`) ?? {
          runId,
          key,
          count: 0,
          steps: nothing,
          times: nothing,
          values: nothing,
        };
        const name = nameOf(runId, key, query);
        const before = this.kept.get(name);
        if (before) this.drop(name, before);
        this.kept.set(name, series);
        this.points += series.steps.length;
      }
    }
  }

  /** The series of a query when all are kept; they become the most recently used. */
  private allKept(query: SeriesQuery, partly = false): Series[] | null {
    const { runIds, keys } = query;
    const found: Series[] = [];
    for (const key of keys) {
      for (const runId of runIds) {
        const name = nameOf(runId, key, query);
        const series = this.kept.get(name);
        if (!series) {
          if (partly) continue;
          return null;
        }
        this.kept.delete(name);
        this.kept.set(name, series);
        if (series.steps.length) found.push(series);
      }
    }
    return found;
  }

  private drop(name: string, series: Series): void {
    this.kept.delete(name);
    this.points -= series.steps.length;
  }

  private shrink(): void {
    for (const [name, series] of this.kept) {
      if (this.points <= this.keptPoints && this.kept.size <= 50_000) return;
      this.drop(name, series);
    }
  }
}

function nameOf(runId: string, key: string, { range, maxPoints, times }: SeriesQuery): string {
  return `${runId} ${maxPoints} ${times ? "t" : "s"} ${range.by} ${range.first ?? ""} ${range.last ?? ""} ${key}`;
}

/** Series by the binary frame. */
export async function fetchSeries(query: SeriesQuery, signal: AbortSignal): Promise<Series[]> {
  const { by, first, last } = query.range;
  const bounds = by === "step" ? { first_step: first, last_step: last } : { first_time: first, last_time: last };
  const found = await getFrame(
    { run_ids: [...query.runIds], keys: [...query.keys], by, ...bounds, max_points: query.maxPoints, columns: query.times ? ["step", "time", "value"] : ["step", "value"] },
    signal,
  );
  const none = new Float64Array(0);
  return found.map((one) => ({
    runId: one.run_id,
    key: one.key,
    count: one.count,
    steps: one.stepOffsets ? absolute(one.stepOffsets, one.step0) : none,
    times: one.timeOffsets ? absolute(one.timeOffsets, one.time0) : none,
    // A copy: a view would keep the whole frame in memory for as long as one of its series is kept.
    values: one.values ? one.values.slice() : none,
  }));
}

/** The page's source of series. */
export const seriesSource = new SeriesSource(fetchSeries);

/** How many points a series may have in a chart: four for each pixel of its width, fewer when there are many series,
 * rounded so that charts of about the same width share a request, and small changes of the width ask for nothing new. */
export function pointsFor(width: number, series: number): number {
  const fair = Math.min(width * 4, 60_000 / Math.max(1, series));
  const steps = [240, 480, 960, 1920, 3840];
  return steps.find((size) => size >= fair * 0.8) ?? 3840;
}
