/** A heat map: the mean of a number for each pair of values of two columns. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { boxFor, drawX, drawY, type Box } from "./axes";
import type { Size } from "./Card";
import { contrast, ramp } from "./colours";
import { exact, short, ticks } from "./numbers";
import { numbersOf, type Scale, scaleOf, type Value } from "./scale";
import type { Column } from "./Scatter";
import { drawRamp } from "./Scatter";
import { type Draw, type Spot, Surface } from "./Surface";
import { ink } from "./theme";
import { Tip } from "./Tip";

/** The cells of a heat map, row by row from the lowest. */
export interface Cells {
  x: string[];
  y: string[];
  means: Float64Array;
  counts: Uint32Array;
}

/** How many values an axis has before its numbers are put into ranges, and how many ranges. */
const MOST_VALUES = 16;
const RANGES = 10;

/** The cells of three columns. Numbers with many different values are put into ranges of equal width. */
export function cellsOf(x: readonly Value[], y: readonly Value[], z: readonly Value[]): Cells {
  const [across, up, numbers] = [bins(x), bins(y), numbersOf(z)];
  const size = across.names.length * up.names.length;
  const cells: Cells = { x: across.names, y: up.names, means: new Float64Array(size), counts: new Uint32Array(size) };
  for (let i = 0; i < x.length; i++) {
    const [column, row] = [across.of(x[i] ?? null), up.of(y[i] ?? null)];
    const value = numbers?.[i] ?? NaN;
    if (column < 0 || row < 0 || !Number.isFinite(value)) continue;
    const at = row * across.names.length + column;
    cells.means[at] = (cells.means[at] as number) + value;
    cells.counts[at] = (cells.counts[at] as number) + 1;
  }
  for (let at = 0; at < size; at++) cells.means[at] = cells.counts[at] ? (cells.means[at] as number) / (cells.counts[at] as number) : NaN;
  return cells;
}

function bins(values: readonly Value[]): { names: string[]; of: (value: Value) => number } {
  const distinct = new Set(values.filter((value) => value !== null && value !== "").map(String));
  const numbers = numbersOf(values);
  if (!numbers || distinct.size <= MOST_VALUES) {
    const names = [...distinct]
      .sort((a, b) => (numbers ? Number(a) - Number(b) : a.localeCompare(b, undefined, { numeric: true })))
      .slice(0, 60);
    const index = new Map(names.map((name, i) => [name, i]));
    return { names, of: (value) => (value === null ? -1 : (index.get(String(value)) ?? -1)) };
  }
  const scale: Scale = scaleOf(values);
  const names = Array.from({ length: RANGES }, (_, i) => `${short(scale.value(i / RANGES))}–${short(scale.value((i + 1) / RANGES))}`);
  return {
    names,
    of: (value) => {
      const place = scale.at(value);
      return Number.isNaN(place) ? -1 : Math.min(RANGES - 1, Math.max(0, Math.floor(place * RANGES)));
    },
  };
}

interface HeatMapProps {
  size: Size;
  label: string;
  x: Column;
  y: Column;
  z: Column;
}

/** The cells with their numbers where there is room. */
export function HeatMap({ size, label, x, y, z }: HeatMapProps) {
  const at = useSignal<{ spot: Spot; column: number; row: number } | null>(null);
  const theme = ink.value.theme;
  const { cells, draw, place } = useMemo(() => {
    const made = cellsOf(x.values, y.values, z.values);
    const fine = [...made.means].filter(Number.isFinite);
    const [low, high] = [Math.min(...fine), Math.max(...fine)];
    const share = (mean: number) => (high > low ? (mean - low) / (high - low) : 0.5);
    const where: { box: Box } = { box: { left: 0, top: 0, width: 1, height: 1 } };
    const paint: Draw = (ctx, area, colours) => {
      const up = wordScale(made.y);
      const box = boxFor(ctx, { width: area.width - 46, height: area.height }, up, true);
      where.box = box;
      drawY(ctx, box, up, { ...colours, line: "transparent" });
      drawX(ctx, box, wordScale(made.x), colours);
      ctx.textAlign = "right";
      ctx.textBaseline = "alphabetic";
      ctx.fillText(`${x.name} → · ↑ ${y.name}`, box.left + box.width, box.top + box.height + 32);
      const [wide, tall] = [box.width / made.x.length, box.height / made.y.length];
      for (let row = 0; row < made.y.length; row++) {
        for (let column = 0; column < made.x.length; column++) {
          const mean = made.means[row * made.x.length + column] as number;
          if (Number.isNaN(mean)) continue;
          const [left, top] = [box.left + column * wide, box.top + box.height - (row + 1) * tall];
          const fill = ramp(share(mean), theme);
          ctx.fillStyle = fill;
          ctx.fillRect(left + 0.5, top + 0.5, wide - 1, tall - 1);
          if (wide < 40 || tall < 15) continue;
          ctx.fillStyle = contrast(fill, "#ffffff") > contrast(fill, "#10141a") ? "#ffffff" : "#10141a";
          ctx.textAlign = "center";
          ctx.textBaseline = "middle";
          ctx.fillText(short(mean), left + wide / 2, top + tall / 2);
        }
      }
      if (fine.length) {
        const marks = ticks(low, high, 5).map((value) => ({ place: share(value), label: short(value) }));
        drawRamp(ctx, area, marks, z.name, colours.quiet, theme);
      }
    };
    return { cells: made, draw: paint, place: where };
  }, [x, y, z, theme]);
  const here = at.value;
  const index = here ? here.row * cells.x.length + here.column : -1;
  return (
    <>
      <Surface
        size={size}
        label={label}
        draw={draw}
        onPoint={(spot) => {
          const { box } = place;
          const column = spot ? Math.floor(((spot.x - box.left) / box.width) * cells.x.length) : -1;
          const row = spot ? Math.floor(((box.top + box.height - spot.y) / box.height) * cells.y.length) : -1;
          const inside = spot && column >= 0 && row >= 0 && column < cells.x.length && row < cells.y.length;
          at.value = inside ? { spot, column, row } : null;
        }}
      />
      {here && (cells.counts[index] ?? 0) > 0 && (
        <Tip
          at={here.spot}
          title={`${z.name}: ${exact(cells.means[index] as number)}`}
          lines={[
            [x.name, cells.x[here.column] as string],
            [y.name, cells.y[here.row] as string],
            ["Runs", String(cells.counts[index])],
          ]}
        />
      )}
    </>
  );
}

function wordScale(names: readonly string[]): Scale {
  return {
    kind: "words",
    at: () => NaN,
    value: () => 0,
    ticks: names.map((label, i) => ({ place: (i + 0.5) / names.length, label })),
    words: [...names],
    low: 0,
    high: names.length,
  };
}
