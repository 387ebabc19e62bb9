/** The axes of charts on plain canvas. */

import type { Size } from "./Card";
import type { Scale } from "./scale";
import type { Ink } from "./theme";

/** The part of a canvas that data are drawn in. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The room that is left when axes with these labels are drawn. */
export function boxFor(ctx: CanvasRenderingContext2D, { width, height }: Size, y: Scale | null, hasXName: boolean): Box {
  const widest = y ? Math.max(0, ...y.ticks.map((tick) => ctx.measureText(tick.label).width)) : 0;
  const left = Math.min(width * 0.35, widest + 12) + 4;
  return { left, top: 10, width: Math.max(10, width - left - 14), height: Math.max(10, height - 10 - (hasXName ? 38 : 24)) };
}

/** Draw both axes with their grid, ticks and names. */
export function drawAxes(ctx: CanvasRenderingContext2D, box: Box, x: Scale, y: Scale, names: [string, string], ink: Ink): void {
  drawY(ctx, box, y, ink);
  drawX(ctx, box, x, ink);
  ctx.fillStyle = ink.quiet;
  ctx.textBaseline = "alphabetic";
  ctx.textAlign = "right";
  ctx.fillText(fitted(ctx, names[0], box.width), box.left + box.width, box.top + box.height + 32);
  if (names[1]) {
    ctx.textAlign = "left";
    ctx.textBaseline = "top";
    ctx.fillText(fitted(ctx, names[1], box.width), box.left + 4, box.top - 6);
  }
}

/** The lines and labels of a y axis. */
export function drawY(ctx: CanvasRenderingContext2D, box: Box, y: Scale, ink: Ink): void {
  ctx.strokeStyle = ink.line;
  ctx.fillStyle = ink.quiet;
  ctx.lineWidth = 1;
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  let last = Infinity;
  for (const tick of y.ticks) {
    const top = Math.round(box.top + box.height * (1 - tick.place)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(box.left, top);
    ctx.lineTo(box.left + box.width, top);
    ctx.stroke();
    if (last - top < 12) continue;
    last = top;
    ctx.fillText(fitted(ctx, tick.label, box.left - 10), box.left - 6, top);
  }
}

/** The ticks and labels of an x axis. */
export function drawX(ctx: CanvasRenderingContext2D, box: Box, x: Scale, ink: Ink): void {
  ctx.strokeStyle = ink.line;
  ctx.fillStyle = ink.quiet;
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  const bottom = box.top + box.height;
  let free = -Infinity;
  const room = x.kind === "words" ? Math.max(24, box.width / Math.max(1, x.ticks.length) - 4) : 80;
  for (const tick of x.ticks) {
    const left = Math.round(box.left + box.width * tick.place) + 0.5;
    ctx.beginPath();
    ctx.moveTo(left, bottom);
    ctx.lineTo(left, bottom + 4);
    ctx.stroke();
    const label = fitted(ctx, tick.label, room);
    const half = ctx.measureText(label).width / 2;
    if (left - half < free) continue;
    free = left + half + 8;
    ctx.fillText(label, left, bottom + 6);
  }
}

/** A text cut to a width, with … where something is missing. */
export function fitted(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (ctx.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return low ? `${text.slice(0, low)}…` : "";
}
