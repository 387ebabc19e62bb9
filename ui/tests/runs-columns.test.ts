import { describe, expect, test } from "vitest";
import { defaultColumns, groupsOf, guessedDirection, insertColumn, moveColumn, quoted, serverName } from "../src/pages/runs/columns";
import { formatNumber } from "../src/pages/runs/format";
import { heatOf, isBest } from "../src/pages/runs/heat";

const facts = (name: string, runs: number, distinct: number) => ({ name, runs, distinct });

describe("default columns", () => {
  const choosing = {
    runs: 10,
    several: false,
    facts: [
      facts("metrics.epoch", 10, 5),
      facts("metrics.system/cpu", 10, 10),
      facts("metrics.val/loss", 10, 10),
      facts("metrics.rare", 1, 1),
      facts("params.seed", 10, 10),
      facts("params.constant", 10, 1),
      facts("params.model", 10, 3),
      facts("tags.mlflow.user", 10, 2),
      facts("tags.team", 10, 2),
    ],
  };
  test("are those that vary, goals before the rest, constants and the machinery's hidden", () => {
    expect(defaultColumns(choosing).map((one) => one.id)).toEqual([
      "attributes.run_name",
      "attributes.start_time",
      "attributes.duration",
      "attributes.user_id",
      "metrics.val/loss",
      "metrics.epoch",
      "metrics.rare",
      "params.model",
      "params.seed",
      "tags.team",
    ]);
  });
  test("put the primary metric first", () => {
    const found = defaultColumns({ ...choosing, primary: "rare" }).filter((one) => one.id.startsWith("metrics."));
    expect(found[0]?.id).toBe("metrics.rare");
  });
  test("of a single run show what it has", () => {
    const found = defaultColumns({ runs: 1, several: false, facts: [facts("metrics.a", 1, 1), facts("tags.t", 1, 1)] });
    expect(found.map((one) => one.id)).toContain("metrics.a");
    expect(found.map((one) => one.id)).not.toContain("tags.t");
  });
});

test("a direction is guessed from words, not from letters inside words", () => {
  expect(guessedDirection("train/loss")).toBe("down");
  expect(guessedDirection("val_accuracy")).toBe("up");
  expect(guessedDirection("grad/norm")).toBeNull();
  expect(guessedDirection("capacity")).toBeNull();
  expect(guessedDirection("test.f1")).toBe("up");
});

test("names for the server", () => {
  expect(quoted("metrics.train/loss", "min")).toBe("metrics.`train/loss.min`");
  expect(quoted("attributes.start_time")).toBe("attributes.start_time");
  expect(serverName({ id: "metrics.a", aggregate: "mean" })).toBe("metrics.a.mean");
});

test("a group is the longest beginning that a column shares with another", () => {
  const groups = groupsOf(["metrics.a/b/c", "metrics.a/b/d", "metrics.a/x", "metrics.alone/y", "params.lr"]);
  expect(groups.get("metrics.a/b/c")).toEqual({ group: "metrics.a/b/", groupLabel: "a/b/", label: "c" });
  expect(groups.get("metrics.a/x")).toEqual({ group: "metrics.a/", groupLabel: "a/", label: "x" });
  expect(groups.get("metrics.alone/y")).toMatchObject({ groupLabel: "Metrics", label: "alone/y" });
  expect(groups.get("params.lr")?.groupLabel).toBe("Params");
});

describe("changing columns", () => {
  const columns = ["attributes.run_name", "metrics.a/x", "metrics.b", "params.p"].map((id) => ({ id, aggregate: "last" as const }));
  const ids = (list: { id: string }[]) => list.map((one) => one.id);
  test("a new one goes behind the last of its group", () => {
    expect(ids(insertColumn(columns, { id: "metrics.a/y", aggregate: "last" }))).toEqual([
      "attributes.run_name", "metrics.a/x", "metrics.a/y", "metrics.b", "params.p",
    ]); // prettier-ignore
  });
  test("one is moved before another, or to the end", () => {
    expect(ids(moveColumn(columns, "params.p", "metrics.b"))[2]).toBe("params.p");
    expect(ids(moveColumn(columns, "metrics.b", null))[3]).toBe("metrics.b");
  });
});

describe("numbers", () => {
  const unit = { low: 0.1, high: 0.98 };
  test("of a column have the same decimals", () => {
    expect(["0.5", "0.98123", "0.1"].map((one) => formatNumber(Number(one), unit))).toEqual(["0.5000", "0.9812", "0.1000"]);
    expect(formatNumber(12.5, { low: 1, high: 250 })).toBe("12.5");
  });
  test("are never lost by rounding", () => {
    expect(formatNumber(0.0000123, unit)).toBe("1.23e−5");
    expect(formatNumber(Number.NaN, unit)).toBe("NaN");
    expect(formatNumber(Number.NEGATIVE_INFINITY)).toBe("−∞");
    expect(formatNumber(0, unit)).toBe("0.0000");
  });
  test("that are whole stay whole", () => {
    expect(formatNumber(42, { low: 1, high: 1000 })).toBe("42");
  });
});

test("heat goes from the worst to the best by direction", () => {
  const range = { low: 0, high: 10 };
  expect(heatOf(10, range, "up")).toBe(1);
  expect(heatOf(10, range, "down")).toBe(-1);
  expect(heatOf(5, range, "none")).toBeUndefined();
  expect(heatOf(10, { low: 1, high: 10_000 }, "up")).toBeCloseTo(-0.5);
  expect(isBest(0, range, "down")).toBe(true);
  expect(isBest(3, { low: 3, high: 3 }, "up")).toBe(false);
});
