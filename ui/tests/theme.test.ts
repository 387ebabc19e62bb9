import { expect, test } from "vitest";
import css from "../src/theme.css?raw";

/** The colours of a theme. */
function colours(theme: "light" | "dark"): Record<string, string> {
  const pairs = css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g);
  return Object.fromEntries([...pairs].map(([, name, light, dark]) => [name, theme === "light" ? light : dark]));
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

const backs = ["back", "back-2", "back-3", "back-raised", "hover", "chosen"];
const wanted: [string, string[], number][] = [
  ["text", backs, 7],
  ["text-2", backs, 4.5],
  ["accent", ["back", "back-2", "back-raised", "hover", "chosen"], 4.5],
  ["accent-text", ["accent", "bad"], 4.5],
  ["good", ["back", "back-2", "good-back"], 4.5],
  ["bad", ["back", "back-2", "back-raised", "hover", "bad-back"], 4.5],
  ["warn", ["back", "back-2", "warn-back"], 4.5],
  ["line-strong", ["back", "back-2", "back-raised"], 3],
  ["running", ["back", "back-2"], 3],
];

test.each(["light", "dark"] as const)("the %s theme can be read", (theme) => {
  const all = colours(theme);
  const poor = wanted.flatMap(([name, on, least]) =>
    on
      .map((back) => ({ pair: `${name} on ${back}`, ratio: contrast(all[name] ?? "", all[back] ?? "") }))
      .filter((one) => !(one.ratio >= least))
      .map((one) => `${one.pair}: ${one.ratio.toFixed(2)} < ${least}`),
  );
  expect(poor).toEqual([]);
});
