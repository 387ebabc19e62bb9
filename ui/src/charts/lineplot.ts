/** Lines on a canvas: uPlot keeps scales, axes and the selection; the lines, bands and marks are ours. */

import uPlot from "uplot";
import { nearest } from "./bands";
import { faint } from "./colours";
import { duration, extent, padded, short } from "./numbers";
import type { Ink } from "./theme";

/** What an x axis counts. */
export type XKind = "step" | "relative" | "wall" | "number";

/** One line of a chart: a run's series, or the mean of a group with its band. */
export interface Line {
  /** The run's id or the group's name: what hovering goes by. */
  id: string;
  name: string;
  colour: string;
  xs: Float64Array;
  ys: Float64Array;
  /** The values before they were smoothed, drawn faintly behind. */
  raw?: Float64Array;
  low?: Float64Array;
  high?: Float64Array;
  dash?: number[];
}

/** What a plot shows. */
export interface LineModel {
  lines: Line[];
  xKind: XKind;
  log: boolean;
  ignoreOutliers: boolean;
  /** The part of the x axis that is shown; null for all. */
  zoom: readonly [number, number] | null;
  ink: Ink;
}

/** Where the pointer is on a plot. */
export interface Pointed {
  x: number;
  line: string | null;
  clientX: number;
  clientY: number;
}

/** What a plot tells. */
export interface LineEvents {
  point: (pointed: Pointed | null) => void;
  zoom: (range: [number, number] | null) => void;
  /** A line was clicked. */
  pick: (line: string) => void;
}

/** How near (in pixels) the pointer must be to a line to be on it. */
const REACH = 28;

/** A plot in an element; it lives until `destroy`. */
export class LinePlot {
  private plot: uPlot | null = null;
  private over: HTMLCanvasElement | null = null;
  private bounds: { x: [number, number]; y: [number, number] } = { x: [0, 1], y: [0, 1] };
  private kind = "";

  constructor(
    private readonly host: HTMLElement,
    private readonly events: LineEvents,
    private model: LineModel,
  ) {}

  /** The canvas with axes and lines. */
  get canvas(): HTMLCanvasElement | null {
    return this.plot?.ctx.canvas ?? null;
  }

  /** The part of the x axis that is shown. */
  get range(): readonly [number, number] {
    return this.bounds.x;
  }

  /** Where a place of the x axis is on the page. */
  placeOf(x: number): { clientX: number; clientY: number } {
    const box = (this.plot?.over ?? this.host).getBoundingClientRect();
    const share = (x - this.bounds.x[0]) / (this.bounds.x[1] - this.bounds.x[0]);
    return { clientX: box.left + share * box.width, clientY: box.top + box.height / 2 };
  }

  /** Show a model in a size in pixels. */
  show(model: LineModel, width: number, height: number): void {
    this.model = model;
    this.bounds = boundsOf(model);
    const kind = `${model.xKind} ${model.log} ${model.ink.theme}`;
    if (this.plot && kind === this.kind) {
      if (this.plot.width !== width || this.plot.height !== height) {
        this.plot.setSize({ width, height });
        this.sizeOver();
      }
      this.plot.setData([this.bounds.x, [null, null]] as unknown as uPlot.AlignedData);
      return;
    }
    this.destroy();
    this.kind = kind;
    this.plot = new uPlot(
      this.options(width, height),
      [this.bounds.x, [null, null]] as unknown as uPlot.AlignedData,
      this.host,
    );
    this.over = document.createElement("canvas");
    this.over.className = "line-over";
    this.plot.over.append(this.over);
    this.listen(this.plot.over);
    this.sizeOver();
  }

  /** Take the plot out of the page. */
  destroy(): void {
    this.plot?.destroy();
    this.plot = null;
    this.over = null;
  }

