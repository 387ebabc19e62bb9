/** How the cells of the runs table look. */

import type { ColumnFacts } from "@schema/calls";
import type { CellView, GridColumn } from "../../components/grid/model";
import { statusWord } from "../../components/StatusDot";
import { formatAgo, formatDuration, formatTime, plural, shortId } from "../../lib/format";
import { type Chosen, keyOf, kindOf, rangeOf, serverName } from "./columns";
import { type Direction, directionOf, isTinted } from "./directions";
import { type Cell, formatNumber, formatValue, type Range } from "./format";
import type { GroupRow, Summary } from "./groups";
import { heatOf, isBest } from "./heat";
import type { RunRow } from "./rows";

/** What a painter goes by besides a column's facts. */
export interface Painting {
  /** Over the runs that match: they decide what is best. */
  facts: ReadonlyMap<string, ColumnFacts>;
  /** Over all runs: they decide the decimals, so that these stay the same under any filter. */
  wholeFacts: ReadonlyMap<string, ColumnFacts>;
  experiments: ReadonlyMap<string, string>;
  now: number;
}

type Painter = (row: RunRow) => CellView;

/** The painter of a column. */
export function painterOf(chosen: Chosen, painting: Painting): Painter {
  const name = serverName(chosen);
  switch (kindOf(chosen.id)) {
    case "attributes":
      return attributePainter(chosen.id, painting);
    case "metrics":
      return metricPainter(chosen, name, painting);
    default:
      return textPainter(name);
  }
}

function metricPainter(chosen: Chosen, name: string, painting: Painting): Painter {
  const range = rangeFor(name, painting);
  const written = rangeOf(painting.wholeFacts.get(chosen.id)) ?? range;
  const direction = directionOf(chosen.id);
  const tinted = isTinted(chosen.id) && chosen.aggregate !== "count";
  return (row) => {
    const value = row.cells.get(name);
    if (value === null || value === undefined) return { text: "" };
    const number = Number(value);
    if (!Number.isFinite(number)) return { text: formatValue(value), class: "odd-number" };
    return numberView(number, range, written, direction, tinted);
  };
}

function numberView(
  number: number,
  range: Range | undefined,
  written: Range | undefined,
  direction: Direction,
  tinted: boolean,
): CellView {
  const view: CellView = { text: formatNumber(number, written), title: String(number) };
  if (!tinted) return view;
  const heat = heatOf(number, range, direction);
  if (heat !== undefined) view.heat = heat;
  if (isBest(number, range, direction)) view.class = "best";
  return view;
}

function rangeFor(name: string, painting: Painting): Range | undefined {
  return rangeOf(painting.facts.get(name));
}

function textPainter(name: string): Painter {
  return (row) => {
    const value = row.cells.get(name);
    if (value === null || value === undefined) return { text: "" };
    const text = String(value);
    return text.length > 12 ? { text, title: text } : { text };
  };
}

function attributePainter(id: string, painting: Painting): Painter {
  return (row) => {
    const value = row.cells.get(id);
    if (value === null || value === undefined) return { text: "" };
    switch (id) {
      case "attributes.start_time":
      case "attributes.end_time": {
        const time = Number(value);
        return time ? { text: formatAgo(time, Math.max(time, painting.now)), title: formatTime(time), class: "faint" } : {};
      }
      case "attributes.duration": {
        const running = row.cells.get("attributes.status") === "RUNNING";
        return { text: formatDuration(Number(value)), class: running ? "goes-on" : "" };
      }
      case "attributes.status":
        return { text: statusWord(String(value)) };
      case "attributes.experiment_id":
        return { text: painting.experiments.get(String(value)) ?? String(value) };
      case "attributes.run_id":
        return { text: String(value), class: "mono" };
      default:
        return { text: String(value), title: String(value) };
    }
  };
}

/** How a group's cell looks: the mean with its deviation, or the lowest or highest value where the column shows that. */
export function paintGroup(row: GroupRow, chosen: Chosen, painting: Painting): CellView {
  const name = serverName(chosen);
  const summary = row.summaries.get(name);
  const own = row.keys.find((one) => one.id === chosen.id);
  if (own) return { text: sayKey(own.id, own.value, painting), class: "group-key" };
  if (!summary) return { text: "" };
  if (chosen.id === "attributes.duration") return { text: formatDuration(summary.mean), title: "The mean of the group" };
  const range = rangeFor(name, painting);
  const written = rangeOf(painting.wholeFacts.get(chosen.id)) ?? range;
  const view = numberView(summary.mean, range, written, directionOf(chosen.id), isTinted(chosen.id));
  delete view.class;
  const text = view.text ?? "";
  const spread = summary.deviation === null || summary.deviation === 0 ? "" : ` ±${formatNumber(summary.deviation, written)}`;
  return { ...view, text: text + spread, title: titleOf(summary, keyOf(chosen.id), row.count) };
}

function titleOf(summary: Summary, key: string, count: number): string {
  const deviation = summary.deviation === null ? "" : `, deviation ${formatNumber(summary.deviation)}`;
  return `${key} over ${plural(count, "run")}: mean ${formatNumber(summary.mean)}${deviation}, from ${formatNumber(summary.low)} to ${formatNumber(summary.high)}`;
}

/** The value of a group's key in words. */
export function sayKey(id: string, value: Cell, painting: Painting): string {
  if (value === null || value === undefined || value === "") return "none";
  if (id === "attributes.status") return statusWord(String(value));
  if (id === "attributes.experiment_id") return painting.experiments.get(String(value)) ?? String(value);
  return id === "tags.mlflow.parentRunId" ? shortId(String(value)) : String(value);
}

/** What the first cell of a row is drawn from. */
export const NAME_COLUMNS = ["attributes.run_name", "attributes.status", "attributes.experiment_id", "tags.mlflow.runColor"];

/** The columns that are needed to draw another one. */
export function neededFor(id: string): string[] {
  if (id === "attributes.run_name") return NAME_COLUMNS;
  if (id === "attributes.duration") return ["attributes.duration", "attributes.status"];
  return [id];
}

/** Whether a column's cells stand at the right. */
export function alignOf(column: Chosen, facts: ReadonlyMap<string, ColumnFacts>): GridColumn["align"] {
  const kind = kindOf(column.id);
  if (kind === "metrics") return "right";
  if (column.id === "attributes.duration" || column.id === "attributes.points") return "right";
  return kind === "params" && rangeOf(facts.get(column.id)) ? "right" : "left";
}
