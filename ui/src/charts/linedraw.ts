/** Lines, bands and marks on a canvas. */

import { faint } from "./colours";
import type { Bounds, Line } from "./linemodel";

/** Where lines are drawn, in pixels of the canvas, and what its edges mean. */
export interface Frame extends Bounds {
  left: number;
  top: number;
  width: number;
  height: number;
  log: boolean;
}

/** How lines are drawn: their width in CSS pixels, and how opaque. */
export interface Pen {
  thick: number;
  alpha: number;
}

/** The pixel of a place on the x axis. */
export function acrossOf(frame: Frame, x: number): number {
  return frame.left + ((x - frame.x[0]) / (frame.x[1] - frame.x[0])) * frame.width;
}

/** The pixel of a value, from the top. */
export function topOf(frame: Frame, y: number): number {
  const [low, high] = frame.y;
  const share = frame.log
    ? (Math.log10(Math.max(y, Number.MIN_VALUE)) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))
    : (y - low) / (high - low);
  return frame.top + frame.height - share * frame.height;
}

/** What lies behind a line: its band, and its values before they were smoothed. */
export function drawBehind(ctx: CanvasRenderingContext2D, frame: Frame, line: Line, alpha: number): void {
  const { xs, low, high } = line;
  if (low && high) {
    ctx.fillStyle = faint(line.colour, 0.16 * alpha);
    ctx.beginPath();
    for (let i = 0; i < xs.length; i++) {
      if (Number.isFinite(high[i])) ctx.lineTo(acrossOf(frame, xs[i] as number), topOf(frame, high[i] as number));
    }
    for (let i = xs.length - 1; i >= 0; i--) {
      if (Number.isFinite(low[i])) ctx.lineTo(acrossOf(frame, xs[i] as number), topOf(frame, low[i] as number));
    }
    ctx.fill();
  }
  if (line.raw) stroke(ctx, frame, line.xs, line.raw, devicePixelRatio, faint(line.colour, 0.2 * alpha));
}

/** A line, and marks where it has values that are on no axis. */
export function drawLine(ctx: CanvasRenderingContext2D, frame: Frame, line: Line, { thick, alpha }: Pen): void {
  const ratio = devicePixelRatio;
  ctx.setLineDash((line.dash ?? []).map((part) => part * ratio));
  const odd = stroke(ctx, frame, line.xs, line.ys, thick * ratio, faint(line.colour, alpha));
  ctx.setLineDash([]);
  for (const i of odd) drawOdd(ctx, frame, acrossOf(frame, line.xs[i] as number), line.ys[i] as number);
}

/** A dot on a line. */
export function drawDot(ctx: CanvasRenderingContext2D, frame: Frame, x: number, y: number, colour: string, rim: string): void {
  ctx.fillStyle = colour;
  ctx.strokeStyle = rim;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.beginPath();
  ctx.arc(acrossOf(frame, x), topOf(frame, y), 3.5 * devicePixelRatio, 0, Math.PI * 2);
  ctx.fill();
  ctx.stroke();
}

/** Draw points joined to a line, with gaps where a value has no place; tells the indices of those. */
function stroke(ctx: CanvasRenderingContext2D, frame: Frame, xs: Float64Array, ys: Float64Array, thick: number, colour: string): number[] {
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = thick;
  ctx.lineJoin = "round";
  ctx.beginPath();
  const odd: number[] = [];
  let joined = false;
  for (let i = 0; i < xs.length; i++) {
    const y = ys[i] as number;
    if (!Number.isFinite(y) || (frame.log && y <= 0)) {
      odd.push(i);
      joined = false;
      continue;
    }
    const [x, top] = [acrossOf(frame, xs[i] as number), topOf(frame, y)];
    if (joined) ctx.lineTo(x, top);
    else if (Number.isFinite(ys[i + 1] ?? NaN)) ctx.moveTo(x, top);
    else {
      // A point between two gaps would have no length.
      ctx.moveTo(x + thick, top);
      ctx.arc(x, top, thick * 1.2, 0, Math.PI * 2);
    }
    joined = true;
  }
  ctx.stroke();
  return odd;
}

/** A value that has no place on the axis is never left out silently: ▲ for ∞, ▼ for −∞, × at the bottom for NaN. */
function drawOdd(ctx: CanvasRenderingContext2D, frame: Frame, x: number, y: number): void {
  const size = 3.5 * devicePixelRatio;
  const up = y === Infinity;
  const at = up ? frame.top + size : frame.top + frame.height - size;
  ctx.beginPath();
  if (Number.isNaN(y)) {
    ctx.moveTo(x - size * 0.7, at - size * 0.7);
    ctx.lineTo(x + size * 0.7, at + size * 0.7);
    ctx.moveTo(x + size * 0.7, at - size * 0.7);
    ctx.lineTo(x - size * 0.7, at + size * 0.7);
    ctx.stroke();
    return;
  }
  const base = up ? at + size * 0.7 : at - size * 0.7;
  ctx.moveTo(x - size, base);
  ctx.lineTo(x + size, base);
  ctx.lineTo(x, up ? at - size * 0.7 : at + size * 0.7);
  ctx.fill();
}
