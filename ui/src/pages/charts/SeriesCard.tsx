/** The chart of one metric over runs: it reads its series when it comes near the screen, and again for what is zoomed to. */

import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Card } from "../../charts/Card";
import { LineChart, lineTable, pointTable } from "../../charts/LineChart";
import { exact } from "../../charts/numbers";
import { zooms, zoomTo } from "../../charts/shared";
import { allSteps, pointsFor, type Range, type Series, seriesSource } from "../../charts/source";
import { CallError } from "../../api/call";
import { go, href } from "../../lib/route";
import { IconButton } from "../../components/Button";
import type { MenuEntry } from "../../components/Menu";
import { keyOf } from "./data";
import { type ChartRun, type Drawn, drawn, type Groups, lackSteps, rangeFor, startsOf } from "./lines";
import type { Settings } from "./state";

interface SeriesCardProps {
  metric: string;
  runs: ReadonlyMap<string, ChartRun>;
  groups: Groups | null;
  settings: Settings;
  /** Grows when the series have changed on the server. */
  version: number;
  /** Change this chart's own settings; null makes them those of all charts again. */
  onOwn?: (own: Partial<Settings> | null) => void;
  hasOwn?: boolean;
  /** Told which runs have a line here. */
  onRuns?: (ids: string[]) => void;
  height?: number;
  wide?: boolean;
  /** Where a click on a run's line leads; nowhere when absent. */
  experimentId?: string;
}

interface Got {
  series: Series[];
  others: Series[];
}

const smoothings: [string, Settings["smoothing"], number][] = [
  ["None", "none", 0.6],
  ["Moving average (EMA)", "ema", 0.9],
  ["Gaussian", "gaussian", 5],
  ["Running mean", "mean", 11],
];

const nothing: Got = { series: [], others: [] };

