/** A chart that was added by hand: over all runs of the search, one value for each run and column. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { ColumnFacts } from "@schema/calls";
import { Bars, type BarRow } from "../../charts/bars";
import { boxFacts, type BoxGroup, BoxPlot } from "../../charts/Box";
import { Card, type Size } from "../../charts/Card";
import { runColours } from "../../charts/colours";
import { cellsOf, HeatMap } from "../../charts/HeatMap";
import { importance, sources } from "../../charts/importance";
import { type Brush, Parallel } from "../../charts/Parallel";
import type { ChartTable } from "../../charts/saving";
import { numbersOf, type Value } from "../../charts/scale";
import { type Column, type Mark, Scatter } from "../../charts/Scatter";
import { ink } from "../../charts/theme";
import { IconButton } from "../../components/Button";
import type { MenuEntry } from "../../components/Menu";
import { useLoad } from "../../lib/load";
import { go, href } from "../../lib/route";
import { askBrush, Brushes } from "./Brushes";
import { ColumnChoice } from "./ColumnChoice";
import { keyOf, runTable, type RunTable, type Search } from "./data";
import type { ChartRun } from "./lines";
import type { Added, AddedKind } from "./state";

interface AddedChartProps {
  added: Added;
  facts: readonly ColumnFacts[];
  search: Search;
  given: readonly string[];
  runs: ReadonlyMap<string, ChartRun>;
  version: number;
  onChange?: (added: Added) => void;
  onRemove?: () => void;
}

/** How many runs such a chart draws at most. */
const MOST_RUNS = 5000;

const names: Record<AddedKind, string> = {
  scatter: "Scatter",
  bar: "Bars",
  parallel: "Parallel coordinates",
  box: "Boxes",
  heat: "Heat map",
  importance: "Importance of params",
};

/** One of the added charts, with the choice of its columns. */
export function AddedChart({ added, facts, search, given, runs, version, onChange, onRemove }: AddedChartProps) {
  const near = useSignal(false);
  const columns = useMemo(() => completed(added, facts), [added, facts]);
  const asked = useMemo(() => columnsToRead(added.kind, columns, facts), [added.kind, columns, facts]);
  const load = useLoad(
    (signal) =>
      near.value && asked.length ? runTable(search, given, ["attributes.run_name", ...asked], MOST_RUNS, signal) : new Promise<RunTable>(() => {}),
    [near.value, search, given, asked.join("\n"), version],
    { keep: true },
  );
  const table = load.data.value;
  const drawing = useMemo(() => (table ? new Drawing(added.kind, columns, asked, table, runs) : null), [table, added.kind, columns, runs]);
  const brushes = useSignal<ReadonlyMap<string, Brush>>(new Map());
  const setBrush = (column: string, brush: Brush | null) => {
    const next = new Map(brushes.peek());
    if (brush) next.set(column, brush);
    else next.delete(column);
    brushes.value = next;
  };
  const ranges: MenuEntry[] =
    added.kind === "parallel" && drawing
      ? [
          { heading: "Keep a part of" },
          ...drawing.columns.map((column) => ({ label: column.name, run: () => void askBrush(column, (brush) => setBrush(column.name, brush)) })),
        ]
      : [];
  const experimentId = search.experimentIds[0];
  const pick = (id: string) => experimentId && go(href(`/experiments/${experimentId}/runs/${id}`));
  const title = `${names[added.kind]}${added.kind === "parallel" ? "" : `: ${columns.filter(Boolean).map(keyOf).join(added.kind === "box" ? " by " : " · ")}`}`;
  return (
    <Card
      title={title}
      wide={added.kind === "parallel"}
      height={added.kind === "parallel" ? 320 : 280}
      summary={drawing?.summary ?? title}
      table={() => drawing?.table() ?? { columns: [], rows: [] }}
      detail={table && table.ids.length < table.matches && given.length === 0 ? `first ${table.ids.length.toLocaleString("en-US")} of ${table.matches.toLocaleString("en-US")} runs` : undefined}
      loading={near.value && load.loading.value && asked.length > 0}
      error={table ? null : load.error.value}
      retry={load.reload}
      menu={ranges}
      onNear={() => (near.value = true)}
      controls={
        <>
          {onChange && <ColumnChoice kind={added.kind} columns={columns} facts={facts} onChange={(next) => onChange({ ...added, columns: next })} />}
          {onRemove && <IconButton small icon="close" label={`Remove ${title}`} onClick={onRemove} />}
        </>
      }
    >
      {(size) =>
        asked.length === 0 ? (
          <p class="chart-empty">These runs have no columns for this chart.</p>
        ) : (
          drawing && (
            <Body
              drawing={drawing}
              size={size}
              onPick={pick}
              brushes={brushes.value}
              experimentIds={search.experimentIds}
              onBrush={setBrush}
            />
          )
        )
      }
    </Card>
  );
}

