/** A chart of lines: many series, one cursor for all charts on the page, one table of values under the pointer. */

import { signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { nearest } from "./bands";
import type { Size } from "./Card";
import type { Line, LineModel, XKind } from "./linemodel";
import { LinePlot, type Pointed } from "./lineplot";
import { duration, exact, short } from "./numbers";
import type { ChartTable } from "./saving";
import { cursor, hovered, zooms, zoomTo } from "./shared";
import { ink } from "./theme";
import "./line.css";

interface LineChartProps {
  /** Tells the charts of a page apart. */
  id: string;
  /** What it shows, for those who do not see it. */
  label: string;
  lines: Line[];
  /** Charts with the same axis share their cursor and their zoom. */
  axis: string;
  xKind: XKind;
  xName: string;
  log: boolean;
  ignoreOutliers: boolean;
  size: Size;
  onPick?: (line: string) => void;
}

interface Pointer extends Pointed {
  chart: string;
}

/** Where the mouse is, for the table of values; only the chart with the pointer draws it. */
const pointer = signal<Pointer | null>(null);

/** Lines in a canvas. Drag to zoom, double click to see all again. */
export function LineChart(props: LineChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<LinePlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const zoom = zooms.value.get(props.axis) ?? null;
  const colours = ink.value;
  const model = useMemo<LineModel>(
    () => ({ lines: props.lines, xKind: props.xKind, log: props.log, ignoreOutliers: props.ignoreOutliers, zoom, ink: colours }),
    [props.lines, props.xKind, props.log, props.ignoreOutliers, zoom, colours],
  );
  useEffect(
    () => () => {
      plot.current?.destroy();
      if (pointer.peek()?.chart === latest.current.id) leave();
    },
    [],
  );
  useLayoutEffect(() => {
    if (!host.current) return;
    plot.current ??= new LinePlot(host.current, events(latest), model);
    plot.current.show(model, props.size.width, props.size.height);
    const canvas = plot.current.canvas;
    canvas?.setAttribute("role", "img");
    canvas?.setAttribute("aria-label", props.label);
    plot.current.mark(markAt(props.axis), hovered.peek());
  }, [model, props.size.width, props.size.height, props.label]);
  useSignalEffect(() => {
    const id = hovered.value;
    const x = cursor.value?.axis === latest.current.axis ? cursor.value.x : null;
    requestAnimationFrame(() => plot.current?.mark(x, id));
  });
  const said = useSignal("");
  const onKey = (event: KeyboardEvent) => {
    if (plot.current && byKey(event.key, props, plot.current, said)) event.preventDefault();
  };
  return (
    <div
      class="line-chart"
      tabIndex={0}
      role="application"
      aria-label={`${props.label}. Arrows left and right read values, up and down choose a line, plus and minus zoom, Escape ends.`}
      onKeyDown={onKey}
      onBlur={() => pointer.peek()?.chart === props.id && leave()}
    >
      <div ref={host} />
      <span class="hidden-visually" aria-live="polite">
        {said.value}
      </span>
      <ValueTable id={props.id} lines={props.lines} xKind={props.xKind} xName={props.xName} />
    </div>
  );
}

/** What a key does to the cursor, the chosen line and the zoom; false when it means nothing here. */
function byKey(key: string, props: LineChartProps, plot: LinePlot, said: { value: string }): boolean {
  const [low, high] = plot.range;
  const at = pointer.peek();
  const now = at?.chart === props.id ? at : null;
  let x = now?.x ?? (low + high) / 2;
  let line = now?.line ?? null;
  if (key === "ArrowLeft" || key === "ArrowRight") {
    if (now) x = Math.min(high, Math.max(low, x + ((high - low) / 60) * (key === "ArrowRight" ? 1 : -1)));
  } else if (key === "ArrowUp" || key === "ArrowDown") {
    const order = valuesAt(props.lines, x).map((row) => row.line.id);
    if (!order.length) return true;
    const here = line === null ? -1 : order.indexOf(line);
    const next = key === "ArrowDown" ? here + 1 : here < 0 ? order.length - 1 : here - 1;
    line = order[(next + order.length) % order.length] ?? null;
  } else if (key === "+" || key === "=") {
    zoomTo(props.axis, [x - (x - low) / 2, x + (high - x) / 2]);
    return true;
  } else if (key === "-" || key === "0") {
    zoomTo(props.axis, null);
    return true;
  } else if (key === "Enter" && line !== null) {
    props.onPick?.(line);
    return true;
  } else if (key === "Escape" && now) {
    leave();
    return true;
  } else return false;
  pointer.value = { chart: props.id, x, line, ...plot.placeOf(x) };
  cursor.value = { axis: props.axis, x, chart: props.id };
  hovered.value = line;
  const rows = valuesAt(props.lines, x);
  const row = rows.find((one) => one.line.id === line) ?? rows[0];
  said.value = row ? `${props.xName} ${xLabel(props.xKind, row.x)}: ${row.line.name} ${exact(row.y)}` : "No values here";
  return true;
}

function markAt(axis: string): number | null {
  const at = cursor.peek();
  return at?.axis === axis ? at.x : null;
}

function leave(): void {
  pointer.value = null;
  cursor.value = null;
  hovered.value = null;
}

function events(props: { current: LineChartProps }) {
  return {
    point(at: Pointed | null) {
      if (!at) return leave();
      const { id, axis } = props.current;
      pointer.value = { ...at, chart: id };
      cursor.value = { axis, x: at.x, chart: id };
      if (hovered.peek() !== at.line) hovered.value = at.line;
    },
    zoom(range: [number, number] | null) {
      zoomTo(props.current.axis, range);
    },
    pick(line: string) {
      props.current.onPick?.(line);
    },
  };
}

/** How many rows the table of values has at most. */
const rowsShown = 14;

function ValueTable({ id, lines, xKind, xName }: { id: string; lines: Line[]; xKind: XKind; xName: string }) {
  const at = pointer.value;
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!at || !box.current) return;
    const { width, height } = box.current.getBoundingClientRect();
    const left = at.clientX + 18 + width > innerWidth ? at.clientX - width - 18 : at.clientX + 18;
    const top = Math.min(Math.max(8, at.clientY - height / 2), innerHeight - height - 8);
    box.current.style.left = `${Math.max(4, left)}px`;
    box.current.style.top = `${top}px`;
  });
  if (at?.chart !== id) return null;
  const rows = valuesAt(lines, at.x);
  const here = rows.findIndex((row) => row.line.id === at.line);
  const from = Math.max(0, Math.min(here - Math.floor(rowsShown / 2), rows.length - rowsShown));
  const shown = rows.slice(from, from + rowsShown);
  return (
    <div ref={box} class="chart-values" aria-hidden="true">
      <div class="chart-value-x">
        <span class="cut">{xName}</span>
        <span>{xLabel(xKind, shown.find((row) => row.line.id === at.line)?.x ?? at.x)}</span>
      </div>
      {from > 0 && <div class="chart-value-more">{from} higher</div>}
      {shown.map(({ line, y, raw }) => (
        <div key={line.id} class={`chart-value ${at.line === null ? "" : at.line === line.id ? "on" : "dim"}`}>
          <span class="swatch" style={{ background: line.colour }} />
          <span class="cut">{line.name}</span>
          <span>
            {exact(y)}
            {raw !== null && at.line === line.id && <span class="quiet"> ({short(raw)})</span>}
          </span>
        </div>
      ))}
      {rows.length - from - shown.length > 0 && <div class="chart-value-more">{rows.length - from - shown.length} lower</div>}
    </div>
  );
}

