/** Parallel coordinates: an upright axis for each column, a line through them for each run. Pulling along an axis
 * keeps the runs that pass there. */

import { useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { fitted } from "./axes";
import type { Size } from "./Card";
import { faint, ramp } from "./colours";
import { type Scale, scaleOf } from "./scale";
import { type Column, type Mark, text } from "./Scatter";
import { hovered } from "./shared";
import { type Draw, type Spot, Surface } from "./Surface";
import { ink } from "./theme";
import { Tip } from "./Tip";

/** A part of an axis, from 0 to 1. */
export type Brush = readonly [low: number, high: number];

interface ParallelProps {
  size: Size;
  label: string;
  marks: readonly Mark[];
  columns: readonly Column[];
  /** By the column's name. */
  brushes: ReadonlyMap<string, Brush>;
  onBrush: (column: string, brush: Brush | null) => void;
  onPick?: (id: string) => void;
}

const TOP = 30;
const BOTTOM = 14;
const SIDE = 46;

/** The axes and lines; lines that a brush leaves out are drawn faintly. */
export function Parallel({ size, label, marks, columns, brushes, onBrush, onPick }: ParallelProps) {
  const theme = ink.value.theme;
  const at = useSignal<{ spot: Spot; i: number } | null>(null);
  const pulling = useRef<{ axis: number; from: number; moved: boolean } | null>(null);
  const pulled = useSignal<{ axis: number; brush: Brush } | null>(null);
  const scales = useMemo(() => columns.map((column) => scaleOf(column.values, 6)), [columns]);
  const places = useMemo(() => placesOf(columns, scales, marks.length), [columns, scales, marks]);
  const kept = useMemo(() => keptBy(columns, places, brushes, marks.length), [columns, places, brushes, marks]);
  const left = (axis: number) => SIDE + (columns.length > 1 ? (axis / (columns.length - 1)) * (size.width - SIDE * 2) : 0);
  const tall = size.height - TOP - BOTTOM;
  const top = (place: number) => TOP + (1 - place) * tall;
  const line = (ctx: CanvasRenderingContext2D, i: number) => {
    ctx.beginPath();
    let joined = false;
    for (let axis = 0; axis < columns.length; axis++) {
      const place = places[i * columns.length + axis] as number;
      if (Number.isNaN(place)) {
        joined = false;
        continue;
      }
      if (joined) ctx.lineTo(left(axis), top(place));
      else ctx.moveTo(left(axis), top(place));
      joined = true;
    }
    ctx.stroke();
  };
  const colourOf = (i: number) => {
    const place = places[i * columns.length + columns.length - 1] as number;
    return Number.isNaN(place) ? "#8a919c" : ramp(place, theme);
  };
  const draw = useMemo<Draw>(
    () => (ctx, _, colours) => {
      const brushed = brushes.size > 0;
      const count = kept.reduce((sum, one) => sum + one, 0);
      const alpha = count > 2000 ? 0.12 : count > 600 ? 0.25 : count > 150 ? 0.5 : 0.8;
      ctx.lineWidth = marks.length > 300 ? 0.8 : 1.3;
      ctx.strokeStyle = faint(colours.lineStrong, marks.length > 300 ? 0.06 : 0.16);
      if (brushed) for (let i = 0; i < marks.length; i++) if (!kept[i]) line(ctx, i);
      for (let i = 0; i < marks.length; i++) {
        if (!kept[i]) continue;
        ctx.strokeStyle = faint(colourOf(i), alpha);
        line(ctx, i);
      }
      for (const [axis, column] of columns.entries()) drawAxis(ctx, left(axis), tall, column.name, scales[axis] as Scale, colours, size.width / columns.length);
    },
    [marks, columns, places, kept, size.width, size.height, theme],
  );
  const chosen = hovered.value;
  const preview = pulled.value;
  const drawOver = useMemo<Draw>(
    () => (ctx, _, colours) => {
      const shown = new Map([...brushes].map(([name, brush]) => [columns.findIndex((column) => column.name === name), brush]));
      if (preview) shown.set(preview.axis, preview.brush);
      for (const [axis, brush] of shown) {
        if (axis < 0) continue;
        ctx.fillStyle = faint(colours.accent, 0.28);
        ctx.strokeStyle = colours.accent;
        ctx.lineWidth = 1.5;
        ctx.beginPath();
        ctx.rect(left(axis) - 8, top(brush[1]), 16, Math.max(2, top(brush[0]) - top(brush[1])));
        ctx.fill();
        ctx.stroke();
      }
      const i = chosen === null ? -1 : marks.findIndex((mark) => mark.id === chosen);
      if (i < 0) return;
      ctx.strokeStyle = colours.back;
      ctx.lineWidth = 5;
      line(ctx, i);
      ctx.strokeStyle = marks[i]?.colour ?? colours.text;
      ctx.lineWidth = 2.5;
      line(ctx, i);
    },
    [brushes, preview, chosen, marks, columns, places, size.width, size.height],
  );
  const axisAt = (x: number) => {
    for (let axis = 0; axis < columns.length; axis++) if (Math.abs(x - left(axis)) <= 14) return axis;
    return -1;
  };
  const placeAt = (y: number) => Math.min(1, Math.max(0, 1 - (y - TOP) / tall));
  const point = (spot: Spot | null) => {
    const pull = pulling.current;
    if (pull && spot) {
      const place = placeAt(spot.y);
      if (Math.abs(place - pull.from) * tall > 3) pull.moved = true;
      pulled.value = { axis: pull.axis, brush: [Math.min(pull.from, place), Math.max(pull.from, place)] };
      return;
    }
    const i = spot ? nearestLine(spot, left, top, places, columns.length, kept) : -1;
    at.value = spot && i >= 0 ? { spot, i } : null;
    const id = i >= 0 ? (marks[i] as Mark).id : null;
    if (hovered.peek() !== id) hovered.value = id;
  };
  const up = () => {
    const pull = pulling.current;
    pulling.current = null;
    const brush = pulled.value?.brush;
    pulled.value = null;
    if (!pull) return;
    const column = columns[pull.axis];
    if (column) onBrush(column.name, pull.moved && brush ? brush : null);
  };
  const here = at.value;
  const mark = here && marks[here.i];
  return (
    <>
      <Surface
        size={size}
        label={label}
        draw={draw}
        drawOver={drawOver}
        onPoint={point}
        onDown={(spot) => {
          const axis = axisAt(spot.x);
          if (axis >= 0) pulling.current = { axis, from: placeAt(spot.y), moved: false };
        }}
        onUp={up}
        onClick={(spot) => {
          if (mark && axisAt(spot.x) < 0) onPick?.(mark.id);
        }}
      />
      {here && mark && (
        <Tip at={here.spot} title={mark.name} colour={mark.colour} lines={columns.slice(0, 12).map((column) => [column.name, text(column.values[here.i] ?? null)])} />
      )}
    </>
  );
}

function placesOf(columns: readonly Column[], scales: readonly Scale[], count: number): Float32Array {
  const places = new Float32Array(count * columns.length);
  for (let i = 0; i < count; i++) {
    for (const [axis, column] of columns.entries()) {
      places[i * columns.length + axis] = (scales[axis] as Scale).at(column.values[i] ?? null);
    }
  }
  return places;
}

/** Which lines all brushes let through. */
export function keptBy(columns: readonly { name: string }[], places: ArrayLike<number>, brushes: ReadonlyMap<string, Brush>, count: number): Uint8Array {
  const kept = new Uint8Array(count).fill(1);
  for (const [axis, column] of columns.entries()) {
    const brush = brushes.get(column.name);
    if (!brush) continue;
    for (let i = 0; i < count; i++) {
      const place = places[i * columns.length + axis] as number;
      if (!(place >= brush[0] && place <= brush[1])) kept[i] = 0;
    }
  }
  return kept;
}

function nearestLine(spot: Spot, left: (axis: number) => number, top: (place: number) => number, places: Float32Array, width: number, kept: Uint8Array): number {
  let axis = 0;
  while (axis + 2 < width && left(axis + 1) < spot.x) axis++;
  const [from, to] = [left(axis), left(axis + 1)];
  const share = Math.min(1, Math.max(0, (spot.x - from) / (to - from || 1)));
  let best = 9;
  let found = -1;
  for (let i = 0; i < kept.length; i++) {
    if (!kept[i]) continue;
    const [a, b] = [places[i * width + axis] as number, places[i * width + Math.min(axis + 1, width - 1)] as number];
    const away = Math.abs(top(a + (b - a) * share) - spot.y);
    if (away < best) {
      best = away;
      found = i;
    }
  }
  return found;
}

function drawAxis(ctx: CanvasRenderingContext2D, x: number, tall: number, name: string, scale: Scale, ink: { text: string; quiet: string; lineStrong: string; back: string; family: string }, room: number): void {
  ctx.strokeStyle = ink.lineStrong;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(Math.round(x) + 0.5, TOP);
  ctx.lineTo(Math.round(x) + 0.5, TOP + tall);
  ctx.stroke();
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = ink.text;
  ctx.font = `600 11px ${ink.family}`;
  ctx.fillText(fitted(ctx, name, Math.max(60, room - 8)), x, 12);
  ctx.font = `11px ${ink.family}`;
  ctx.textAlign = "left";
  let last = Infinity;
  for (const { place, label } of scale.ticks) {
    const top = TOP + (1 - place) * tall;
    if (last - top < 13) continue;
    last = top;
    const shown = fitted(ctx, label, Math.max(30, room - 30));
    // Letters over lines: a rim in the colour of the background keeps them readable.
    ctx.strokeStyle = ink.back;
    ctx.lineWidth = 3;
    ctx.strokeText(shown, x + 6, top);
    ctx.fillStyle = ink.quiet;
    ctx.fillText(shown, x + 6, top);
    ctx.strokeStyle = ink.lineStrong;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(x - 3, top);
    ctx.lineTo(x + 3, top);
    ctx.stroke();
  }
}
