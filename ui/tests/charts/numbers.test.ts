import { expect, test } from "vitest";
import { decadeTicks, duration, exact, extent, logTicks, padded, quantile, short, tickLabels, ticks } from "../../src/charts/numbers";

test("ticks are round and within the bounds", () => {
  expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticks(-3, 12, 4)).toEqual([0, 5, 10]);
  expect(ticks(0.1, 0.3, 3)).toEqual([0.1, 0.2, 0.3]);
  expect(ticks(5, 5, 3)).toEqual([5]);
  expect(ticks(NaN, 1, 3)).toEqual([]);
});

test("ticks of log scales are powers of ten, thinned out when there are many", () => {
  expect(logTicks(0.01, 100, 10)).toEqual([0.01, 0.1, 1, 10, 100]);
  expect(logTicks(1e-8, 1, 3)).toEqual([1e-8, 1e-5, 1e-2]);
  expect(logTicks(2, 6, 4)).toEqual([2, 3, 4, 5, 6]);
  expect(logTicks(-1, 6, 4)).toEqual([]);
});

test("ticks of few decades stand at 1, 2 and 5", () => {
  expect(decadeTicks(0.16, 14, 8)).toEqual([0.2, 0.5, 1, 2, 5, 10]);
  expect(decadeTicks(1e-6, 10, 5)).toEqual([1e-6, 1e-4, 1e-2, 1]);
  expect(decadeTicks(3, 4, 5)).toEqual([3, 3.2, 3.4, 3.6, 3.8, 4]);
});

test("numbers are short", () => {
  expect([0, 0.012345, 123456, 4.5e6, 1e-7, 2.5e20, NaN, -Infinity, 1500, 0.5].map((value) => short(value))).toEqual(
    ["0", "0.01235", "123k", "4.5M", "1e-7", "2.5e20", "NaN", "−∞", "1500", "0.5"],
  );
  expect([100, 0.1 + 0.2, 1 / 3].map(exact)).toEqual(["100", "0.3", "0.333333"]);
});

test("labels of ticks that lie close together differ", () => {
  expect(tickLabels([0, 200_000, 400_000])).toEqual(["0", "200k", "400k"]);
  expect(tickLabels([499_990, 500_000, 500_010])).toEqual(["499.99k", "500k", "500.01k"]);
  expect(tickLabels([0.50001, 0.50002])).toEqual(["0.50001", "0.50002"]);
});

test("durations", () => {
  expect([0.5, 45, 200, 7500, 273600, -61].map(duration)).toEqual(["0.5 s", "45 s", "3:20", "2:05:00", "3 d 4 h", "−1:01"]);
});

test("quantiles are interpolated", () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([1, 2, 3, 4], 1)).toBe(4);
  expect(quantile([], 0.5)).toBeNaN();
});

test("an extent leaves out what is not finite, what a log scale cannot show, and outliers", () => {
  expect(extent([[1, NaN, 5], [Infinity, -2]], false, false)).toEqual([-2, 5]);
  expect(extent([[1, 5], [0, -2]], true, false)).toEqual([1, 5]);
  const [low, high] = extent([[...Array.from({ length: 999 }, (_, i) => i / 1000), 1e9]], false, true) as [number, number];
  expect(low).toBe(0);
  expect(high).toBeLessThan(2);
  expect(extent([[1, 2, 3, 4]], false, true)).toEqual([1, 4]);
  expect(extent([[NaN]], false, false)).toBeNull();
});

test("bounds have air, also when they are equal", () => {
  expect(padded([0, 10], false)).toEqual([-0.5, 10.5]);
  expect(padded([0, 0], false)).toEqual([-0.5, 0.5]);
  const [low, high] = padded([1, 1], true);
  expect([low, high]).toEqual([0.5, 2]);
});
