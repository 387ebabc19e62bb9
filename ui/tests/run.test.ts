import { shownFirst } from "../src/pages/run/console/Console";
import type { Run } from "@schema/calls";
import { expect, test } from "vitest";
import { asLoggedTable, findInJson, jsonRows, parseJson } from "../src/lib/jsonRows";
import { harden, quieted } from "../src/lib/markdown";
import { compareCells, shownText, sortedOrder, textOf } from "../src/lib/tableOrder";
import { jsonOf, metricRows, pythonOf, withTag } from "../src/pages/run/data";
import { fieldsOf, profileOf, sourceOf } from "../src/pages/run/datasets";
import { commitLink } from "../src/pages/run/source";

const run: Run = {
  info: { run_id: "r", experiment_id: "1", user_id: "", status: "RUNNING", start_time: 1 },
  data: {
    metrics: [
      { key: "m10", value: 1, timestamp: 0 },
      { key: "m2", value: "NaN", timestamp: 0, step: 4 },
    ],
    metric_summaries: [{ key: "m2", count: 3, min: 0.5, max: "Infinity", mean: 2, last_step: 4 }],
    tags: [{ key: "b", value: "1" }],
  },
};

test("metrics come with their summaries, in the order of people", () => {
  expect(metricRows(run)).toEqual([
    { key: "m2", latest: Number.NaN, step: 4, count: 3, min: 0.5, max: Number.POSITIVE_INFINITY, mean: 2 },
    { key: "m10", latest: 1, step: 0, count: 1, min: 1, max: 1, mean: 1 },
  ]);
});

test("a changed tag is in its place, the name in the run's facts, too", () => {
  expect(withTag(run, "a", "x").data?.tags).toEqual([{ key: "a", value: "x" }, { key: "b", value: "1" }]);
  expect(withTag(run, "b", null).data?.tags).toEqual([]);
  expect(withTag(run, "mlflow.runName", "new").info.run_name).toBe("new");
});

test("params hold JSON or Python literals", () => {
  expect(jsonOf('{"a": [1]}')).toEqual({ a: [1] });
  expect(jsonOf("{a}")).toBeUndefined();
  expect(jsonOf("12")).toBeUndefined();
  expect(pythonOf("{'a': (1, None), 'it\\'s': [True, nan,]}")).toEqual({ a: [1, null], "it's": [true, "nan"] });
  expect(pythonOf("[<object>]")).toBeUndefined();
});

test("datasets tell their fields, source and size", () => {
  expect(fieldsOf('{"mlflow_colspec": [{"type": "long", "name": "a", "required": false}]}')).toEqual([{ name: "a", type: "long", required: false }]);
  expect(fieldsOf(JSON.stringify({ mlflow_tensorspec: { features: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 3]}}]' } }))).toEqual([{ name: "features", type: "float32[-1, 3]", required: true }]);
  expect(fieldsOf("no json")).toEqual([]);
  expect(sourceOf({ name: "", digest: "", source_type: "s3", source: '{"uri": "s3://b/x"}' })).toBe("s3://b/x");
  expect(profileOf('{"num_rows": 12345, "num_elements": 2}')).toEqual([["rows", "12,345"], ["elements", "2"]]);
});

test("commits link to the hosts that are known, whatever the spelling of the repository", () => {
  const commit = "3f1c2b9a7e";
  expect(commitLink("git@github.com:o/r.git", commit)).toBe(`https://github.com/o/r/commit/${commit}`);
  expect(commitLink("https://gitlab.com/a/b/c", commit)).toBe(`https://gitlab.com/a/b/c/-/commit/${commit}`);
  expect(commitLink("https://example.org/o/r", commit)).toBeNull();
  expect(commitLink("https://github.com/o/r", 'x" onclick')).toBeNull();
});

test("JSON becomes rows of what is open, found parts are opened", () => {
  const value = { a: [1, { b: "needle" }], c: {} };
  expect(jsonRows(value, (_, depth) => depth < 1).map((row) => [row.path, row.count, row.open])).toEqual([
    ["$", 2, true],
    ["$.a", 2, false],
    ["$.c", 0, false],
  ]);
  const found = findInJson(value, "NEEDLE");
  expect(found.hits).toEqual(["$.a[1].b"]);
  expect([...found.open]).toEqual(["$", "$.a", "$.a[1]"]);
  expect(findInJson(value, "").hits).toEqual([]);
});

test("JSON as Python writes it is read, texts are left alone", () => {
  expect(parseJson('{"a": NaN, "b": [-Infinity], "c": "NaN, \\"Infinity\\""}')).toEqual({ a: "NaN", b: ["-Infinity"], c: 'NaN, "Infinity"' });
  expect(() => parseJson("{a: 1}")).toThrow();
});

test("logged tables are told from other JSON", () => {
  expect(asLoggedTable({ columns: ["a"], data: [[1]] })).toEqual({ head: ["a"], rows: [[1]] });
  expect(asLoggedTable({ columns: ["a"], data: [1] })).toBeNull();
  expect(asLoggedTable([])).toBeNull();
});

test("cells sort by number, then text, with the missing ones last both ways", () => {
  const values = ["10", null, "9", "b2", "b10", "NaN", ""];
  const order = (down: boolean) => sortedOrder(values.length, { column: 0, down }, (row) => values[row], null).map((row) => values[row]);
  expect(order(false)).toEqual(["9", "10", "b2", "b10", null, "NaN", ""]);
  expect(order(true)).toEqual(["b10", "b2", "10", "9", null, "NaN", ""]);
  expect(compareCells(2n, 10, false)).toBeLessThan(0);
});

// What the sanitiser takes out is tested in a real browser: the DOM of these tests is none that it works in.
test("links of notes open apart, and images of other servers become links", () => {
  const box = document.createElement("div");
  box.innerHTML =
    '<a href="javascript:alert(1)">a</a><a href="https://example.org">b</a><a href="#/models">c</a><a href="/x">d</a>' +
    '<img src="https://example.org/p.png" alt="e"><img src="data:image/png;base64,aGk="><img src="x" alt="f">';
  harden(box);
  expect(box.innerHTML).toBe(
    '<a>a</a><a href="https://example.org" rel="noopener noreferrer" target="_blank">b</a><a href="#/models">c</a><a>d</a>' +
      '<a href="https://example.org/p.png" rel="noopener noreferrer" target="_blank">e</a><img src="data:image/png;base64,aGk="><span>f</span>',
  );
});

test("what the browser would complain of is taken out first, code in the text is not", () => {
  expect(quieted(`<p style="a" onclick='b' class=c STYLE=d>x</p><style scoped>p {}\n</style>&lt;b style="e"&gt; style="f"`)).toBe('<p class=c>x</p>&lt;b style="e"&gt; style="f"');
});

test("floats are shown short, other values and copies as they are", () => {
  expect([0.1 + 0.2, 1e-12 / 3, 12_345_678_901, Number.NaN, 5n, "0.30000000000000004"].map(shownText)).toEqual(["0.3", "3.3333333e-13", "12345678901", "NaN", "5", "0.30000000000000004"]);
  expect(textOf(0.1 + 0.2)).toBe("0.30000000000000004");
});

test("the output that is shown first is that of the last process", () => {
  const files = ["logs/train.log", "console/output.log", "console/output-10.log", "console/output-2.log"].map((path) => ({ path }));
  expect(shownFirst(files)?.path).toBe("console/output-10.log");
  expect(shownFirst(files.slice(0, 1))?.path).toBe("logs/train.log");
});
