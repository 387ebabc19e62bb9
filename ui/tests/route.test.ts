import { expect, test } from "vitest";
import { href, match } from "../src/lib/route";

test("templates give the fields of a path", () => {
  expect(match("/experiments/:id/runs/:run/:tab/*", "/experiments/1/runs/ab/artifacts/a%20b/c")).toEqual({
    id: "1",
    run: "ab",
    tab: "artifacts",
    "*": "a b/c",
  });
  expect(match("/experiments/:id", "/experiments/1/runs")).toBeNull();
  expect(match("/experiments/:id", "/experiments/")).toBeNull();
});

test("links leave empty parameters out", () => {
  expect(href("/a", { x: "1 2", y: "", z: undefined })).toBe("#/a?x=1+2");
});
