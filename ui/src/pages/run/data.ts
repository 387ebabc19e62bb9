/** What the run page asks the server, and how its answers are read. */

import type { LoggedModel, Metric, MetricSummary, ModelVersion, Run, RunTag } from "@schema/calls";
import { asNumber } from "../../api/numbers";
import { call } from "../../api/call";

/** The tag of a run that holds its description. */
export const NOTE = "mlflow.note.content";
/** The tag of a run that holds the id of its parent. */
export const PARENT = "mlflow.parentRunId";
/** The tag of a run that says why it ended, where that was not just that it was over. */
export const END_REASON = "millrace.endReason";
const SYSTEM = "system/";

/** The value of a run's tag; "" when it has none. */
export function tagOf(run: Run, key: string): string {
  return run.data?.tags?.find((tag) => tag.key === key)?.value ?? "";
}

/** The name by which people know a run. */
export function nameOf(run: Run): string {
  return run.info.run_name || run.info.run_id;
}

/** What the page shows. */
export interface Shown {
  run: Run;
}

/** Changes what is shown of a run, as it is by then: an edit may be undone long after it was made. */
export type Change = (update: (run: Run) => Run) => void;

/** Get a run. */
export async function getShown(runId: string, signal: AbortSignal): Promise<Shown> {
  return { run: (await call("GetRun", { run_id: runId }, signal)).run };
}

/** A metric with the summary of its series; numbers of which there is none are NaN. */
export interface MetricRow {
  key: string;
  latest: number;
  step: number;
  count: number;
  min: number;
  max: number;
  mean: number;
}

/** A run's metrics with their summaries, in the order of their keys. */
export function metricRows(run: Run): MetricRow[] {
  const summaries = new Map((run.data?.metric_summaries ?? []).map((one) => [one.key, one]));
  const order = new Intl.Collator(undefined, { numeric: true });
  return (run.data?.metrics ?? []).map((metric) => metricRow(metric, summaries.get(metric.key))).sort((a, b) => order.compare(a.key, b.key));
}

function metricRow(metric: Metric, summary: MetricSummary | undefined): MetricRow {
  const value = asNumber(metric.value);
  const or = (given: MetricSummary["min"]) => (given === null || given === undefined ? Number.NaN : asNumber(given));
  return {
    key: metric.key,
    latest: value,
    step: metric.step ?? 0,
    count: summary?.count ?? 1,
    min: summary ? or(summary.min) : value,
    max: summary ? or(summary.max) : value,
    mean: summary ? or(summary.mean) : value,
  };
}

/** Whether a metric is one of those that tell about the machine. */
export function isSystem(key: string): boolean {
  return key.startsWith(SYSTEM);
}

/** A run beside this one: its parent or a child. */
export interface Relative {
  id: string;
  name: string;
  status: string;
  start: number | null;
  duration: number | null;
  experiment: string;
  children: number;
}

/** A run's parent and its first children, and how many children there are. */
export interface Family {
  parent: Relative | null;
  children: Relative[];
  count: number;
}

const MOST_CHILDREN = 500;
const MOST_GRANDCHILDREN = 5000;
const FACTS = ["run_name", "status", "start_time", "duration", "experiment_id"] as const;

/** Get a run's family in one call, and, where there are children, in another one how many each of them has. */
export async function getFamily(experiment: string, runId: string, parentId: string, signal: AbortSignal): Promise<Family> {
  const children = `tags.\`${PARENT}\` = '${quoted(runId)}'`;
  const window = await call(
    "GetRunWindow",
    {
      experiment_ids: [experiment],
      filter: parentId ? `${children} OR attributes.run_id = '${quoted(parentId)}'` : children,
      order_by: ["attributes.start_time ASC"],
      limit: MOST_CHILDREN,
      columns: FACTS.map((name) => `attributes.${name}`),
    },
    signal,
  );
  const column = (name: (typeof FACTS)[number]) => window.columns?.find((one) => one.name === `attributes.${name}`)?.values ?? [];
  const [names, statuses, starts, durations, experiments] = FACTS.map(column);
  const ids = window.run_ids ?? [];
  const below = await countChildren(experiment, ids.filter((id) => id !== parentId), signal);
  const all = ids.map((id, index): Relative => ({
    id,
    name: String(names?.[index] || id),
    status: String(statuses?.[index] ?? ""),
    start: numberOr(starts?.[index]),
    duration: numberOr(durations?.[index]),
    experiment: String(experiments?.[index] ?? experiment),
    children: below.get(id) ?? 0,
  }));
  const parent = all.find((one) => one.id === parentId) ?? null;
  return { parent, children: all.filter((one) => one.id !== parentId), count: (window.rows ?? all.length) - (parent ? 1 : 0) };
}

