/** What charts ask of the table of runs. */

import type { ColumnFacts, TableColumn } from "@schema/calls";
import { call } from "../../api/call";
import { asNumber, isOddFloat } from "../../api/numbers";

/** A search of runs. */
export interface Search {
  experimentIds: string[];
  filter: string;
  orderBy: string[];
  /** ACTIVE_ONLY when absent, DELETED_ONLY or ALL. */
  view?: string;
}

/** Some columns of runs. */
export interface RunTable {
  ids: string[];
  /** How many runs match in all. */
  matches: number;
  columns: Map<string, Value[]>;
}

/** A value of a cell; numbers that JSON has no words for are numbers here. */
export type Value = number | string | null;

/** Columns of the first runs of a search, or of given runs. */
export async function runTable(
  search: Search,
  runIds: readonly string[],
  columns: readonly string[],
  limit: number,
  signal: AbortSignal,
): Promise<RunTable> {
  const given = runIds.length > 0;
  const answer = await call(
    "GetRunWindow",
    {
      experiment_ids: search.experimentIds,
      filter: given ? runFilter(runIds.slice(0, limit)) : search.filter,
      order_by: given ? [] : search.orderBy,
      // Runs that were asked for by id are shown, deleted or not.
      run_view_type: given ? "ALL" : (search.view ?? "ACTIVE_ONLY"),
      columns: [...columns],
      limit,
    },
    signal,
  );
  const found: RunTable = {
    ids: answer.run_ids ?? [],
    matches: answer.matches ?? 0,
    columns: new Map((answer.columns ?? []).map((column) => [column.name, values(column)])),
  };
  return given ? inOrder(found, runIds) : found;
}

/** What the columns of a search hold; of some kinds only, or of all. */
export async function catalogueOf(
  { experimentIds, filter, view = "ACTIVE_ONLY" }: Search,
  signal: AbortSignal,
  kinds: ("metrics" | "params" | "tags")[] = [],
): Promise<ColumnFacts[]> {
  const answer = await call("GetRunColumns", { experiment_ids: experimentIds, filter, kinds, run_view_type: view }, signal);
  return answer.columns ?? [];
}

/** The search that finds given runs, deleted or not. */
export function searchOf(experimentIds: string[], runIds: readonly string[]): Search {
  return { experimentIds, filter: runFilter(runIds), orderBy: [], view: "ALL" };
}

/** The filter that finds given runs. */
function runFilter(runIds: readonly string[]): string {
  return `attributes.run_id IN (${runIds.map((id) => `'${id.replace(/[^\w-]/g, "")}'`).join(", ")})`;
}

/** Conditions on columns as text of a filter: `metrics.`val/loss` < 0.5`. */
export function columnName(column: string): string {
  const cut = column.indexOf(".");
  const [kind, key] = [column.slice(0, cut), column.slice(cut + 1)];
  if (kind === "attributes" || /^\w+$/.test(key)) return column;
  return `${kind}.\`${key}\``;
}

/** A column's key without its kind. */
export function keyOf(column: string): string {
  return column.slice(column.indexOf(".") + 1);
}

function values(column: TableColumn): Value[] {
  const numeric = column.name.startsWith("metrics.");
  return column.values.map((value) => (numeric && isOddFloat(value) ? asNumber(value) : (value as Value)));
}

function inOrder(table: RunTable, runIds: readonly string[]): RunTable {
  const at = new Map(table.ids.map((id, i) => [id, i]));
  const order = runIds.map((id) => at.get(id)).filter((i) => i !== undefined);
  return {
    ids: order.map((i) => table.ids[i] as string),
    matches: table.matches,
    columns: new Map([...table.columns].map(([name, list]) => [name, order.map((i) => list[i] ?? null)])),
  };
}

/** Values as numbers where all that are there are numbers; null where some are words. */
export function asNumbers(list: readonly Value[]): number[] | null {
  const found: number[] = [];
  for (const value of list) {
    if (value === null) found.push(NaN);
    else if (typeof value === "number") found.push(value);
    else {
      const number = value.trim() === "" ? NaN : Number(value);
      if (Number.isNaN(number) && value !== "nan" && value !== "NaN") return null;
      found.push(number);
    }
  }
  return found;
}
