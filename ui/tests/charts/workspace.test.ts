import { expect, test } from "vitest";
import { drawn, groupName, rangeFor } from "../../src/pages/charts/lines";
import { matching, sectionsOf } from "../../src/pages/charts/sections";
import { formatWorkspace, initial, parseWorkspace, settingsOf, type Workspace } from "../../src/pages/charts/state";

test("a workspace comes back from its text, an untouched one is no text", () => {
  expect(formatWorkspace(initial)).toBe("");
  expect(parseWorkspace("")).toEqual(initial);
  const workspace: Workspace = {
    x: "metrics.odd;key:1,%",
    smoothing: "ema",
    amount: 0.85,
    log: true,
    cut: true,
    runs: 120,
    groups: ["params.opt", "tags.odd,key;1"],
    find: "loss|acc.*",
    toggled: ["train", "a,b/c"],
    own: { "val/loss": { log: false, x: "wall" }, b: { smoothing: "gaussian", amount: 3 } },
    added: [{ kind: "scatter", columns: ["params.lr", "metrics.val/loss", ""] }, { kind: "importance", columns: ["metrics.x"] }],
    size: "l",
    zooms: { "step ": [10, 200.5], "number a,b": [-1e-7, 3] },
  };
  expect(parseWorkspace(formatWorkspace(workspace))).toEqual(workspace);
});

test("nonsense in the address is passed over", () => {
  expect(parseWorkspace("n:-4;s:magic~x;c:pie,a;zzz;x;w:xl;z:step,5,1")).toEqual(initial);
});

test("a link with one column of groups is read as before; groups of several are called by all their values", () => {
  expect(parseWorkspace("g:params.a%2cb").groups).toEqual(["params.a,b"]);
  expect(groupName(["params.opt"], ["adam"])).toBe("adam");
  expect(groupName(["params.opt", "tags.lr"], ["adam", null])).toBe("opt adam, lr (none)");
});

test("one chart may have its own settings", () => {
  const workspace = parseWorkspace("log;o:a,lin");
  expect(settingsOf(workspace, "a").log).toBe(false);
  expect(settingsOf(workspace, "b").log).toBe(true);
});

test("sections nest by slashes, and chains of one are joined", () => {
  const found = sectionsOf(["loss", "system/cpu", "train/loss", "train/aug/a", "train/aug/b", "optim/lr/group0"]);
  expect(found.map((one) => [one.prefix, one.title, one.keys, one.count])).toEqual([
    ["", "", ["loss"], 1],
    ["train", "train", ["train/loss"], 3],
    ["optim/lr", "optim/lr", ["optim/lr/group0"], 1],
    ["system", "system", ["system/cpu"], 1],
  ]);
  expect(found[1]?.inner.map((one) => [one.title, one.keys])).toEqual([["aug", ["train/aug/a", "train/aug/b"]]]);
});

test("keys are found by a regular expression, or by text that is none", () => {
  expect(matching(["train/loss", "val/LOSS", "acc"], "^(train|val)/loss$")).toEqual(["train/loss", "val/LOSS"]);
  expect(matching(["a(b", "ab"], "(b")).toEqual(["a(b"]);
});

const series = (runId: string, steps: number[], values: number[], every = 1000) => ({
  runId,
  key: "k",
  count: steps.length,
  steps: Float64Array.from(steps),
  times: Float64Array.from(steps, (_, i) => 5000 + i * every),
  values: Float64Array.from(values),
});
const runs = new Map(["a", "b"].map((id) => [id, { id, name: id.toUpperCase(), colour: "#123456", start: 4000 }]));

test("time counts from the start of the run", () => {
  const { lines } = drawn([series("a", [0, 1, 2], [1, 2, 3])], [], runs, { ...initial, x: "relative" }, null);
  expect([...(lines[0]?.xs ?? [])]).toEqual([1, 2, 3]);
});

test("another metric on the x axis is joined by step, and sorted", () => {
  const x = series("a", [0, 1, 2], [30, 20, 10]);
  const { lines, xKind } = drawn([series("a", [0, 1, 2], [1, 2, 3])], [x], runs, { ...initial, x: "metrics.x" }, null);
  expect(xKind).toBe("number");
  expect([...(lines[0]?.xs ?? [])]).toEqual([10, 20, 30]);
  expect([...(lines[0]?.ys ?? [])]).toEqual([3, 2, 1]);
});

test("series without steps are drawn over time, and the chart says so", () => {
  const found = drawn([series("a", [0, 0, 0], [1, 2, 3])], [], runs, initial, null);
  expect(found.xKind).toBe("relative");
  expect(found.note).toContain("without steps");
});

test("groups are a mean with its band", () => {
  const groups = { of: new Map([["a", "g"], ["b", "g"]]), colours: new Map([["g", "#abcdef"]]) };
  const { lines } = drawn([series("a", [0, 1], [0, 2]), series("b", [0, 1], [2, 4])], [], runs, initial, groups);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.name).toBe("g (2)");
  expect([...(lines[0]?.ys ?? [])]).toEqual([1, 3]);
  expect([...(lines[0]?.high ?? [])]).toEqual([2, 4]);
});

test("smoothing keeps the raw values behind", () => {
  const { lines } = drawn([series("a", [0, 1, 2], [1, 5, 3])], [], runs, { ...initial, smoothing: "mean", amount: 3 }, null);
  expect([...(lines[0]?.raw ?? [])]).toEqual([1, 5, 3]);
  expect([...(lines[0]?.ys ?? [])]).toEqual([1, 3, 3]);
});

test("the range of a zoom in time holds the steps of all runs, with one more on each side", () => {
  const slow = series("a", [0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 0, 0], 1000);
  const fast = series("b", [0, 10, 20, 30, 40, 50], [0, 0, 0, 0, 0, 0], 1000);
  const { lines } = drawn([slow, fast], [], runs, { ...initial, x: "relative" }, null);
  expect(rangeFor([2.9, 3.1], "relative", [slow, fast], lines)).toEqual({ by: "step", first: 1, last: 30 });
  expect(rangeFor([10, 20], "step", [], [])).toEqual({ by: "step", first: 9, last: 21 });
});