async function countChildren(experiment: string, ids: readonly string[], signal: AbortSignal): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  if (ids.length === 0) return counts;
  const filter = `tags.\`${PARENT}\` IN (${ids.map((id) => `'${quoted(id)}'`).join(", ")})`;
  const window = await call("GetRunWindow", { experiment_ids: [experiment], filter, limit: MOST_GRANDCHILDREN, columns: ["attributes.parent_run_id"] }, signal);
  for (const id of window.columns?.[0]?.values ?? []) counts.set(String(id), (counts.get(String(id)) ?? 0) + 1);
  return counts;
}

function numberOr(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function quoted(text: string): string {
  return text.replaceAll("'", "");
}

/** The models that a run made and used, and the versions that were registered from it. */
export interface RunModels {
  made: { model: LoggedModel; step: number }[];
  used: LoggedModel[];
  versions: ModelVersion[];
}

/** Get them, in two calls at once whatever their number. */
export async function getModels(run: Run, signal: AbortSignal): Promise<RunModels> {
  const used = (run.inputs?.model_inputs ?? []).map((one) => one.model_id);
  const steps = new Map((run.outputs?.model_outputs ?? []).map((one) => [one.model_id, one.step ?? 0]));
  const id = run.info.run_id;
  const listed = [...new Set([...used, ...steps.keys()])].map((one) => `'${quoted(one)}'`).join(", ");
  const filter = `attributes.source_run_id = '${id}'${listed ? ` OR attributes.model_id IN (${listed})` : ""}`;
  const [models, versions] = await Promise.all([
    call("SearchLoggedModels", { experiment_ids: [run.info.experiment_id], filter, max_results: 200 }, signal),
    call("SearchModelVersions", { filter: `run_id = '${id}'`, max_results: 200 }, signal),
  ]);
  const all = models.models ?? [];
  return {
    made: all.filter((one) => steps.has(one.info.model_id) || one.info.source_run_id === id).map((model) => ({ model, step: steps.get(model.info.model_id) ?? 0 })),
    used: all.filter((one) => used.includes(one.info.model_id)),
    versions: versions.model_versions ?? [],
  };
}

/** A run's tags as they were changed, for the page to go on with while the server is told. */
export function withTag(run: Run, key: string, value: string | null): Run {
  const others: RunTag[] = (run.data?.tags ?? []).filter((tag) => tag.key !== key);
  const tags = value === null ? others : [...others, { key, value }].sort((a, b) => (a.key < b.key ? -1 : 1));
  const info = key === "mlflow.runName" && value !== null ? { ...run.info, run_name: value } : run.info;
  return { ...run, info, data: { ...run.data, tags } };
}

/** A text that is a JSON object or list, taken apart; undefined for any other text. */
export function jsonOf(text: string): object | undefined {
  const first = text.trimStart()[0];
  if (first !== "{" && first !== "[") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A Python literal of a dict or list, as people log them with `str()`, taken apart; undefined where it is none. */
export function pythonOf(text: string): object | undefined {
  if (!/^\s*[[{(]/.test(text)) return undefined;
  const spelled = text.replace(/"(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'|\b(True|False|None|nan|inf)\b|\(|\)/g, (found, single: string | undefined, word: string | undefined) => {
    if (single !== undefined) return JSON.stringify(single.replace(/\\'/g, "'"));
    if (word) return { True: "true", False: "false", None: "null", nan: '"nan"', inf: '"inf"' }[word] ?? found;
    return found === "(" ? "[" : found === ")" ? "]" : found;
  });
  return jsonOf(spelled.replace(/,\s*([\]}])/g, "$1"));
}
