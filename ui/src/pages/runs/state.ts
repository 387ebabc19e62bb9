/** What a link to the runs table carries, and what it means: MLflow's parameters, and short ones of our own. */

import type { Aggregate, Chosen } from "./columns";
import { columnOf, tokens } from "./filter";
import { quoted } from "./columns";

/** A column that rows are ordered by. */
export interface Sort {
  id: string;
  aggregate: Aggregate;
  descending: boolean;
}

/** Everything about the table that a link carries. */
export interface TableState {
  filter: string;
  sorts: Sort[];
  time: string;
  lifecycle: "Active" | "Deleted";
  models: string;
  datasets: DatasetChoice[];
  mode: "TABLE" | "CHART" | "SPLIT" | "ARTIFACT";
  /** null: those that vary, as `defaultColumns` has them. */
  columns: Chosen[] | null;
  /** Widths that somebody set, by column. */
  widths: Record<string, number>;
  differing: boolean;
  facets: boolean;
  tree: "auto" | "flat" | "open" | "closed";
  /** Parents that are the other way round than `tree` says. */
  toggled: string[];
  groupBy: string[];
  folded: string[];
  /** How many of the first rows charts show. */
  first: number;
  hidden: string[];
  visible: string[];
  view: string;
}

/** A dataset that runs are to have used. */
export interface DatasetChoice {
  name: string;
  digest?: string;
  context?: string;
}

/** The spans of time that can be chosen, in milliseconds; MLflow's names. */
export const TIMES: Record<string, { label: string; ms: number }> = {
  ALL: { label: "All time", ms: 0 },
  LAST_HOUR: { label: "Last hour", ms: 3_600_000 },
  LAST_24_HOURS: { label: "Last 24 hours", ms: 86_400_000 },
  LAST_7_DAYS: { label: "Last 7 days", ms: 7 * 86_400_000 },
  LAST_30_DAYS: { label: "Last 30 days", ms: 30 * 86_400_000 },
  LAST_YEAR: { label: "Last year", ms: 365 * 86_400_000 },
};

/** How many runs charts show unless somebody chooses. */
export const FIRST = 50;

const AGGREGATES: readonly string[] = ["min", "max", "mean", "count"];

/** What a query says. */
export function readState(query: URLSearchParams): TableState {
  const time = query.get("startTime") ?? "ALL";
  const mode = query.get("compareRunsMode")?.toUpperCase();
  const tree = query.get("tree");
  return {
    filter: query.get("searchFilter") ?? "",
    sorts: readSorts(query),
    time: time in TIMES ? time : "ALL",
    lifecycle: query.get("lifecycleFilter") === "Deleted" ? "Deleted" : "Active",
    models: query.get("modelVersionFilter") ?? "",
    datasets: readDatasets(query.get("datasetsFilter")),
    mode:
      mode === "CHART" || mode === "SPLIT" || mode === "ARTIFACT" ? mode : query.get("isComparingRuns") === "true" && !mode ? "CHART" : "TABLE",
    columns: readColumns(query),
    widths: readWidths(query.get("widths")),
    differing: query.get("differing") === "1",
    facets: query.get("facets") === "1",
    tree: tree === "flat" || tree === "open" || tree === "closed" ? tree : "auto",
    toggled: list(query.get("toggled")),
    groupBy: list(query.get("groupBy")),
    folded: list(query.get("folded")),
    first: Math.max(1, Math.min(1000, Math.floor(Number(query.get("first")) || FIRST))),
    hidden: list(query.get("hidden")),
    visible: list(query.get("visible")),
    view: query.get("view") ?? "",
  };
}

/** A change of the state as a change of the query; what is as in a bare link is left out. */
export function writeState(change: Partial<TableState>): Record<string, string | undefined> {
  const query: Record<string, string | undefined> = {};
  if (change.filter !== undefined) query.searchFilter = change.filter;
  if (change.sorts !== undefined) Object.assign(query, writeSorts(change.sorts));
  if (change.time !== undefined) query.startTime = change.time === "ALL" ? "" : change.time;
  if (change.lifecycle !== undefined) query.lifecycleFilter = change.lifecycle === "Active" ? "" : change.lifecycle;
  if (change.models !== undefined) query.modelVersionFilter = change.models;
  if (change.datasets !== undefined)
    query.datasetsFilter = change.datasets.length ? toBase64(JSON.stringify(change.datasets)) : "";
  if (change.mode !== undefined) {
    query.compareRunsMode = change.mode === "TABLE" ? "" : change.mode;
    query.isComparingRuns = "";
  }
  if (change.columns !== undefined) {
    query.cols = change.columns === null ? "" : change.columns.map(writeColumn).join(",");
    query.selectedColumns = "";
  }
  if (change.widths !== undefined)
    query.widths = Object.entries(change.widths)
      .map(([id, width]) => `${escape(id)}@${width}`)
      .join(",");
  if (change.facets !== undefined) query.facets = change.facets ? "1" : "";
  if (change.differing !== undefined) query.differing = change.differing ? "1" : "";
  if (change.tree !== undefined && change.toggled === undefined) query.toggled = "";
  if (change.tree !== undefined) query.tree = change.tree === "auto" ? "" : change.tree;
  if (change.toggled !== undefined) query.toggled = joined(change.toggled);
  if (change.groupBy !== undefined) query.groupBy = joined(change.groupBy);
  if (change.folded !== undefined) query.folded = joined(change.folded);
  if (change.first !== undefined) query.first = change.first === FIRST ? "" : String(change.first);
  if (change.hidden !== undefined) query.hidden = joined(change.hidden);
  if (change.visible !== undefined) query.visible = joined(change.visible);
  if (change.view !== undefined) query.view = change.view;
  return query;
}

