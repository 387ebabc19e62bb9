import { expect, test } from "vitest";
import { allSteps, pointsFor, type Series, type SeriesQuery, SeriesSource } from "../../src/charts/source";

function fetcher(points = 3) {
  const asked: SeriesQuery[] = [];
  const signals: AbortSignal[] = [];
  const fetch = (query: SeriesQuery, signal: AbortSignal) => {
    asked.push(query);
    signals.push(signal);
    const found: Series[] = [];
    for (const runId of query.runIds) {
      for (const key of query.keys) {
        if (key === "absent") continue;
        const xs = Float64Array.from({ length: points }, (_, i) => i);
        found.push({ runId, key, count: points, steps: xs, times: xs, values: xs });
      }
    }
    return new Promise<Series[]>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
      setTimeout(() => resolve(found), 5);
    });
  };
  return { fetch, asked, signals };
}

const query = (keys: string[], runIds = ["a", "b"]): SeriesQuery => ({ runIds, keys, range: allSteps, maxPoints: 100, times: false });

test("what is asked for at once goes in one request, and is not asked for again", async () => {
  const { fetch, asked } = fetcher();
  const source = new SeriesSource(fetch);
  const [x, y] = await Promise.all([source.get(query(["x"])), source.get(query(["y"]))]);
  expect(asked).toHaveLength(1);
  expect(asked[0]?.keys).toEqual(["x", "y"]);
  expect(x?.map((one) => one.runId + one.key)).toEqual(["ax", "bx"]);
  expect(y?.map((one) => one.runId + one.key)).toEqual(["ay", "by"]);
  await source.get(query(["y"]));
  expect(asked).toHaveLength(1);
});

test("that a run has no such series is kept, too", async () => {
  const { fetch, asked } = fetcher();
  const source = new SeriesSource(fetch);
  expect(await source.get(query(["absent"]))).toEqual([]);
  expect(await source.get(query(["absent"]))).toEqual([]);
  expect(asked).toHaveLength(1);
});

test("many series go in several requests", async () => {
  const { fetch, asked } = fetcher(1);
  const source = new SeriesSource(fetch);
  const runs = Array.from({ length: 1000 }, (_, i) => `r${i}`);
  await Promise.all(["a", "b", "c", "d"].map((key) => source.get(query([key], runs))));
  expect(asked.map((one) => one.keys)).toEqual([["a", "b"], ["c", "d"]]);
});

test("a request is given up when nobody waits for it any more, and not before", async () => {
  const { fetch, signals } = fetcher();
  const source = new SeriesSource(fetch);
  const one = new AbortController();
  const two = new AbortController();
  const first = source.get(query(["x"]), one.signal);
  const second = source.get(query(["y"]), two.signal);
  await new Promise((resolve) => setTimeout(resolve, 1));
  one.abort();
  await expect(first).rejects.toThrow("Given up");
  expect(signals[0]?.aborted).toBe(false);
  two.abort();
  await expect(second).rejects.toThrow();
  expect(signals[0]?.aborted).toBe(true);
});

test("what is kept stays in bounds, the least recently used goes first", async () => {
  const { fetch, asked } = fetcher(10);
  const source = new SeriesSource(fetch, 50);
  await source.get(query(["x"]));
  await source.get(query(["y"]));
  await source.get(query(["x"]));
  await source.get(query(["z"]));
  await source.get(query(["x"]));
  expect(asked).toHaveLength(3);
  await source.get(query(["y"]));
  expect(asked).toHaveLength(4);
});

test("what was forgotten is read anew, and only that", async () => {
  const { fetch, asked } = fetcher();
  const source = new SeriesSource(fetch);
  await source.get(query(["x"]));
  source.forget(new Set(["a"]));
  expect((await source.get(query(["x"]))).map((one) => one.runId)).toEqual(["a", "b"]);
  expect(asked).toHaveLength(2);
  expect(asked[1]?.runIds).toEqual(["a"]);
});

test("points for a width", () => {
  expect(pointsFor(400, 10)).toBe(1920);
  expect(pointsFor(380, 10)).toBe(pointsFor(440, 10));
  expect(pointsFor(400, 100)).toBe(480);
  expect(pointsFor(400, 1000)).toBe(240);
  expect(pointsFor(5000, 1)).toBe(3840);
});
