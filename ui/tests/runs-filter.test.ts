import { describe, expect, test } from "vitest";
import { allOf, asFilter, clauses, columnOf, complete, isPlain, keyText, oneOf, saidOf, setClauses, typingAt } from "../src/pages/runs/filter";

describe("plain words", () => {
  test("search the names of runs, a quote in them included", () => {
    expect(asFilter("svc o'neil")).toBe(
      "attributes.run_name ILIKE '%svc%' AND attributes.run_name ILIKE '%o''neil%'",
    );
  });
  test("are told from filters", () => {
    expect(isPlain("loss < 1")).toBe(false);
    expect(isPlain("tags.a IS NULL")).toBe(false);
    expect(isPlain("like it")).toBe(true);
    expect(isPlain("")).toBe(false);
    expect(asFilter("  metrics.a > 1 ")).toBe("metrics.a > 1");
  });
});

test("filters that hold together keep their ORs apart", () => {
  expect(allOf("a = 1 OR b = 2", "", "c = 3")).toBe("(a = 1 OR b = 2) AND c = 3");
  expect(allOf("(a = 1 OR b = 2)", "c = 'x OR y'")).toBe("(a = 1 OR b = 2) AND c = 'x OR y'");
  expect(allOf("", "c = 3")).toBe("c = 3");
});

describe("typing", () => {
  const at = (text: string) => typingAt(text, text.length);
  test("a key first, then its operator, a value and a word that joins", () => {
    expect(at("met")).toMatchObject({ what: "key", part: "met", start: 0 });
    expect(at("metrics.a ")).toMatchObject({ what: "operator", part: "" });
    expect(at("params.`a b` = ")).toMatchObject({ what: "value", key: "params.a b" });
    expect(at("params.m = 's")).toMatchObject({ what: "value", part: "'s", key: "params.m" });
    expect(at("params.m = 'svc' ")).toMatchObject({ what: "join" });
    expect(at("params.m = 'svc' AND tags.")).toMatchObject({ what: "key", part: "tags." });
    expect(at("params.m IN ('a', ")).toMatchObject({ what: "value", key: "params.m" });
  });
  test("a completion replaces the whole token under the caret", () => {
    const text = "metrics.lo AND a = 1";
    const done = complete(text, typingAt(text, 8), "metrics.`val loss`");
    expect(done.text).toBe("metrics.`val loss` AND a = 1");
    expect(done.caret).toBe("metrics.`val loss` ".length);
  });
});

describe("changes by click", () => {
  test("give way to what was said of the same column, and leave the rest", () => {
    const text = "metrics.a > 1 AND params.m = 'x'";
    expect(setClauses(text, "params.m", oneOf("params.m", ["x", "y"]))).toBe(
      "metrics.a > 1 AND params.m IN ('x', 'y')",
    );
    expect(setClauses(text, "params.m", [])).toBe("metrics.a > 1");
  });
  test("do not tear an OR apart", () => {
    expect(setClauses("a.x = 1 OR b.y = 2", "params.m", ["params.m = 'x'"])).toBe(
      "(a.x = 1 OR b.y = 2) AND params.m = 'x'",
    );
  });
  test("turn plain words into a filter", () => {
    expect(setClauses("svc", "params.m", ["params.m = 'x'"])).toBe(
      "attributes.run_name ILIKE '%svc%' AND params.m = 'x'",
    );
  });
  test("are read back", () => {
    const text = "params.m IN ('a', 'it''s') AND metrics.`q/x` >= 0.5 AND metrics.`q/x` <= 2";
    expect(saidOf(text, "params.m").values).toEqual(["a", "it's"]);
    expect(saidOf(text, "metrics.q/x")).toMatchObject({ low: 0.5, high: 2 });
    expect(clauses("a = 1 AND (b = 2 OR c = 3)")).toEqual(["a = 1", "(b = 2 OR c = 3)"]);
  });
});

test("keys are quoted only where they must be", () => {
  expect(keyText("metrics.train/loss")).toBe("metrics.train/loss");
  expect(keyText("params.a b")).toBe("params.`a b`");
  expect(columnOf("param.`a b`")).toBe("params.a b");
  expect(columnOf("status")).toBe("attributes.status");
});
