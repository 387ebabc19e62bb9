import { expect, test } from "vitest";
import { bandOf, nearest, resampled } from "../../src/charts/bands";

test("a band has the mean and the bounds of the members that reach a place", () => {
  const band = bandOf([
    { xs: [0, 1, 2, 3], ys: [0, 1, 2, 3] },
    { xs: [0, 2], ys: [4, 4] },
  ]);
  expect([...band.xs]).toEqual([0, 1, 2, 3]);
  expect([...band.mean]).toEqual([2, 2.5, 3, 3]);
  expect([...band.low]).toEqual([0, 1, 2, 3]);
  expect([...band.high]).toEqual([4, 4, 4, 3]);
  expect([...band.counts]).toEqual([2, 2, 2, 1]);
});

test("a member's NaN does not count, a place with nothing else is NaN", () => {
  const band = bandOf([
    { xs: [0, 1], ys: [NaN, 1] },
    { xs: [0, 1], ys: [2, NaN] },
  ]);
  expect([...band.mean]).toEqual([2, 1]);
  expect(bandOf([{ xs: [0, 1], ys: [NaN, 1] }]).mean[0]).toBeNaN();
});

test("the grid spans all members", () => {
  const band = bandOf([
    { xs: [0, 5], ys: [1, 1] },
    { xs: [5, 10], ys: [3, 3] },
  ]);
  expect(band.xs[0]).toBe(0);
  expect(band.xs[band.xs.length - 1]).toBe(10);
});

test("no lines give an empty band", () => {
  expect(bandOf([]).xs).toHaveLength(0);
});

test("resampling interpolates inside and gives NaN outside", () => {
  expect([...resampled({ xs: [1, 3], ys: [10, 30] }, [0, 1, 2, 3, 4])]).toEqual([NaN, 10, 20, 30, NaN]);
});

test("the nearest point", () => {
  expect(nearest([1, 4, 9], 5)).toBe(1);
  expect(nearest([1, 4, 9], 7)).toBe(2);
  expect(nearest([1, 4, 9], -3)).toBe(0);
  expect(nearest([1, 4, 9], 99)).toBe(2);
  expect(nearest([], 1)).toBe(-1);
});
