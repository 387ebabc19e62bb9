import { describe, expect, test } from "vitest";
import type { GetRunWindow, RunWindow } from "@schema/calls";
import { columnSpan, edges, MAX_HEIGHT, ROW, rowScale, rowSpan, scrollFor } from "../src/components/grid/geometry";
import { GroupRows } from "../src/pages/runs/groups";
import { RunRows } from "../src/pages/runs/rows";

describe("rows on screen", () => {
  test("of a table that fits stand where they are", () => {
    const span = rowSpan(100_000, 26_000, 520, 0, 1);
    expect(span.first).toBe(1000);
    expect(span.end).toBeGreaterThanOrEqual(1020);
    expect((span.first - span.base) * ROW + span.shift).toBe(26_000);
  });
  test("of a table higher than an element may be are all reached, the last included", () => {
    const rows = 2_000_000;
    const view = 900;
    const { height } = rowScale(rows, view);
    expect(height).toBe(MAX_HEIGHT);
    const span = rowSpan(rows, height - view, view);
    expect(span.end).toBe(rows);
    const bottom = (rows - 1 - span.base) * ROW + ROW + span.shift;
    expect(bottom).toBeCloseTo(height, 3);
    const middle = scrollFor(1_000_000, rows, 0, view);
    const there = rowSpan(rows, middle, view, 0, 1);
    expect(there.first).toBeLessThanOrEqual(1_000_000);
    expect(there.end).toBeGreaterThan(1_000_000);
  });
  test("scrolling to a row that is in view moves nothing", () => {
    expect(scrollFor(5, 100, 26, 520)).toBe(26);
    expect(scrollFor(0, 100, 26, 520)).toBe(0);
  });
});

test("columns on screen", () => {
  const lefts = edges([100, 50, 200, 80]);
  expect(columnSpan(lefts, 0, 120)).toEqual({ first: 0, end: 2 });
  expect(columnSpan(lefts, 150, 151)).toEqual({ first: 2, end: 3 });
  expect(columnSpan(edges([]), 0, 500)).toEqual({ first: 0, end: 0 });
});

function server(total: number) {
  const asked: GetRunWindow[] = [];
  const stopped: number[] = [];
  let state = { total };
  const fetching = (question: GetRunWindow, signal: AbortSignal): Promise<RunWindow> => {
    asked.push(question);
    signal.addEventListener("abort", () => stopped.push(question.offset ?? 0));
    const first = question.offset ?? 0;
    const ids = Array.from({ length: Math.max(0, Math.min(question.limit ?? 0, state.total - first)) }, (_, at) => `r${first + at}`);
    const columns = (question.columns ?? []).map((name) => ({ name, values: ids.map((id) => `${name} of ${id}`) }));
    return Promise.resolve({ rows: state.total, matches: state.total, run_ids: ids, columns });
  };
  return { asked, stopped, fetching, grow: (to: number) => (state = { total: to }) };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("rows by window", () => {
  test("only blocks and columns that are missing are asked for", async () => {
    const { asked, fetching } = server(1000);
    const rows = new RunRows({}, fetching);
    rows.need(0, 40, ["a"]);
    await settled();
    rows.need(4, 44, ["a", "b"]);
    await settled();
    expect(asked.map((one) => [one.offset, one.columns])).toEqual([[0, ["a"]], [0, ["b"]]]);
    expect(rows.row(3)?.cells.get("a")).toBe("a of r3");
    expect(rows.row(3)?.cells.get("b")).toBe("b of r3");
    rows.need(8, 48, ["a", "b"]);
    await settled();
    expect(asked.length).toBe(2);
  });
  test("a request that is far from the screen is given up", async () => {
    const { stopped, fetching } = server(100_000);
    const rows = new RunRows({}, fetching);
    rows.need(0, 40, ["a"]);
    await new Promise((resolve) => setTimeout(resolve, 70));
    rows.need(0, 40, ["b"]);
    rows.need(90_000, 90_040, ["a"]);
    await new Promise((resolve) => setTimeout(resolve, 70));
    expect(rows.row(90_010)?.id).toBe("r90010");
    expect(stopped.every((offset) => offset < 90_000)).toBe(true);
  });
  test("when the number of rows changes, what is held is fetched anew", async () => {
    const { asked, fetching, grow } = server(50);
    const rows = new RunRows({}, fetching);
    rows.need(0, 40, ["a"]);
    await settled();
    grow(60);
    rows.refresh();
    await settled();
    expect(rows.size.value?.rows).toBe(60);
    expect(asked.length).toBe(2);
  });
  test("of changed runs only those are fetched, and rows that may be others are told", async () => {
    const { asked, fetching } = server(10);
    const stage = { now: "active" };
    const rows = new RunRows({}, (question, signal) => {
      if (!question.run_ids?.length) return fetching(question, signal);
      asked.push(question);
      const columns = [
        { name: "a", values: ["fresh"] },
        { name: "attributes.lifecycle_stage", values: [stage.now] },
      ];
      return Promise.resolve({ rows: 1, matches: 1, run_ids: ["r2"], columns });
    });
    rows.need(0, 10, ["a"]);
    await settled();
    expect(await rows.refetch(["r2"])).toBe(false);
    expect(asked.at(-1)?.run_ids).toEqual(["r2"]);
    expect(rows.row(2)?.cells.get("a")).toBe("fresh");
    expect(rows.row(3)?.cells.get("a")).toBe("a of r3");
    expect(await rows.refetch(["r2", "elsewhere"])).toBe(true);
    stage.now = "deleted";
    expect(await rows.refetch(["r2"])).toBe(true);
    expect(await rows.refetch(["elsewhere"])).toBe(true);
  });
  test("an edit shows at once", async () => {
    const { fetching } = server(10);
    const rows = new RunRows({}, fetching);
    rows.need(0, 10, ["a"]);
    await settled();
    const before = rows.row(2);
    rows.patch("r2", { a: "new" });
    expect(rows.row(2)?.cells.get("a")).toBe("new");
    expect(before?.cells.get("a")).toBe("a of r2");
  });
});

test("groups stand as rows, the runs of an opened one below it", async () => {
  const groups = new GroupRows({}, ["params.m"], () =>
    Promise.resolve({
      groups: 2,
      keys: [{ name: "params.m", values: ["x", null] }],
      counts: [3, 2],
      columns: [{ name: "metrics.a", mean: [1, null], minimum: [0, null], maximum: [2, null], deviation: [null, null] }],
    }),
  );
  groups.need(0, 40, ["metrics.a"]);
  await settled();
  expect(groups.size.value).toEqual({ rows: 2, matches: 5 });
  const first = groups.row(0);
  expect(first?.kind === "group" && first.summaries.get("metrics.a")?.high).toBe(2);
  const second = groups.row(1);
  expect(second?.kind === "group" && second.summaries.size).toBe(0);
  groups.close();
});
