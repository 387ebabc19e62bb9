import { beforeEach, describe, expect, test } from "vitest";
import { backs, contrast, forgetSlots, handPicked, parse, runColours, slotColour, type Theme } from "../../src/charts/colours";

const themes: Theme[] = ["light", "dark"];
const ids = Array.from({ length: 200 }, (_, i) => `${(i * 2654435761) >>> 0}`.padStart(32, "a"));

beforeEach(forgetSlots);

/** Simulation of full dichromacy after Machado, Oliveira and Fernandes (2009), on linear RGB. */
const blindness: Record<string, number[]> = {
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
  none: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

function seen(colour: string, matrix: number[]): [number, number, number] {
  const linear = (parse(colour) as number[]).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const [r, g, b] = [0, 1, 2].map((row) =>
    Math.min(1, Math.max(0, [0, 1, 2].reduce((sum, i) => sum + (matrix[row * 3 + i] as number) * (linear[i] as number), 0))),
  ) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

describe.each(themes)("%s", (theme) => {
  test("every colour stands out from the background, none comes twice", () => {
    const colours = Array.from({ length: 300 }, (_, slot) => slotColour(slot, theme));
    for (const colour of colours) expect(contrast(colour, backs[theme])).toBeGreaterThanOrEqual(3);
    expect(new Set(colours).size).toBe(colours.length);
  });

  test.each(Object.keys(blindness))("the first colours differ to %s eyes", (kind) => {
    const points = Array.from({ length: handPicked }, (_, slot) => seen(slotColour(slot, theme), blindness[kind] as number[]));
    let closest = Infinity;
    for (const [i, one] of points.entries()) {
      for (const other of points.slice(i + 1)) {
        closest = Math.min(closest, Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]));
      }
    }
    expect(closest).toBeGreaterThan(0.08);
  });

  test("a colour that a user gave is kept, or made readable", () => {
    const own = new Map([[ids[0] as string, "#000000"], [ids[1] as string, "#ffffff"], [ids[2] as string, "#d42635"]]);
    const colours = runColours(ids.slice(0, 3), theme, own);
    for (const colour of colours.values()) expect(contrast(colour, backs[theme])).toBeGreaterThanOrEqual(3);
    if (theme === "light") expect(colours.get(ids[2] as string)).toBe("#d42635");
  });
});

test("a run alone, and among the same runs in another order, has the same colour", () => {
  const all = runColours(ids.slice(0, 8), "light");
  forgetSlots();
  const again = runColours(ids.slice(0, 8).reverse(), "light");
  for (const id of ids.slice(0, 8)) expect(again.get(id)).toBe(all.get(id));
});

test("a run keeps its colour when others come and go", () => {
  const before = runColours(ids.slice(0, 5), "light");
  const more = runColours(ids, "light");
  for (const id of ids.slice(0, 5)) expect(more.get(id)).toBe(before.get(id));
});

test("no two visible runs share a colour, with colours that users gave among them", () => {
  const own = new Map([[ids[0] as string, slotColour(0, "light")], [ids[1] as string, "not a colour"]]);
  expect(new Set(runColours(ids, "light", own).values()).size).toBe(ids.length);
});
