import { typedTags } from "../src/pages/experiments/deeds";
import type { ExperimentFacts } from "@schema/calls";
import { expect, test } from "vitest";
import { experimentRows, folders, parts } from "../src/pages/experiments/tree";

let last = 0;
const made = (name: string, more: Partial<ExperimentFacts> = {}): ExperimentFacts => ({
  experiment_id: String(++last),
  name,
  lifecycle_stage: "active",
  creation_time: 0,
  last_update_time: 0,
  ...more,
});
const byName = { id: "name", down: false };
const drawn = (rows: ReturnType<typeof experimentRows>) =>
  rows.map((row) => `${"  ".repeat(row.depth)}${row.name}${row.facts ? "" : "/"}${row.opened === false ? "…" : ""}`);

test("names are split at their slashes, and no two names have the same parts", () => {
  expect(parts("a/b/c")).toEqual(["a", "b", "c"]);
  expect(parts("/Users/me/x")).toEqual(["/Users", "me", "x"]);
  expect(parts("a//b")).toEqual(["a", "/b"]);
  expect(parts("a/")).toEqual(["a/"]);
  expect(parts("/")).toEqual(["/"]);
  const names = ["a/b", "/a/b", "a//b", "a/b/", "//a/b"];
  expect(new Set(names.map((name) => JSON.stringify(parts(name)))).size).toBe(names.length);
});

test("slashes make folders; an experiment may be a folder, too; lonely folders are one row", () => {
  const all = ["nlp/bert", "nlp/bert/large", "nlp/gpt", "digits", "x/y/one", "x/y/two"].map((name) => made(name));
  expect(drawn(experimentRows(all, { order: byName }))).toEqual([
    "digits",
    "nlp/",
    "  bert",
    "    large",
    "  gpt",
    "x/y/",
    "  one",
    "  two",
  ]);
  expect(folders(all)).toEqual(["nlp", "nlp/bert", "x/y"]);
});

test("a folder sums up what is in it, closed or not", () => {
  const all = [
    made("a", { runs: 1, last_activity: 5, days: [1, 0] }),
    made("a/b", { runs: 2, running: 1, last_activity: 9, days: [0, 2] }),
    made("a/b/c", { runs: 4, models: 3 }),
  ];
  const [row, ...rest] = experimentRows(all, { order: byName, closed: new Set(["a"]) });
  expect(rest).toEqual([]);
  expect(row).toMatchObject({ opened: false, below: 2, runs: 7, running: 1, models: 3, activity: 9, days: [1, 2] });
});

test("a search opens what is closed and keeps the folders above what it finds", () => {
  const all = ["vision/resnet/base", "vision/vit/base", "nlp/bert"].map((name) => made(name));
  const closed = new Set(["vision"]);
  expect(drawn(experimentRows(all, { order: byName, closed, search: "vit base" }))).toEqual(["vision/vit/", "  base"]);
  expect(drawn(experimentRows(all, { order: byName, closed }))).toEqual(["nlp/", "  bert", "vision/…"]);
});

test("experiments are found by tags, and by their id", () => {
  const all = [made("a", { tags: [{ key: "team", value: "risk" }] }), made("b"), made("c")];
  const names = (wish: object) => experimentRows(all, { order: byName, ...wish }).map((row) => row.name);
  expect(names({ tags: ["team: risk"] })).toEqual(["a"]);
  expect(names({ search: "risk" })).toEqual(["a"]);
  expect(names({ search: all[1]?.experiment_id })).toContain("b");
});

test("rows are ordered among their siblings, numbers in names by their value", () => {
  const all = [made("f/v10", { runs: 1 }), made("f/v9", { runs: 5 }), made("z", { runs: 3 })];
  expect(drawn(experimentRows(all, { order: byName }))).toEqual(["f/", "  v9", "  v10", "z"]);
  expect(drawn(experimentRows(all, { order: { id: "runs", down: true } }))).toEqual(["f/", "  v9", "  v10", "z"]);
  expect(drawn(experimentRows(all, { order: { id: "runs", down: false }, flat: true }))).toEqual(["f/v10", "z", "f/v9"]);
});

test("tags are typed one on each line", () => {
  expect([...typedTags("team: vision\n\n url : https://x.org/a:b \nempty:")]).toEqual([
    ["team", "vision"],
    ["url", "https://x.org/a:b"],
    ["empty", ""],
  ]);
});
