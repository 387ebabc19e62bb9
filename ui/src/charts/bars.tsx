/** Charts of bars that lie: one bar for each run, or for each param. */

import { useMemo } from "preact/hooks";
import { fitted } from "./axes";
import { faint } from "./colours";
import type { Size } from "./Card";
import { exact, padded, short, ticks } from "./numbers";
import { hovered } from "./shared";
import { type Draw, type Spot, Surface } from "./Surface";

/** One bar. */
export interface BarRow {
  id: string;
  name: string;
  value: number;
  colour: string;
  /** What is written behind it; the value when absent. */
  note?: string;
}

interface BarsProps {
  size: Size;
  label: string;
  rows: readonly BarRow[];
  /** The bounds of the axis; those of the values when absent. */
  bounds?: [number, number];
  onPick?: (id: string) => void;
}

const ROW = 20;

/** Bars with their names at the left and their values at the right; they scroll where there are many. */
export function Bars({ size, label, rows, bounds, onPick }: BarsProps) {
  const height = Math.max(size.height - 2, rows.length * ROW + 30);
  const wide = { width: size.width - (height > size.height ? 12 : 0), height };
  const draw = useMemo<Draw>(
    () => (ctx, area, ink) => {
      const names = Math.min(area.width * 0.36, Math.max(40, ...rows.slice(0, 200).map((row) => ctx.measureText(row.name).width)) + 14);
      const notes = Math.max(30, ...rows.slice(0, 200).map((row) => ctx.measureText(row.note ?? exact(row.value)).width)) + 12;
      const fine = rows.map((row) => row.value).filter(Number.isFinite);
      const [low, high] = bounds ?? spread(fine);
      const left = names;
      const width = Math.max(20, area.width - names - notes);
      const at = (value: number) => left + ((value - low) / (high - low)) * width;
      ctx.strokeStyle = ink.line;
      ctx.fillStyle = ink.quiet;
      ctx.textAlign = "center";
      ctx.textBaseline = "bottom";
      for (const tick of ticks(low, high, width / 70)) {
        ctx.beginPath();
        ctx.moveTo(Math.round(at(tick)) + 0.5, 4);
        ctx.lineTo(Math.round(at(tick)) + 0.5, rows.length * ROW + 8);
        ctx.stroke();
        ctx.fillText(short(tick), at(tick), rows.length * ROW + 24);
      }
      ctx.textBaseline = "middle";
      const zero = at(Math.min(Math.max(0, low), high));
      for (const [i, row] of rows.entries()) {
        const middle = 6 + i * ROW + ROW / 2;
        ctx.textAlign = "right";
        ctx.fillStyle = ink.text;
        ctx.fillText(fitted(ctx, row.name, names - 12), names - 8, middle);
        if (Number.isFinite(row.value)) {
          ctx.fillStyle = faint(row.colour, 0.85);
          const end = at(row.value);
          ctx.fillRect(Math.min(zero, end), middle - 6, Math.max(1, Math.abs(end - zero)), 12);
        }
        ctx.textAlign = "left";
        ctx.fillStyle = ink.quiet;
        ctx.fillText(row.note ?? exact(row.value), (Number.isFinite(row.value) ? Math.max(zero, at(row.value)) : zero) + 6, middle);
      }
    },
    [rows, bounds?.[0], bounds?.[1]],
  );
  const chosen = hovered.value;
  const drawOver = useMemo<Draw>(
    () => (ctx, area, ink) => {
      const i = rows.findIndex((row) => row.id === chosen);
      if (i < 0) return;
      ctx.strokeStyle = ink.accent;
      ctx.lineWidth = 1.5;
      ctx.strokeRect(2, 6 + i * ROW + 1, area.width - 4, ROW - 2);
    },
    [rows, chosen],
  );
  const rowAt = (spot: Spot) => rows[Math.floor((spot.y - 6) / ROW)];
  return (
    <div class="bars" style={{ height: `${size.height}px` }} tabIndex={height > size.height ? 0 : -1} role="region" aria-label={label}>
      <Surface
        size={wide}
        label={label}
        draw={draw}
        drawOver={drawOver}
        onPoint={(spot) => {
          const id = (spot && rowAt(spot)?.id) ?? null;
          if (hovered.peek() !== id) hovered.value = id;
        }}
        onClick={(spot) => {
          const row = rowAt(spot);
          if (row) onPick?.(row.id);
        }}
      />
    </div>
  );
}

/** Bounds that hold zero, unless the values are far from it and close together. */
function spread(values: number[]): [number, number] {
  if (!values.length) return [0, 1];
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (low > 0 && (high - low) / high < 0.1 && high > low) return padded([low, high], false);
  if (low === 0 && high === 0) return [0, 1];
  return [Math.min(0, low), Math.max(0, high)];
}