/** A line chart of a metric. */
export function SeriesCard({ metric, runs, groups, settings, version, onOwn, hasOwn, onRuns, height, wide, experimentId }: SeriesCardProps) {
  const near = useSignal(false);
  const width = useSignal(0);
  const whole = useSignal<Got | null>(null);
  const part = useSignal<Got | null>(null);
  const error = useSignal<unknown>(null);
  const again = useSignal(0);
  const waiting = useSignal(0);
  // The same runs under other names or colours are no reason to read anew.
  const named = [...runs.keys()].join();
  const ids = useMemo(() => [...runs.keys()], [named]);
  const maxPoints = width.value ? pointsFor(width.value, ids.length) : 0;
  const other = settings.x.startsWith("metrics.") ? keyOf(settings.x) : null;
  const stepless = useSignal(false);
  const times = settings.x === "relative" || settings.x === "wall" || stepless.value;
  const read = async (range: Range, signal: AbortSignal): Promise<Got> => {
    const query = { runIds: ids, range, maxPoints, times };
    const [series, others] = await Promise.all([
      seriesSource.get({ ...query, keys: [metric] }, signal),
      other === null ? [] : seriesSource.get({ ...query, keys: [other] }, signal),
    ]);
    return { series, others };
  };
  const load = (range: Range, into: { value: Got | null }) => {
    const asked = new AbortController();
    waiting.value++;
    read(range, asked.signal)
      .then(
        (got) => {
          if (asked.signal.aborted) return;
          error.value = null;
          // Without steps there is only the time to draw over: it has to be fetched, too.
          if (settings.x === "step" && !times && lackSteps(got.series)) stepless.value = true;
          else into.value = got;
        },
        (failure: unknown) => {
          if (asked.signal.aborted) return;
          error.value = failure;
          if (failure instanceof CallError && failure.passing) setTimeout(() => again.value++, 3000);
        },
      )
      .finally(() => waiting.value--);
    return () => asked.abort();
  };
  // As it was while drawing: an effect that read what has changed since would run, and read, once more for that.
  const isNear = near.value;
  useEffect(() => {
    if (!isNear || !maxPoints) return;
    if (!ids.length) {
      whole.value = nothing;
      return;
    }
    return load(allSteps, whole);
  }, [isNear, maxPoints, ids, metric, other, times, version, again.value]);

  const all = whole.value;
  useEffect(() => {
    if (all) onRuns?.(all.series.map((one) => one.runId));
  }, [all]);
  // Another x axis may need what is still on its way: until then the chart stays as it is.
  const before = useRef<Drawn | null>(null);
  const full = useMemo(() => {
    if (all && (settings.x === "step" || other !== null || all.series.every((one) => one.times.length > 0))) {
      before.current = drawn(all.series, all.others, runs, settings, groups);
    }
    return before.current;
  }, [all, runs, settings, groups]);
  const axis = `${full?.xKind ?? settings.x} ${other ?? ""}`;
  const zoom = zooms.value.get(axis) ?? null;
  const zoomed = useRef(zoom);
  useEffect(() => {
    // What is shown stays until the same part comes anew; it goes when another part is wanted.
    if (zoomed.current !== zoom) part.value = null;
    zoomed.current = zoom;
    if (!zoom || !all || !full || !near.value || !all.series.some((one) => one.count > one.steps.length)) return;
    const lines = groups ? drawn(all.series, all.others, runs, settings, null).lines : full.lines;
    const range = rangeFor(zoom, full.xKind === "number" ? settings.x : full.xKind, all.series, lines);
    return range ? load(range, part) : undefined;
  }, [zoom, all, settings.x, maxPoints]);
  const closer = part.value;
  const shown = useMemo(
    () => (zoom && closer && all ? drawn(closer.series, closer.others, runs, settings, groups, startsOf(all.series, runs)) : full),
    [zoom, closer, full, runs, settings, groups],
  );
  const lines = shown?.lines ?? [];
  const xName = other ?? { step: "Step", relative: "Time since start", wall: "Time", number: "" }[full?.xKind ?? "step"];
  const menu: MenuEntry[] = onOwn
    ? [
        { label: "Log scale", checked: settings.log, run: () => onOwn({ log: !settings.log }) },
        { label: "Ignore outliers", checked: settings.cut, run: () => onOwn({ cut: !settings.cut }) },
        { heading: "X axis" },
        { label: "Step", checked: settings.x === "step", run: () => onOwn({ x: "step" }) },
        { label: "Relative time", checked: settings.x === "relative", run: () => onOwn({ x: "relative" }) },
        { label: "Wall time", checked: settings.x === "wall", run: () => onOwn({ x: "wall" }) },
        { heading: "Smoothing" },
        ...smoothings.map(([label, smoothing, amount]) => ({
          label: settings.smoothing === smoothing && smoothing !== "none" ? `${label} ${settings.amount}` : label,
          checked: settings.smoothing === smoothing,
          run: () => onOwn({ smoothing, amount }),
        })),
        "line",
        { label: "Like all other charts", icon: "undo", disabled: !hasOwn, run: () => onOwn(null) },
      ]
    : [];
  const points = all?.series.reduce((sum, one) => sum + one.count, 0) ?? 0;
  const of = groups ? `${lines.length} groups` : lines.length === 1 ? "1 run" : `${lines.length} runs`;
  return (
    <Card
      title={metric}
      {...(height ? { height } : {})}
      {...(wide ? { wide } : {})}
      detail={
        <>
          {shown?.note}
          {settings.log && " log"}
          {hasOwn && " · own settings"}
        </>
      }
      summary={`${metric} of ${of}, ${points.toLocaleString("en-US")} points, by ${xName.toLowerCase() || "another metric"}. ${summaryOf(lines)}`}
      table={() => lineTable(lines)}
      numbers={() => pointTable(lines, xName)}
      legend={() => lines.map((line) => [line.name, line.colour])}
      menu={menu}
      controls={zoom && <IconButton small icon="undo" label="Reset zoom (double click)" onClick={() => zoomTo(axis, null)} />}
      loading={near.value && !error.value && (!all || (zoom !== null && waiting.value > 0))}
      error={all ? null : error.value}
      retry={() => again.value++}
      onNear={() => (near.value = true)}
    >
      {(size) => (
        <>
          <Width size={size.width} set={(value) => (width.value = value)} />
          {all && lines.length === 0 ? (
            <p class="chart-empty">
              {other === null ? "None of these runs has this metric." : `None of these runs has both this metric and ${other}.`}
            </p>
          ) : (
            lines.length > 0 && (
              <LineChart
                id={metric}
                label={`${metric}, ${of}`}
                lines={lines}
                axis={axis}
                xKind={shown?.xKind ?? "step"}
                xName={xName}
                log={settings.log}
                ignoreOutliers={settings.cut}
                size={size}
                {...(experimentId ? { onPick: (id: string) => openRun(experimentId, id) } : {})}
              />
            )
          )}
        </>
      )}
    </Card>
  );
}

function openRun(experimentId: string, id: string): void {
  if (!id.startsWith("group ")) go(href(`/experiments/${experimentId}/runs/${id}`));
}

/** Tells the width that the card found, once it is drawn. */
function Width({ size, set }: { size: number; set: (width: number) => void }) {
  useEffect(() => set(size), [size]);
  return null;
}

function summaryOf(lines: { name: string; ys: Float64Array }[]): string {
  let best: [string, number] | null = null;
  let least: [string, number] | null = null;
  for (const { name, ys } of lines) {
    const last = ys[ys.length - 1];
    if (last === undefined || !Number.isFinite(last)) continue;
    if (!best || last > best[1]) best = [name, last];
    if (!least || last < least[1]) least = [name, last];
  }
  if (!best || !least) return "";
  return `Highest last value: ${exact(best[1])} (${best[0]}); lowest: ${exact(least[1])} (${least[0]}).`;
}