interface BodyProps {
  drawing: Drawing;
  size: Size;
  onPick: (id: string) => void;
  brushes: ReadonlyMap<string, Brush>;
  onBrush: (column: string, brush: Brush | null) => void;
  experimentIds: readonly string[];
}

function Body({ drawing, size, onPick, brushes, onBrush, experimentIds }: BodyProps) {
  const { kind, summary: label, marks, columns } = drawing;
  const [first, second, third] = columns;
  const nothing = kind === "importance" ? "No param of these runs varies together with this metric, or too few runs have both." : "No run has these columns.";
  const theme = ink.value.theme;
  const groups = useMemo(() => (kind === "box" ? drawing.boxes(theme) : []), [drawing, theme]);
  const bars = useMemo(() => drawing.bars(ink.value.accent), [drawing, theme]);
  if (kind === "parallel") {
    const room = brushes.size ? 34 : 0;
    return (
      <>
        <Parallel size={{ width: size.width, height: size.height - room }} label={label} marks={marks} columns={columns} brushes={brushes} onBrush={onBrush} onPick={onPick} />
        {brushes.size > 0 && <Brushes columns={columns} brushes={brushes} onBrush={onBrush} experimentIds={experimentIds} />}
      </>
    );
  }
  if (kind === "scatter" && first && second) return <Scatter size={size} label={label} marks={marks} x={first} y={second} colour={third ?? null} onPick={onPick} />;
  if (kind === "box" && first) return <BoxPlot size={size} label={label} name={first.name} groups={groups} />;
  if (kind === "heat" && first && second && third) return <HeatMap size={size} label={label} x={first} y={second} z={third} />;
  if ((kind === "importance" || kind === "bar") && !bars.length) return <p class="chart-empty">{nothing}</p>;
  if (kind === "importance") {
    return (
      <>
        <Bars size={{ width: size.width, height: size.height - 66 }} label={label} rows={bars} bounds={[0, 1]} />
        <p class="chart-source quiet">
          {sources.spearman}; {sources["eta²"]}. One param at a time, over {marks.length.toLocaleString("en-US")} runs
          {marks.length < 20 ? ": too few to rely on" : "; relations, not causes"}.
        </p>
      </>
    );
  }
  return <Bars size={size} label={label} rows={bars} onPick={onPick} />;
}

/** What one of the added charts draws, from a table of runs. */
class Drawing {
  readonly marks: Mark[];
  readonly columns: (Column & { column: string })[];
  readonly summary: string;

  constructor(
    readonly kind: AddedKind,
    chosen: readonly string[],
    asked: readonly string[],
    table: RunTable,
    runs: ReadonlyMap<string, ChartRun>,
  ) {
    const runNames = table.columns.get("attributes.run_name") ?? [];
    this.marks = table.ids.map((id, i) => {
      const run = runs.get(id);
      return { id, name: run?.name ?? String(runNames[i] ?? id.slice(0, 8)), colour: run?.colour ?? "#8a919c" };
    });
    const names = kind === "importance" ? asked : chosen.filter(Boolean);
    this.columns = names.map((name) => ({ column: name, name: keyOf(name), values: table.columns.get(name) ?? [] }));
    this.summary = `${this.columns.slice(0, 12).map((column) => column.name).join(", ")} of ${this.marks.length} runs.`;
  }

  /** The bars of bar charts and of importances. */
  bars(accent: string): BarRow[] {
    const [first, ...rest] = this.columns;
    if (!first) return [];
    const numbers = numbersOf(first.values);
    if (this.kind === "importance") {
      const params = new Map(rest.map((column) => [column.name, column.values]));
      return importance(params, numbers ? [...numbers] : []).map((one) => ({
        id: one.name,
        name: one.name,
        value: one.strength,
        colour: accent,
        note: one.correlation === null ? `η² ${one.strength.toFixed(2)}` : `ρ ${one.correlation > 0 ? "+" : "−"}${one.strength.toFixed(2)}`,
      }));
    }
    if (this.kind !== "bar") return [];
    return this.marks
      .map((mark, i) => ({ id: mark.id, name: mark.name, colour: mark.colour, value: numbers?.[i] ?? NaN }))
      .filter((row) => !Number.isNaN(row.value))
      .sort((a, b) => b.value - a.value)
      .slice(0, 500);
  }

