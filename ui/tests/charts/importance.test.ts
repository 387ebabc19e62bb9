import { expect, test } from "vitest";
import { etaSquared, importance, ranks, spearman } from "../../src/charts/importance";

test("equal values share their mean rank", () => {
  expect(ranks([10, 20, 20, 5])).toEqual([2, 3.5, 3.5, 1]);
});

test("spearman sees any monotonous relation, with its sign", () => {
  expect(spearman([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1, 12);
  expect(spearman([1, 2, 3, 4], [8, 4, 2, 1])).toBeCloseTo(-1, 12);
  expect(spearman([1, 2, 3], [5, 5, 5])).toBeNaN();
  // A published example (hours of TV against IQ): −29/165.
  const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
  const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
  expect(spearman(iq, hours)).toBeCloseTo(-29 / 165, 9);
});

test("eta² is the share of the variance between groups", () => {
  // A published example (scores of algebra, geometry, statistics): 6780/9640.
  const groups = [..."AAAAAGGGGSSSSSS"];
  const scores = [45, 70, 29, 15, 21, 40, 20, 30, 42, 65, 95, 80, 70, 85, 73];
  expect(etaSquared(groups, scores)).toBeCloseTo(6780 / 9640, 9);
  expect(etaSquared(["a", "b"], [1, 1])).toBeNaN();
});

test("params are ordered by strength, each measured by its kind", () => {
  const metric = [0.1, 0.2, 0.3, 0.4, NaN, null];
  const found = importance(
    new Map<string, (string | number | null)[]>([
      ["lr", ["1e-4", "1e-3", "1e-2", "1e-1", "1", "1"]],
      ["optimizer", ["adam", "sgd", "adam", "sgd", "sgd", "sgd"]],
      ["constant", [1, 1, 1, 1, 1, 1]],
      ["name", ["a", "b", "c", "d", "e", "f"]],
      ["rare", [1, 2, null, null, 3, 4]],
    ]),
    metric,
  );
  expect(found.map((one) => [one.name, one.measure])).toEqual([["lr", "spearman"], ["optimizer", "eta²"]]);
  expect(found[0]?.strength).toBeCloseTo(1, 12);
  expect(found[1]?.strength).toBeCloseTo(0.2, 9);
  expect(found[0]?.runs).toBe(4);
});
