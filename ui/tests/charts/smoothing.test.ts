import { describe, expect, test } from "vitest";
import { ema, gaussian, runningMean, smooth } from "../../src/charts/smoothing";

describe("ema", () => {
  test("gives the values of the documented formula", () => {
    // By hand for weight 0.5: 1; (0.5·0.5 + 0.5·3)/0.75; (0.875·… ) and so on.
    const smoothed = ema([1, 3, 2], 0.5);
    expect(smoothed[0]).toBeCloseTo(1, 12);
    expect(smoothed[1]).toBeCloseTo((0.5 * 0.5 * 1 + 0.5 * 3) / 0.75, 12);
    expect(smoothed[2]).toBeCloseTo((0.125 * 1 + 0.25 * 3 + 0.5 * 2) / 0.875, 12);
  });

  test("leaves a constant alone, so the first points are not pulled to 0", () => {
    for (const value of ema(new Array(50).fill(7), 0.99)) expect(value).toBeCloseTo(7, 9);
  });

  test("weight 0 changes nothing", () => {
    expect([...ema([5, -1, 2], 0)]).toEqual([5, -1, 2]);
  });

  test("a NaN or infinity stays where it is and disturbs nothing after it", () => {
    const smoothed = ema([1, NaN, Infinity, 3], 0.5);
    expect(smoothed[1]).toBeNaN();
    expect(smoothed[2]).toBe(Infinity);
    expect(smoothed[3]).toBeCloseTo((0.25 * 1 + 0.5 * 3) / 0.75, 12);
  });
});

describe("gaussian", () => {
  test("keeps constants and the place of a peak", () => {
    for (const value of gaussian(new Array(20).fill(3), 2)) expect(value).toBeCloseTo(3, 12);
    const peak = gaussian([...new Array(9).fill(0), 10, ...new Array(9).fill(0)], 1);
    expect(Math.max(...peak)).toBe(peak[9]);
    expect(peak[8]).toBeCloseTo(peak[10] as number, 12);
    expect((peak[9] as number) / (peak[8] as number)).toBeCloseTo(Math.exp(0.5), 9);
  });

  test("skips NaN", () => {
    const smoothed = gaussian([4, NaN, 4], 3);
    expect(smoothed[0]).toBeCloseTo(4, 12);
    expect(smoothed[1]).toBeNaN();
  });
});

describe("runningMean", () => {
  test("is the mean of the neighbours, narrower at the ends", () => {
    expect([...runningMean([1, 2, 6, 4, 5], 3)]).toEqual([1, 3, 4, 5, 5]);
  });

  test("skips NaN", () => {
    const smoothed = runningMean([1, NaN, 6, 2, 4], 3);
    expect(smoothed[1]).toBeNaN();
    expect(smoothed[2]).toBe(4);
  });
});

test("none gives a copy", () => {
  const values = Float64Array.of(1, 2);
  const same = smooth(values, "none", 0.9);
  expect([...same]).toEqual([1, 2]);
  expect(same).not.toBe(values);
});
