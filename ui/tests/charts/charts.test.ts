import { expect, test } from "vitest";
import { boxFacts } from "../../src/charts/Box";
import { cellsOf } from "../../src/charts/HeatMap";
import { durationTicks } from "../../src/charts/linemodel";
import { keptBy } from "../../src/charts/Parallel";
import { asCsv } from "../../src/charts/saving";
import { scaleOf } from "../../src/charts/scale";
import { brushOf, condition } from "../../src/pages/charts/Brushes";

test("numbers written as text are numbers, words are in their order", () => {
  const numbers = scaleOf(["1", "2", null, "3"]);
  expect(numbers.kind).toBe("linear");
  expect(numbers.at("2")).toBeCloseTo(0.5, 9);
  expect(numbers.at(null)).toBeNaN();
  const words = scaleOf(["b", "a10", "a9", null]);
  expect(words.words).toEqual(["a9", "a10", "b"]);
  expect(words.at("a10")).toBeCloseTo(0.5, 9);
});

test("positive numbers over many decades are on a log scale, and come back from it", () => {
  const scale = scaleOf([1e-5, 1e-3, 1e-1]);
  expect(scale.kind).toBe("log");
  expect(scale.at(1e-3)).toBeCloseTo(0.5, 9);
  expect(scale.value(scale.at(0.02))).toBeCloseTo(0.02, 12);
  expect(scaleOf([0, 1e-3, 10]).kind).toBe("linear");
  expect(scaleOf(Array.from({ length: 500 }, (_, i) => (i + 1) / 500)).kind).toBe("linear");
});

test("a box has Tukey's whiskers, and what lies beyond is told", () => {
  const facts = boxFacts("g", [1, 2, 3, 4, 5, 100, NaN]);
  expect(facts).toMatchObject({ count: 6, low: 1, median: 3.5, high: 5, outliers: [100] });
  expect(boxFacts("none", [NaN])).toBeNull();
});

test("cells hold means; numbers with many values are put in ranges", () => {
  const cells = cellsOf(["a", "a", "b"], [1, 1, 2], [10, 20, 7]);
  expect([cells.x, cells.y]).toEqual([["a", "b"], ["1", "2"]]);
  expect([...cells.means]).toEqual([15, NaN, NaN, 7]);
  const many = Array.from({ length: 100 }, (_, i) => i);
  const ranged = cellsOf(many, many, many);
  expect(ranged.x).toHaveLength(10);
  expect([...ranged.counts].reduce((sum, count) => sum + count, 0)).toBe(100);
});

test("brushes keep the lines that pass all of them", () => {
  const columns = [{ name: "x" }, { name: "y" }];
  const places = [0.1, 0.9, 0.5, 0.5, NaN, 0.5];
  expect([...keptBy(columns, places, new Map([["x", [0, 0.6]]]), 3)]).toEqual([1, 1, 0]);
  expect([...keptBy(columns, places, new Map([["x", [0, 0.6]], ["y", [0.8, 1]]]), 3)]).toEqual([1, 0, 0]);
});

test("a brush becomes conditions of a filter", () => {
  const numbers = scaleOf([0, 10]);
  expect(condition("metrics.val/loss", [numbers.at(2), numbers.at(4)], numbers)).toEqual(["metrics.`val/loss` >= 2", "metrics.`val/loss` <= 4"]);
  expect(condition("params.depth", [0, numbers.at(4)], numbers)).toEqual(["params.depth <= 4"]);
  const words = scaleOf(["adam", "it's", "sgd"]);
  expect(condition("params.opt", [0, 0.2], words)).toEqual(["params.opt = 'adam'"]);
  expect(condition("params.opt", [0.4, 1], words)).toEqual(["params.opt IN (\"it's\", 'sgd')"]);
});

test("ticks of durations are round times", () => {
  expect(durationTicks(0, 3600, 4)).toEqual([0, 900, 1800, 2700, 3600]);
  expect(durationTicks(0, 0.5, 5)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
});

test("CSV quotes what needs it", () => {
  expect(asCsv({ columns: ["a", "b"], rows: [["x,y", 1], ['say "hi"', null]] })).toBe('a,b\r\n"x,y",1\r\n"say ""hi""",\r\n');
});

test("a part of an axis can be said in words", () => {
  const scale = scaleOf([0, 10]);
  const [low, high] = brushOf("2 … 4", scale) as [number, number];
  expect([scale.value(low), scale.value(high)].map((value) => Number(value.toFixed(9)))).toEqual([2, 4]);
  expect(brushOf(">= 4", scale)?.[1]).toBe(1);
  expect(brushOf("4 .. 2", scale)).toBeNull();
  expect(brushOf("nothing", scale)).toBeNull();
  const words = scaleOf(["a", "b", "c", "d"]);
  expect(brushOf("b, c", words)).toEqual([0.25, 0.75]);
  expect(condition("params.x", brushOf("b, c", words) as [number, number], words)).toEqual(["params.x IN ('b', 'c')"]);
});