interface ValueRow {
  line: Line;
  x: number;
  y: number;
  raw: number | null;
}

/** The value of each line that reaches a place, the highest first, NaN last. */
function valuesAt(lines: Line[], x: number): ValueRow[] {
  const rows: ValueRow[] = [];
  for (const line of lines) {
    const i = nearest(line.xs, x);
    if (i < 0) continue;
    const gap = line.xs.length > 1 ? ((line.xs[line.xs.length - 1] as number) - (line.xs[0] as number)) / (line.xs.length - 1) : 1;
    if (Math.abs((line.xs[i] as number) - x) > Math.max(gap, 1e-9) * 2) continue;
    rows.push({ line, x: line.xs[i] as number, y: line.ys[i] as number, raw: line.raw ? (line.raw[i] as number) : null });
  }
  const rank = (y: number) => (Number.isNaN(y) ? -Infinity : y);
  return rows.sort((a, b) => (rank(a.y) === rank(b.y) ? 0 : rank(b.y) - rank(a.y)));
}

/** A place of the x axis in words. */
export function xLabel(kind: XKind, x: number): string {
  if (kind === "relative") return duration(x);
  if (kind === "wall") return new Date(x).toLocaleString();
  return exact(kind === "step" ? Math.round(x) : x);
}

/** The lines of a chart, one row each, with what matters of them. */
export function lineTable(lines: Line[]): ChartTable {
  return {
    columns: ["Run", "Last", "Lowest", "Highest", "Points"],
    rows: lines.map((line) => {
      const ys = line.raw ?? line.ys;
      let low = Infinity;
      let high = -Infinity;
      for (const y of ys) {
        if (y < low) low = y;
        if (y > high) high = y;
      }
      return [line.name, ys[ys.length - 1] ?? null, low > high ? null : low, low > high ? null : high, ys.length];
    }),
  };
}

/** All points of a chart, one row each. */
export function pointTable(lines: Line[], xName: string): ChartTable {
  const smoothed = lines.some((line) => line.raw);
  const band = lines.some((line) => line.low);
  const rows: ChartTable["rows"] = [];
  for (const line of lines) {
    for (let i = 0; i < line.xs.length; i++) {
      const row: (string | number | null)[] = [line.name, line.xs[i] as number, (line.raw ?? line.ys)[i] as number];
      if (smoothed) row.push(line.ys[i] as number);
      if (band) row.push(line.low?.[i] ?? null, line.high?.[i] ?? null);
      rows.push(row);
    }
  }
  return { columns: ["run", xName, "value", ...(smoothed ? ["smoothed"] : []), ...(band ? ["min", "max"] : [])], rows };
}
