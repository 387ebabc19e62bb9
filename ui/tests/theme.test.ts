import { expect, test } from "vitest";
import css from "../src/theme.css?raw";

/** The colours of the light theme, with those that a later block of the stylesheet gives in their place. */
function colours(selector: string): Record<string, string> {
  const read = (block: string) => Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map((one) => [one[1], one[2]]));
  const block = (name: string) => css.slice(css.indexOf(`${name} {`)).split("}")[0] ?? "";
  return { ...read(block(":root")), ...read(block(selector)) };
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

test.each([":root", ':root:not([data-theme="light"])', ':root[data-theme="dark"]'])("%s can be read", (selector) => {
  const all = colours(selector);
  const poor = wanted.flatMap(([name, on, least]) =>
    on
      .map((back) => ({ pair: `${name} on ${back}`, ratio: contrast(all[name] ?? "", all[back] ?? "") }))
      .filter((one) => !(one.ratio >= least))
      .map((one) => `${one.pair}: ${one.ratio.toFixed(2)} < ${least}`),
  );
  expect(poor).toEqual([]);
});

test("both ways to the dark theme are the same", () => {
  expect(colours(':root:not([data-theme="light"])')).toEqual(colours(':root[data-theme="dark"]'));
});
