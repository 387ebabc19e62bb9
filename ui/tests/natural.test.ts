import { expect, test } from "vitest";
import { grouped } from "../src/lib/format";
import { byName } from "../src/lib/natural";

test("numbers in names count by their size", () => {
  const names = ["layer_10", "b2", "layer_9/x", "B1", "layer_9", "10", "9", "", "a"];
  expect(names.sort(byName)).toEqual(["", "9", "10", "a", "B1", "b2", "layer_9", "layer_9/x", "layer_10"]);
  expect(byName("same", "same")).toBe(0);
});

test("thousands are parted as the browser parts them", () => {
  const usual = new Intl.NumberFormat("en-US", { maximumFractionDigits: 20 });
  for (const value of [0, 7, -12, 999, 1000, 12345.678, -1234567, 999999999999, 0.0001234, 1234.5])
    expect(grouped(value)).toBe(usual.format(value));
});
