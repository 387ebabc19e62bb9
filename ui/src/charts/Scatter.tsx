/** A point for each run: two columns against each other, a third one as colour. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { boxFor, drawAxes, type Box } from "./axes";
import type { Size } from "./Card";
import { faint, ramp } from "./colours";
import { exact, short } from "./numbers";
import { scaleOf, type Value } from "./scale";
import { hovered } from "./shared";
import { type Draw, type Spot, Surface } from "./Surface";
import { ink } from "./theme";
import { Tip } from "./Tip";

/** A column of values, one for each run. */
export interface Column {
  name: string;
  values: readonly Value[];
}

/** A run as a chart draws it. */
export interface Mark {
  id: string;
  name: string;
  colour: string;
}

interface ScatterProps {
  size: Size;
  label: string;
  marks: readonly Mark[];
  x: Column;
  y: Column;
  /** Numbers that become colours; without it, each run has its own. */
  colour: Column | null;
  onPick?: (id: string) => void;
}

/** The points, and the run under the pointer. */
export function Scatter({ size, label, marks, x, y, colour, onPick }: ScatterProps) {
  const at = useSignal<{ spot: Spot; i: number } | null>(null);
  const theme = ink.value.theme;
  const plan = useMemo(() => {
    const xs = scaleOf(x.values, size.width / 70);
    const ys = scaleOf(y.values, size.height / 36);
    const shade = colour ? scaleOf(colour.values) : null;
    const found: Plan = { box: { left: 0, top: 0, width: 1, height: 1 }, points: new Float64Array(marks.length * 2), colours: [] };
    for (const [i, mark] of marks.entries()) {
      found.points[i * 2] = xs.at(x.values[i] ?? null);
      found.points[i * 2 + 1] = ys.at(y.values[i] ?? null);
      const share = shade?.at(colour?.values[i] ?? null);
      found.colours.push(share === undefined ? mark.colour : Number.isNaN(share) ? "#888888" : ramp(share, theme));
    }
    const draw: Draw = (ctx, area, colours) => {
      const box = boxFor(ctx, colour ? { width: area.width - 46, height: area.height } : area, ys, true);
      found.box = box;
      drawAxes(ctx, box, xs, ys, [x.name, y.name], colours);
      const radius = marks.length > 500 ? 2.5 : 4;
      for (let i = 0; i < marks.length; i++) {
        const [left, top] = spotOf(found, i);
        if (Number.isNaN(left) || Number.isNaN(top)) continue;
        ctx.beginPath();
        ctx.arc(left, top, radius, 0, Math.PI * 2);
        ctx.fillStyle = faint(found.colours[i] as string, 0.75);
        ctx.fill();
      }
      if (shade && colour) drawRamp(ctx, area, shade.ticks, colour.name, colours.quiet, theme);
    };
    return { found, draw };
  }, [marks, x, y, colour, size.width, size.height, theme]);
  const chosen = hovered.value;
  const drawOver = useMemo<Draw>(
    () => (ctx, _, colours) => {
      const i = marks.findIndex((mark) => mark.id === chosen);
      if (i < 0) return;
      const [left, top] = spotOf(plan.found, i);
      ctx.beginPath();
      ctx.arc(left, top, 7, 0, Math.PI * 2);
      ctx.fillStyle = plan.found.colours[i] as string;
      ctx.strokeStyle = colours.text;
      ctx.lineWidth = 2;
      ctx.fill();
      ctx.stroke();
    },
    [plan, chosen],
  );
  const point = (spot: Spot | null) => {
    const i = spot ? nearestPoint(plan.found, spot) : -1;
    at.value = spot && i >= 0 ? { spot, i } : null;
    const id = i >= 0 ? (marks[i] as Mark).id : null;
    if (hovered.peek() !== id) hovered.value = id;
  };
  const here = at.value;
  const mark = here && marks[here.i];
  return (
    <>
      <Surface size={size} label={label} draw={plan.draw} drawOver={drawOver} onPoint={point} onClick={() => mark && onPick?.(mark.id)} />
      {here && mark && (
        <Tip
          at={here.spot}
          title={mark.name}
          colour={plan.found.colours[here.i] as string}
          lines={[x, y, ...(colour ? [colour] : [])].map((column) => [column.name, text(column.values[here.i] ?? null)])}
        />
      )}
    </>
  );
}

interface Plan {
  box: Box;
  /** x and y of each run, from 0 to 1. */
  points: Float64Array;
  colours: string[];
}

function spotOf({ box, points }: Plan, i: number): [number, number] {
  return [box.left + (points[i * 2] as number) * box.width, box.top + (1 - (points[i * 2 + 1] as number)) * box.height];
}

function nearestPoint(plan: Plan, spot: Spot): number {
  let best = 14;
  let found = -1;
  for (let i = 0; i * 2 < plan.points.length; i++) {
    const [left, top] = spotOf(plan, i);
    const away = Math.hypot(left - spot.x, top - spot.y);
    if (away < best) {
      best = away;
      found = i;
    }
  }
  return found;
}

/** A value in words. */
export function text(value: Value): string {
  return value === null ? "–" : typeof value === "number" ? exact(value) : value;
}

/** What the colours mean: a bar at the right side. */
export function drawRamp(ctx: CanvasRenderingContext2D, { width, height }: Size, marks: { place: number; label: string }[], name: string, ink: string, theme: "light" | "dark"): void {
  const [left, top, tall] = [width - 44, 12, height - 56];
  for (let i = 0; i < tall; i++) {
    ctx.fillStyle = ramp(1 - i / tall, theme);
    ctx.fillRect(left, top + i, 8, 1.5);
  }
  ctx.fillStyle = ink;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  let last = Infinity;
  for (const { place, label } of marks) {
    const at = top + tall * (1 - place);
    if (last - at < 13 || at < top - 2) continue;
    last = at;
    ctx.fillText(label.length > 6 ? short(Number(label)).slice(0, 6) === "NaN" ? label.slice(0, 5) : label.slice(0, 6) : label, left + 11, at);
  }
  ctx.textAlign = "right";
  ctx.textBaseline = "bottom";
  ctx.fillText(name.length > 22 ? `…${name.slice(-21)}` : name, width - 4, height - 26);
}
