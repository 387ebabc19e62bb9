import { expect, test } from "vitest";
import { fits } from "../src/components/grid/Row";

test("only cells whose text may not fit cut it off", () => {
  expect(fits({ text: "0.12345" }, 90)).toBe(true);
  expect(fits({ text: "a longer text than that" }, 90)).toBe(false);
  // Letters of other scripts may be wider than any of ours.
  expect(fits({ text: "損失" }, 90)).toBe(false);
  expect(fits({ node: "anything" }, 900)).toBe(false);
  expect(fits({}, 40)).toBe(true);
});

test("a best value keeps its star where there is room for both", () => {
  expect(fits({ text: "−0.0234", class: "best" }, 92)).toBe(true);
  expect(fits({ text: "−0.0234", class: "best" }, 84)).toBe(false);
  expect(fits({ text: "−0.0234" }, 84)).toBe(true);
});