  /** The groups of boxes: by the second column, all in one without it. */
  boxes(theme: "light" | "dark"): BoxGroup[] {
    const [first, second] = this.columns;
    if (!first) return [];
    const numbers = numbersOf(first.values);
    const groups = new Map<string, number[]>();
    for (let i = 0; i < this.marks.length; i++) {
      const value = numbers?.[i] ?? NaN;
      if (Number.isNaN(value)) continue;
      const name = second ? String(second.values[i] ?? "(none)") : "all runs";
      const list = groups.get(name);
      if (list) list.push(value);
      else groups.set(name, [value]);
    }
    const colours = runColours([...groups.keys()], theme);
    return [...groups]
      .sort(([a], [b]) => a.localeCompare(b, undefined, { numeric: true }))
      .slice(0, 40)
      .map(([name, values]) => ({ name, values, colour: colours.get(name) as string }));
  }

  /** What the chart shows, as numbers. */
  table(): ChartTable {
    if (this.kind === "importance") {
      return { columns: ["Param", "Strength", "Measure"], rows: this.bars("").map((row) => [row.name, row.value, row.note ?? ""]) };
    }
    if (this.kind === "box") {
      const facts = this.boxes("light").map((group) => boxFacts(group.name, group.values));
      const rows = facts.flatMap((one) => (one ? [[one.name, one.count, one.low, one.q1, one.median, one.q3, one.high, one.mean]] : []));
      return { columns: ["Group", "Runs", "Low", "Quartile 1", "Median", "Quartile 3", "High", "Mean"], rows };
    }
    const [x, y, z] = this.columns;
    if (this.kind === "heat" && x && y && z) {
      const cells = cellsOf(x.values, y.values, z.values);
      return {
        columns: [y.name, ...cells.x],
        rows: cells.y.map((name, row) => [name, ...cells.x.map((_, i) => (cells.counts[row * cells.x.length + i] ? (cells.means[row * cells.x.length + i] as number) : null))]),
      };
    }
    return {
      columns: ["Run", ...this.columns.map((column) => column.name)],
      rows: this.marks.map((mark, i) => [mark.name, ...this.columns.map((column): Value => column.values[i] ?? null)]),
    };
  }
}

/** The columns of a chart, where none are chosen yet those that say most. */
function completed({ kind, columns }: Added, facts: readonly ColumnFacts[]): string[] {
  if (columns.length) return columns;
  const differing = facts.filter((fact) => (fact.distinct ?? 2) > 1 && !fact.name.startsWith("tags.mlflow."));
  // What only few runs have, such as parents of sweeps, says little about all.
  const most = Math.max(0, ...differing.map((fact) => fact.runs));
  const varying = differing.filter((fact) => fact.runs * 2 >= most);
  const metrics = varying.filter((fact) => fact.name.startsWith("metrics.") && !fact.name.startsWith("metrics.system/")).map((fact) => fact.name);
  // Numbers first: words may be long, e.g. whole JSON objects.
  const isNumber = (fact: ColumnFacts) => fact.minimum !== undefined && fact.minimum !== null;
  const params = varying.filter((fact) => fact.name.startsWith("params.")).sort((a, b) => Number(isNumber(b)) - Number(isNumber(a)));
  const few = params.filter((fact) => (fact.distinct ?? 0) <= 30).map((fact) => fact.name);
  const telling = (names: string[]) => names.find((name) => /(^|[./_])(test|val|valid|eval)/.test(name) && /acc|auc|f1|score|loss/.test(name)) ?? names[0] ?? "";
  const metric = telling(metrics);
  const numeric = params.find((fact) => isNumber(fact) && (fact.distinct ?? 0) > 4)?.name ?? params[0]?.name ?? "";
  if (kind === "scatter") return [numeric || (metrics[1] ?? ""), metric, ""];
  if (kind === "bar" || kind === "importance") return metric ? [metric] : [];
  if (kind === "box") return [metric, few[0] ?? ""];
  if (kind === "heat") return few.length > 1 ? [few[0] as string, few[1] as string, metric] : [];
  return [...params.slice(0, 6).map((fact) => fact.name), metric].filter(Boolean);
}

/** What must be read from the table for a chart. */
function columnsToRead(kind: AddedKind, columns: readonly string[], facts: readonly ColumnFacts[]): string[] {
  const chosen = [...new Set(columns.filter(Boolean))];
  if (kind !== "importance" || !chosen.length) return chosen;
  const params = facts.filter((fact) => fact.name.startsWith("params.") && (fact.distinct ?? 2) > 1).map((fact) => fact.name);
  return [...chosen, ...params.slice(0, 100)];
}

