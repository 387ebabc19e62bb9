import { expect, test } from "vitest";
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDelta,
  formatDuration,
  formatNumber,
  plural,
} from "../src/lib/format";

test("numbers keep their significant digits and say when they are odd", () => {
  expect([0.017612345, 0.9, 12.3456789, 1234567, 0.1 + 0.2].map((one) => formatNumber(one))).toEqual([
    "0.017612",
    "0.9",
    "12.346",
    "1,234,567",
    "0.3",
  ]);
  expect([1e-7, 1.5e-12, 123456.789, 2.5e12, -3].map((one) => formatNumber(one))).toEqual([
    "1e−7",
    "1.5e−12",
    "123,457",
    "2.5e12",
    "−3",
  ]);
  expect([Number.NaN, Infinity, -Infinity, -0, 1e-5 * 12.345].map((one) => formatNumber(one))).toEqual([
    "NaN",
    "∞",
    "−∞",
    "0",
    "0.00012345",
  ]);
  expect(formatDelta(0.5)).toBe("+0.5");
  expect(formatDelta(-0.5)).toBe("−0.5");
});

test("counts, words and sizes", () => {
  expect([0, 9999, 12345, 4_500_000].map(formatCount)).toEqual(["0", "9,999", "12.3k", "4.5M"]);
  expect([plural(1, "run"), plural(1200, "run"), plural(2, "match", "matches")]).toEqual(["1 run", "1,200 runs", "2 matches"]);
  expect([0, 999, 1000, 1234567, 999_950].map(formatBytes)).toEqual(["0 B", "999 B", "1 kB", "1.23 MB", "1 MB"]);
});

test("spans are told in two units that carry over", () => {
  const spans = [-5, 850, 4200, 59_700, 185_000, 3_600_000, 7_800_000, 86_399_000, 273_600_000];
  expect([0.02, 0.1234567, 0.9999, 2.54, 9.96, 12.4].map(formatDuration)).toEqual(["20 µs", "123 µs", "1 ms", "2.5 ms", "10 ms", "12 ms"]);
  expect(spans.map(formatDuration)).toEqual(["0 ms", "850 ms", "4.2 s", "1 min", "3 min 5 s", "1 h", "2 h 10 min", "1 d", "3 d 4 h"]);
});

test("times are told by how long ago they were", () => {
  const now = Date.UTC(2026, 5, 15, 12);
  const minute = 60_000;
  expect([5000, 5 * minute, 180 * minute, 1500 * minute, 20_000 * minute].map((span) => formatAgo(now - span, now))).toEqual([
    "just now",
    "5 min ago",
    "3 h ago",
    "yesterday",
    "13 d ago",
  ]);
});
