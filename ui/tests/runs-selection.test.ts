import { expect, test } from "vitest";
import { nextSorts } from "../src/pages/runs/gridColumns";
import { countOf, EVERYTHING, isSelected, NOTHING, turned, withRuns } from "../src/pages/runs/selection";

test("a run may be left out of all", () => {
  const but = turned(EVERYTHING, "a");
  expect(isSelected(but, "a")).toBe(false);
  expect(isSelected(but, "b")).toBe(true);
  expect(isSelected(but, "parent", false)).toBe(false);
  expect(countOf(but, 10)).toBe(9);
  expect(countOf(withRuns(but, ["a"], true), 10)).toBe(10);
});

test("some runs are selected one by one and as a range", () => {
  const some = withRuns(turned(NOTHING, "a"), ["b", "c"], true);
  expect(countOf(some, 10)).toBe(3);
  expect(isSelected(turned(some, "b"), "b")).toBe(false);
});

test("a click on a header sorts by better values first, then by worse ones, then not", () => {
  const loss = { id: "metrics.loss", aggregate: "last" as const };
  const first = nextSorts([], loss, false);
  expect(first).toEqual([{ ...loss, descending: false }]);
  const second = nextSorts(first, loss, false);
  expect(second).toEqual([{ ...loss, descending: true }]);
  expect(nextSorts(second, loss, false)).toEqual([]);
  const name = { id: "params.m", aggregate: "last" as const };
  expect(nextSorts(first, name, true).map((one) => one.id)).toEqual(["metrics.loss", "params.m"]);
});
