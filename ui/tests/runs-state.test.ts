import { describe, expect, test } from "vitest";
import { orderBy, readState, type TableState, writeState } from "../src/pages/runs/state";
import { readView, unsqueezed } from "../src/pages/runs/views";
import { isVisible, visibleIds, withVisible } from "../src/pages/runs/visible";

function query(change: Partial<TableState>): URLSearchParams {
  const found = new URLSearchParams();
  for (const [name, value] of Object.entries(writeState(change))) if (value) found.set(name, value);
  return found;
}

test("a bare link and the state it means are the same", () => {
  expect(query(readState(new URLSearchParams())).toString()).toBe("");
});

test("everything survives the way through a link", () => {
  const state: Partial<TableState> = {
    filter: "params.`a,b` = '100%'",
    sorts: [
      { id: "metrics.val/loss", aggregate: "min", descending: false },
      { id: "params.a,b", aggregate: "last", descending: true },
      { id: "attributes.start_time", aggregate: "last", descending: true },
    ],
    columns: [
      { id: "metrics.a,b~c@d!", aggregate: "max", pinned: true },
      { id: "params.100%", aggregate: "last" },
    ],
    widths: { "metrics.a@b": 120 },
    lifecycle: "Deleted",
    time: "LAST_7_DAYS",
    datasets: [{ name: "dätä", digest: "1" }],
    mode: "SPLIT",
    tree: "flat",
    toggled: ["ef"],
    groupBy: ["params.a,b", "tags.t"],
    folded: ["metrics.train/"],
    first: 20,
    hidden: ["ab"],
    visible: ["cd"],
    differing: true,
    facets: true,
  };
  const text = query(state).toString();
  expect(readState(new URLSearchParams(text))).toMatchObject(state);
});

describe("MLflow's links", () => {
  const read = (text: string) => readState(new URLSearchParams(text));
  test("order", () => {
    expect(orderBy(read("orderByKey=metrics.`m1`&orderByAsc=true").sorts)).toEqual(["metrics.`m1` ASC"]);
    expect(orderBy(read("orderByKey=attributes.start_time").sorts)).toEqual(["attributes.start_time DESC"]);
  });
  test("columns, charts, datasets", () => {
    expect(read("selectedColumns=metrics.`a b`,attributes.`User`").columns?.map((one) => one.id)).toEqual([
      "metrics.a b",
      "attributes.user_id",
    ]);
    expect(read("isComparingRuns=true").mode).toBe("CHART");
    expect(read("compareRunsMode=ARTIFACT").mode).toBe("ARTIFACT");
    const datasets = btoa(JSON.stringify([{ name: "d", digest: "x", context: "train" }]));
    expect(read(`datasetsFilter=${encodeURIComponent(datasets)}`).datasets[0]?.name).toBe("d");
    expect(read("datasetsFilter=broken").datasets).toEqual([]);
  });
});

describe("views", () => {
  test("of ours and of MLflow's are read", async () => {
    expect(readView("k", JSON.stringify({ name: "Best", query: "a=b" }))).toEqual({ key: "k", name: "Best", query: "a=b" });
    const foreign = readView("k", JSON.stringify({ searchFilter: "metrics.a > 1", orderByKey: "metrics.`a`", orderByAsc: true }));
    expect(readState(new URLSearchParams(foreign?.query)).filter).toBe("metrics.a > 1");
    expect(readView("k", "no JSON")).toBeNull();
    expect(await unsqueezed("{}")).toBe("{}");
  });
});

test("charts show the first runs, but for those that were hidden or added", () => {
  const rows = ["a", "b", "c", "d"].map((id, index) => ({ row: { id }, index }));
  let choice = { first: 2, hidden: [] as string[], visible: [] as string[] };
  choice = { ...choice, ...withVisible(choice, "a", 0, false) };
  choice = { ...choice, ...withVisible(choice, "d", 3, true) };
  expect(visibleIds(choice, rows)).toEqual(["b", "d"]);
  choice = { ...choice, ...withVisible(choice, "a", 0, true) };
  expect(isVisible(choice, "a", 0)).toBe(true);
  expect(choice.hidden).toEqual([]);
});