function readSorts(query: URLSearchParams): Sort[] {
  const found: Sort[] = [];
  const first = query.get("orderByKey");
  if (first) found.push({ ...readSortKey(first), descending: query.get("orderByAsc") !== "true" });
  for (const text of list(query.get("then"))) {
    const descending = text.startsWith("-");
    found.push({ ...readSortKey(descending ? text.slice(1) : text), descending });
  }
  return found;
}

function writeSorts(sorts: Sort[]): Record<string, string | undefined> {
  const [first, ...others] = sorts;
  const key = (one: Sort) => quoted(one.id, one.aggregate);
  return {
    orderByKey: first && key(first),
    orderByAsc: first && (first.descending ? "" : "true"),
    then: joined(others.map((one) => (one.descending ? "-" : "") + key(one))),
  };
}

function readSortKey(text: string): { id: string; aggregate: Aggregate } {
  const id = columnOf(text);
  const cut = id.lastIndexOf(".");
  const tail = id.slice(cut + 1);
  if (id.startsWith("metrics.") && cut > "metrics".length && AGGREGATES.includes(tail))
    return { id: id.slice(0, cut), aggregate: tail as Aggregate };
  return { id, aggregate: "last" };
}

/** An order as the server takes it. */
export function orderBy(sorts: readonly Sort[]): string[] {
  return sorts.map((one) => `${quoted(one.id, one.aggregate)} ${one.descending ? "DESC" : "ASC"}`);
}

function writeColumn(one: Chosen): string {
  const aggregate = one.aggregate === "last" ? "" : `~${one.aggregate}`;
  return `${one.pinned ? "!" : ""}${escape(one.id)}${aggregate}`;
}

function readColumns(query: URLSearchParams): Chosen[] | null {
  const ours = query.get("cols");
  if (ours) return ours.split(",").map(readColumn);
  const old = query.get("selectedColumns");
  if (!old) return null;
  const keys = tokens(old).filter((one) => one.sort === "key");
  return keys.map((one) => ({ id: oldColumn(columnOf(one.text)), aggregate: "last" as const }));
}

/** MLflow's names of attribute columns are their headings. */
function oldColumn(id: string): string {
  const names: Record<string, string> = {
    "attributes.User": "attributes.user_id",
    "attributes.Duration": "attributes.duration",
    "attributes.Date": "attributes.start_time",
    "attributes.Source": "tags.mlflow.source.name",
    "attributes.Models": "tags.mlflow.log-model.history",
  };
  return names[id] ?? id;
}

function readColumn(text: string): Chosen {
  const match = /^(!?)([^~]*)(?:~(\w+))?$/.exec(text);
  const aggregate = match?.[3];
  return {
    id: unescape(match?.[2] ?? text),
    aggregate: aggregate && AGGREGATES.includes(aggregate) ? (aggregate as Aggregate) : "last",
    ...(match?.[1] ? { pinned: true } : {}),
  };
}

function readWidths(text: string | null): Record<string, number> {
  const found: Record<string, number> = {};
  for (const one of text ? text.split(",") : []) {
    const [id = "", width] = one.split("@");
    if (Number(width) > 0) found[unescape(id)] = Math.min(2000, Math.max(40, Number(width)));
  }
  return found;
}

/** The characters that part a list stand as %xx in its entries. */
function escape(text: string): string {
  return text.replace(/[%,~@!]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
}

function unescape(text: string): string {
  return text.replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

function list(text: string | null): string[] {
  return text ? text.split(",").map(unescape) : [];
}

function joined(texts: readonly string[]): string {
  return texts.map((one) => one.replace(/[%,]/g, (part) => `%${part.charCodeAt(0).toString(16)}`)).join(",");
}

function readDatasets(text: string | null): DatasetChoice[] {
  if (!text) return [];
  try {
    const said: unknown = JSON.parse(fromBase64(text));
    if (!Array.isArray(said)) return [];
    return said.filter(
      (one): one is DatasetChoice => typeof one === "object" && one !== null && typeof (one as DatasetChoice).name === "string",
    );
  } catch {
    return [];
  }
}

function toBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function fromBase64(text: string): string {
  const bytes = Uint8Array.from(atob(text.replaceAll(" ", "+")), (one) => one.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

/** The experiments that a path and its query name. */
export function experimentsOf(fields: Record<string, string>, query: URLSearchParams): string[] {
  if (fields.id) return [fields.id];
  try {
    const said: unknown = JSON.parse(query.get("experiments") ?? "[]");
    return Array.isArray(said) ? [...new Set(said.map(String))] : [];
  } catch {
    return [];
  }
}
