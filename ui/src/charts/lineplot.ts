/** Lines on a canvas: uPlot keeps scales, axes and the selection; the lines, bands and marks are ours. */

import uPlot from "uplot";
import { nearest } from "./bands";
import { faint } from "./colours";
import { acrossOf, drawBehind, drawDot, drawLine, type Frame, topOf } from "./linedraw";
import { type Bounds, boundsOf, durationTicks, type LineModel } from "./linemodel";
import { decadeTicks, duration, tickLabels } from "./numbers";

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
  private bounds: Bounds = { x: [0, 1], y: [0, 1] };
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
    const frame = this.frame(0, 0, over.width, over.height);
    const line = id === null ? undefined : model.lines.find((one) => one.id === id);
    if (line) {
      ctx.fillStyle = faint(model.ink.back, 0.72);
      ctx.fillRect(0, 0, over.width, over.height);
      drawBehind(ctx, frame, line, 1);
      drawLine(ctx, frame, line, { thick: 2.4, alpha: 1 });
    }
    if (x === null || x < frame.x[0] || x > frame.x[1]) return;
    const ratio = devicePixelRatio;
    const left = Math.round(acrossOf(frame, x)) + 0.5;
    ctx.strokeStyle = model.ink.lineStrong;
    ctx.lineWidth = ratio;
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(left, 0);
    ctx.lineTo(left, over.height);
    ctx.stroke();
    ctx.setLineDash([]);
    for (const one of line ? [line] : model.lines.length <= 12 ? model.lines : []) {
      const i = nearest(one.xs, x);
      const y = i < 0 ? NaN : (one.ys[i] as number);
      if (Number.isFinite(y)) drawDot(ctx, frame, one.xs[i] as number, y, one.colour, model.ink.back);
    }
  }

  private frame(left: number, top: number, width: number, height: number): Frame {
    return { ...this.bounds, left, top, width, height, log: this.model.log };
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
    const frame = this.frame(0, 0, 1, height);
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
      const away = Math.abs(topOf(frame, y) - top);
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

  private draw(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const { lines } = this.model;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    const alpha = lines.length > 60 ? 0.55 : lines.length > 25 ? 0.75 : 1;
    const width = lines.length > 25 ? 1.1 : 1.5;
    const frame = this.frame(bbox.left, bbox.top, bbox.width, bbox.height);
    // All that lies behind comes first, so that no run's raw line covers another's smoothed one.
    for (const line of lines) drawBehind(ctx, frame, line, alpha);
    for (const line of lines) drawLine(ctx, frame, line, { thick: width, alpha });
    ctx.restore();
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
    } else if (xKind !== "wall") x.values = (_, splits) => tickLabels(splits);
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
          values: (_, splits) => tickLabels(splits),
          ...(log ? { splits: (_: uPlot, __: number, low: number, high: number) => decadeTicks(low, high, height / 30), filter: (_: uPlot, splits: number[]) => splits } : {}),
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
