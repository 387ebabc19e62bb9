/** A canvas that is drawn by a function, sharp on every screen, in the colours of the theme. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { Size } from "./Card";
import { type Ink, ink } from "./theme";

/** Draws into a canvas whose units are CSS pixels. */
export type Draw = (ctx: CanvasRenderingContext2D, size: Size, ink: Ink) => void;

/** A place on a surface, in CSS pixels. */
export interface Spot {
  x: number;
  y: number;
  clientX: number;
  clientY: number;
}

interface SurfaceProps {
  size: Size;
  /** What it shows, for those who do not see it. */
  label: string;
  /** Drawn anew when it is another function. */
  draw: Draw;
  /** What lies over the drawing and changes often: marks, a brush. */
  drawOver?: Draw;
  onPoint?: (spot: Spot | null) => void;
  onDown?: (spot: Spot) => void;
  onUp?: (spot: Spot) => void;
  onClick?: (spot: Spot) => void;
}

/** A drawing with an optional second one over it. */
export function Surface({ size, label, draw, drawOver, onPoint, onDown, onUp, onClick }: SurfaceProps) {
  const under = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const colours = ink.value;
  useLayoutEffect(() => paint(under.current, size, draw, colours), [draw, size.width, size.height, colours]);
  useLayoutEffect(() => {
    if (drawOver) paint(over.current, size, drawOver, colours);
  }, [drawOver, size.width, size.height, colours]);
  const spot = (event: MouseEvent): Spot => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top, clientX: event.clientX, clientY: event.clientY };
  };
  return (
    <div
      class="surface"
      style={{ width: `${size.width}px`, height: `${size.height}px` }}
      onPointerMove={(event) => onPoint?.(spot(event))}
      onPointerLeave={() => onPoint?.(null)}
      onPointerDown={(event) => {
        if (!onDown) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        onDown(spot(event));
      }}
      onPointerUp={(event) => onUp?.(spot(event))}
      onClick={(event) => onClick?.(spot(event))}
    >
      <canvas ref={under} role="img" aria-label={label} />
      {drawOver && <canvas ref={over} class="surface-over" aria-hidden="true" />}
    </div>
  );
}

function paint(canvas: HTMLCanvasElement | null, { width, height }: Size, draw: Draw, colours: Ink): void {
  const ctx = canvas?.getContext("2d");
  if (!canvas || !ctx) return;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  ctx.font = colours.font;
  draw(ctx, { width, height }, colours);
}