  /** Mark a place of the x axis, and a line: it is drawn bold, the others dim. */
  mark(x: number | null, id: string | null): void {
    const { plot, over, model } = this;
    const ctx = over?.getContext("2d");
    if (!plot || !over || !ctx) return;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, over.width, over.height);
    const line = id === null ? undefined : model.lines.find((one) => one.id === id);
    if (line) {
      ctx.fillStyle = faint(model.ink.back, 0.72);
      ctx.fillRect(0, 0, over.width, over.height);
      this.drawLine(ctx, line, 0, 0, over.width, over.height, 2.4, 1, true);
      this.drawLine(ctx, line, 0, 0, over.width, over.height, 2.4, 1, false);
    }
    if (x === null) return;
    const ratio = devicePixelRatio;
    const left = ((x - this.bounds.x[0]) / (this.bounds.x[1] - this.bounds.x[0])) * over.width;
    if (left < 0 || left > over.width) return;
    ctx.strokeStyle = model.ink.lineStrong;
    ctx.lineWidth = ratio;
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(Math.round(left) + 0.5, 0);
    ctx.lineTo(Math.round(left) + 0.5, over.height);
    ctx.stroke();
    ctx.setLineDash([]);
    for (const one of line ? [line] : model.lines.length <= 12 ? model.lines : []) {
      const i = nearest(one.xs, x);
      const y = i < 0 ? NaN : (one.ys[i] as number);
      if (!Number.isFinite(y)) continue;
      const top = this.top(y, 0, over.height);
      const at = (((one.xs[i] as number) - this.bounds.x[0]) / (this.bounds.x[1] - this.bounds.x[0])) * over.width;
      ctx.fillStyle = one.colour;
      ctx.strokeStyle = model.ink.back;
      ctx.lineWidth = 1.5 * ratio;
      ctx.beginPath();
      ctx.arc(at, top, 3.5 * ratio, 0, Math.PI * 2);
      ctx.fill();
      ctx.stroke();
    }
  }

  private listen(element: HTMLElement): void {
    let down = 0;
    element.addEventListener("pointermove", (event) => {
      const box = element.getBoundingClientRect();
      const x = this.bounds.x[0] + ((event.clientX - box.left) / box.width) * (this.bounds.x[1] - this.bounds.x[0]);
      const line = this.lineAt(x, event.clientY - box.top, box.height);
      this.events.point({ x, line, clientX: event.clientX, clientY: event.clientY });
    });
    element.addEventListener("pointerleave", () => this.events.point(null));
    element.addEventListener("pointerdown", (event) => {
      down = event.clientX;
    });
    element.addEventListener("click", (event) => {
      if (Math.abs(event.clientX - down) > 4) return;
      const box = element.getBoundingClientRect();
      const x = this.bounds.x[0] + ((event.clientX - box.left) / box.width) * (this.bounds.x[1] - this.bounds.x[0]);
      const line = this.lineAt(x, event.clientY - box.top, box.height);
      if (line !== null) this.events.pick(line);
    });
  }

  private lineAt(x: number, top: number, height: number): string | null {
    let best = REACH;
    let found: string | null = null;
    for (const line of this.model.lines) {
      const i = nearest(line.xs, x);
      if (i < 0) continue;
      const j = (line.xs[i] as number) < x ? Math.min(i + 1, line.xs.length - 1) : Math.max(0, i - 1);
      const [xa, xb] = [line.xs[i] as number, line.xs[j] as number];
      const share = xa === xb ? 0 : Math.min(1, Math.max(0, (x - xa) / (xb - xa)));
      const near = line.ys[i] as number;
      const other = line.ys[j] as number;
      const y = Number.isFinite(other) ? near + (other - near) * share : near;
      if (!Number.isFinite(y)) continue;
      const away = Math.abs(this.top(y, 0, height) - top);
      if (away < best) {
        best = away;
        found = line.id;
      }
    }
    return found;
  }

  private sizeOver(): void {
    if (!this.plot || !this.over) return;
    this.over.width = this.plot.bbox.width;
    this.over.height = this.plot.bbox.height;
  }

  private top(y: number, from: number, height: number): number {
    const [low, high] = this.bounds.y;
    const share = this.model.log
      ? (Math.log10(Math.max(y, Number.MIN_VALUE)) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))
      : (y - low) / (high - low);
    return from + height - share * height;
  }

  private draw(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const { lines } = this.model;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    const alpha = lines.length > 60 ? 0.55 : lines.length > 25 ? 0.75 : 1;
    const width = lines.length > 25 ? 1.1 : 1.5;
    // All that lies behind comes first, so that no run's raw line covers another's smoothed one.
    for (const behind of [true, false]) {
      for (const line of lines) this.drawLine(ctx, line, bbox.left, bbox.top, bbox.width, bbox.height, width, alpha, behind);
    }
    ctx.restore();
  }

  private drawLine(
    ctx: CanvasRenderingContext2D,
    line: Line,
    left: number,
    top: number,
    width: number,
    height: number,
    thick: number,
    alpha: number,
    behind: boolean,
  ): void {
    const ratio = devicePixelRatio;
    const across = (i: number) =>
      left + (((line.xs[i] as number) - this.bounds.x[0]) / (this.bounds.x[1] - this.bounds.x[0])) * width;
    ctx.lineJoin = "round";
    if (!behind) {
      ctx.setLineDash((line.dash ?? []).map((part) => part * ratio));
      this.stroke(ctx, line, line.ys, across, top, height, thick * ratio, faint(line.colour, alpha));
      ctx.setLineDash([]);
      return;
    }
    if (line.low && line.high) {
      ctx.fillStyle = faint(line.colour, 0.16 * alpha);
      ctx.beginPath();
      for (let i = 0; i < line.xs.length; i++) {
        if (Number.isFinite(line.high[i])) ctx.lineTo(across(i), this.top(line.high[i] as number, top, height));
      }
      for (let i = line.xs.length - 1; i >= 0; i--) {
        if (Number.isFinite(line.low[i])) ctx.lineTo(across(i), this.top(line.low[i] as number, top, height));
      }
      ctx.fill();
    }
    if (line.raw) this.stroke(ctx, line, line.raw, across, top, height, 1 * ratio, faint(line.colour, 0.2 * alpha));
  }

  private stroke(
    ctx: CanvasRenderingContext2D,
    line: Line,
    ys: Float64Array,
    across: (i: number) => number,
    top: number,
    height: number,
    thick: number,
    colour: string,
  ): void {
    ctx.strokeStyle = colour;
    ctx.fillStyle = colour;
    ctx.lineWidth = thick;
    ctx.beginPath();
    const odd: number[] = [];
    let joined = false;
    for (let i = 0; i < line.xs.length; i++) {
      const y = ys[i] as number;
      if (!Number.isFinite(y) || (this.model.log && y <= 0)) {
        odd.push(i);
        joined = false;
        continue;
      }
      const alone = !joined && !Number.isFinite(ys[i + 1] ?? NaN);
      if (alone) {
        const [x, at] = [across(i), this.top(y, top, height)];
        ctx.moveTo(x + thick, at);
        ctx.arc(x, at, thick * 1.2, 0, Math.PI * 2);
      } else if (joined) ctx.lineTo(across(i), this.top(y, top, height));
      else ctx.moveTo(across(i), this.top(y, top, height));
      joined = true;
    }
    ctx.stroke();
    if (ys === line.ys) for (const i of odd) this.drawOdd(ctx, across(i), ys[i] as number, top, height);
  }

  /** A value that has no place on the axis is never left out silently: ▲ for ∞, ▼ for −∞, × at the bottom for NaN. */
  private drawOdd(ctx: CanvasRenderingContext2D, x: number, y: number, top: number, height: number): void {
    const size = 3.5 * devicePixelRatio;
    const up = y === Infinity;
    const at = up ? top + size : top + height - size;
    ctx.beginPath();
    if (Number.isNaN(y)) {
      ctx.moveTo(x - size * 0.7, at - size * 0.7);
      ctx.lineTo(x + size * 0.7, at + size * 0.7);
      ctx.moveTo(x + size * 0.7, at - size * 0.7);
      ctx.lineTo(x - size * 0.7, at + size * 0.7);
      ctx.stroke();
      return;
    }
    ctx.moveTo(x - size, up ? at + size * 0.7 : at - size * 0.7);
    ctx.lineTo(x + size, up ? at + size * 0.7 : at - size * 0.7);
    ctx.lineTo(x, up ? at - size * 0.7 : at + size * 0.7);
    ctx.fill();
  }

  private options(width: number, height: number): uPlot.Options {
    const { ink, xKind, log } = this.model;
    const axis = {
      stroke: ink.quiet,
      font: ink.font,
      grid: { stroke: ink.line, width: 1 },
      ticks: { stroke: ink.line, width: 1, size: 4 },
      border: { show: false },
    };
    const x: uPlot.Axis = { ...axis, size: 28, gap: 4, space: 60, grid: { show: false } };
    if (xKind === "relative") {
      x.splits = (_, __, low, high) => durationTicks(low, high, Math.max(2, width / 90));
      x.values = (_, splits) => splits.map((value) => duration(value));
    } else if (xKind !== "wall") x.values = (_, splits) => splits.map((value) => short(value));
    return {
      width,
      height,
      ms: 1,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: xKind === "wall", range: () => this.bounds.x },
        y: { distr: log ? 3 : 1, log: 10, range: () => this.bounds.y },
      },
      series: [{}, { show: true, points: { show: false } }],
      axes: [
        x,
        {
          ...axis,
          size: (_, values) => Math.max(34, 12 + 6.4 * Math.max(0, ...(values ?? []).map((text) => String(text ?? "").length))),
          gap: 4,
          space: 32,
          values: (_, splits) => splits.map((value) => (value === null ? "" : short(value))),
        },
      ],
      cursor: {
        x: false,
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        bind: { dblclick: () => () => (this.events.zoom(null), null) },
      },
      hooks: {
        draw: [(plot) => this.draw(plot)],
        setSelect: [
          (plot) => {
            if (plot.select.width < 5) return;
            const range: [number, number] = [
              plot.posToVal(plot.select.left, "x"),
              plot.posToVal(plot.select.left + plot.select.width, "x"),
            ];
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            this.events.zoom(range);
          },
        ],
      },
    };
  }
}

