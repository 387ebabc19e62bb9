import { describe, expect, test } from "vitest";
import { diffLines, folded } from "../../src/pages/compare/lineDiff";
import { partsOf } from "../../src/pages/compare/nested";
import { compareRows, deltaOf } from "../../src/pages/compare/rows";
import { newPlace } from "../../src/pages/compare/OldMetric";
import { parseWorkspace } from "../../src/pages/charts/state";
import { stepImage, atStep } from "../../src/pages/charts/images";

describe("diffLines", () => {
  const told = (left: string, right: string) => diffLines(left, right).map((line) => `${{ same: " ", left: "-", right: "+" }[line.kind]}${line.text}`);

  test("what is left, right and in both", () => {
    expect(told("a\nb\nc", "a\nx\nc")).toEqual([" a", "-b", "+x", " c"]);
    expect(told("a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc").filter((line) => line[0] !== " ")).toHaveLength(5);
    expect(told("", "")).toEqual([" "]);
    expect(told("same\ntext", "same\ntext")).toEqual([" same", " text"]);
  });

  test.each([1, 2, 3, 4, 5])("both texts can be read out of the difference (%i)", (seed) => {
    let state = seed;
    const random = (most: number) => (state = (state * 1103515245 + 12345) % 2147483648) % most;
    const words = (count: number) => Array.from({ length: count }, () => "abc"[random(3)]).join("\n");
    const [left, right] = [words(1 + random(40)), words(1 + random(40))];
    const lines = diffLines(left, right);
    expect(lines.filter((line) => line.kind !== "right").map((line) => line.text).join("\n")).toBe(left);
    expect(lines.filter((line) => line.kind !== "left").map((line) => line.text).join("\n")).toBe(right);
    expect(lines.map((line) => line.left).filter((n) => n !== null)).toEqual(left.split("\n").map((_, i) => i + 1));
  });

  test("long stretches that are the same are folded", () => {
    const many = Array.from({ length: 30 }, (_, i) => `line ${i}`);
    const lines = folded(diffLines(many.join("\n"), [...many.slice(0, 29), "other"].join("\n")));
    expect(lines[0]).toEqual({ hidden: 26 });
    expect(lines).toHaveLength(6);
  });
});

describe("partsOf", () => {
  test("JSON and Python's dicts are taken apart", () => {
    expect([...(partsOf('{"a": {"b": 1}, "c": [true, null]}') ?? [])]).toEqual([["a.b", "1"], ["c[0]", "true"], ["c[1]", "null"]]);
    expect([...(partsOf("{'a': (1, 2,), 'it': \"it's\", 'x': None, 't': True}") ?? [])]).toEqual([
      ["a[0]", "1"], ["a[1]", "2"], ["it", "it's"], ["x", "null"], ["t", "true"],
    ]);
  });

  test("other text is no structure", () => {
    for (const text of ["0.5", "adam", "{broken", "[]", "(1, 2)"]) expect(partsOf(text)).toBeNull();
  });
});

describe("compareRows", () => {
  const table = {
    ids: ["a", "b"],
    matches: 2,
    columns: new Map<string, (string | number | null)[]>([
      ["params.aug", ['{"flip": true, "crop": 24}', '{"flip": true, "crop": 28}']],
      ["params.lr", ["0.1", "0.1"]],
      ["metrics.loss", [0.5, 0.25]],
      ["metrics.loss.min", [0.4, 0.2]],
      ["metrics.loss.max", [2, 3]],
      ["tags.team", ["red", null]],
    ]),
  };
  const facts = [
    { name: "metrics.loss", runs: 2, most_points: 9 },
    { name: "params.aug", runs: 2 },
    { name: "params.lr", runs: 2 },
    { name: "tags.team", runs: 1 },
  ];

  test("a row for each key, JSON by its keys, with what differs", () => {
    const rows = compareRows(table, facts);
    expect(rows.map((row) => [row.section, row.label, row.differs])).toEqual([
      ["Metrics", "loss", true],
      ["Params", "aug", true],
      ["Params", "aug.crop", true],
      ["Params", "aug.flip", false],
      ["Params", "lr", false],
      ["Tags", "team", true],
    ]);
    expect(rows[0]?.cells[1]).toMatchObject({ number: 0.25, low: 0.2, high: 3 });
    expect(rows[2]?.cells.map((cell) => cell.text)).toEqual(["24", "28"]);
  });

  test("a delta with its percent", () => {
    expect(deltaOf(0.5, 0.25)).toEqual({ value: 0.25, percent: 100 });
    expect(deltaOf(-1, -2)).toEqual({ value: 1, percent: 50 });
    expect(deltaOf(1, 0)).toEqual({ value: 1, percent: null });
    expect(deltaOf(NaN, 1)).toBeNull();
  });
});

test("the address of the old metric page leads to the same charts", () => {
  const link = newPlace("", new URLSearchParams('runs=["r1"]&experiments=["0"]&metric="train/loss"&plot_metric_keys=["train/loss","a.b"]&x_axis=relative&y_axis_scale=log&line_smoothness=70'));
  const query = new URLSearchParams(link.slice(link.indexOf("?")));
  expect(link.startsWith("#/compare-runs?")).toBe(true);
  expect(query.get("runs")).toBe('["r1"]');
  const workspace = parseWorkspace(query.get("charts") ?? "");
  expect(workspace).toMatchObject({ x: "relative", log: true, smoothing: "ema", amount: 0.7, find: "^(train/loss|a\\.b)$" });
});

test("the names of images say key, step and time", () => {
  const path = "images/samples#grid%step%60%timestamp%1795631500983%t19cfa72-de55-45bb-bcf8-ad46d35a5184.png";
  const image = stepImage("r", path);
  expect(image).toMatchObject({ key: "samples/grid", step: 60, timestamp: 1795631500983, path });
  expect(image?.small).toBe("images/samples#grid%step%60%timestamp%1795631500983%t19cfa72-de55-45bb-bcf8-ad46d35a5184%compressed.webp");
  expect(stepImage("r", "images/plot.png")).toBeNull();
  const images = [0, 60, 120].map((step) => ({ ...image, step }) as NonNullable<typeof image>);
  expect(atStep(images, "r", "samples/grid", 100)?.step).toBe(60);
  expect(atStep(images, "r", "other", 100)).toBeNull();
});