/** Ticks of a time axis in seconds: 1, 5, 15, 30 seconds or minutes, hours, days. */
export function durationTicks(low: number, high: number, count: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
  const rough = (high - low) / count;
  let step = steps.find((one) => one >= rough);
  if (step === undefined) step = Math.ceil(rough / 86400) * 86400;
  if (rough < 1) step = 10 ** Math.ceil(Math.log10(rough));
  const found: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(Number((i * step).toPrecision(12)));
  return found;
}

function boundsOf({ lines, zoom, log, ignoreOutliers }: LineModel): { x: [number, number]; y: [number, number] } {
  const wide = extent(
    lines.map((line) => [line.xs[0] ?? NaN, line.xs[line.xs.length - 1] ?? NaN]),
    false,
    false,
  ) ?? [0, 1];
  const x: [number, number] = zoom ? [zoom[0], zoom[1]] : wide[0] === wide[1] ? [wide[0] - 0.5, wide[1] + 0.5] : wide;
  const shown: ArrayLike<number>[] = [];
  for (const line of lines) {
    for (const ys of [line.ys, line.raw, line.low, line.high]) {
      if (!ys) continue;
      shown.push(zoom ? within(line.xs, ys, x) : ys);
    }
  }
  const y = extent(shown, log, ignoreOutliers) ?? (log ? [1, 10] : [0, 1]);
  return { x, y: padded(y, log) };
}

function within(xs: Float64Array, ys: Float64Array, [low, high]: [number, number]): Float64Array {
  let from = 0;
  let to = xs.length;
  while (from < to && (xs[from] as number) < low) from++;
  while (to > from && (xs[to - 1] as number) > high) to--;
  return ys.subarray(from, to);
}
