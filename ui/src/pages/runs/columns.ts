/** Which columns there are, which are shown unless somebody chooses, and in which order: what varies comes first. */

import type { ColumnFacts, GetRunColumns } from "@schema/calls";
import { asNumber } from "../../api/numbers";
import { byName } from "../../lib/natural";
import { formatNumber, type Range } from "./format";

/** What a column holds. */
export type Kind = "attributes" | "metrics" | "params" | "tags";

/** Which number of a metric's series a column shows. */
export type Aggregate = "last" | "min" | "max" | "mean" | "count";

/** A column that is shown: `id` is `metrics.<key>` and the like, without the aggregate. */
export interface Chosen {
  id: string;
  aggregate: Aggregate;
  pinned?: boolean;
}

/** Columns that every run has, by id. */
export const ATTRIBUTES: Record<string, { label: string; width: number; number?: boolean }> = {
  "attributes.run_name": { label: "Run", width: 250 },
  "attributes.start_time": { label: "Created", width: 92 },
  "attributes.duration": { label: "Duration", width: 104, number: true },
  "attributes.status": { label: "Status", width: 84 },
  "attributes.user_id": { label: "User", width: 96 },
  "attributes.experiment_id": { label: "Experiment", width: 150 },
  "attributes.end_time": { label: "Ended", width: 92 },
  "attributes.run_id": { label: "Run ID", width: 250 },
  "attributes.points": { label: "Points", width: 84, number: true },
  "attributes.artifact_uri": { label: "Artifact URI", width: 220 },
};

/** Attributes that a filter may name; runs can be ordered by the others, too. */
export const FILTERED = ["run_name", "status", "start_time", "end_time", "user_id", "run_id", "artifact_uri"];

/** Whether a filter may name a column. */
export function isFilterable(id: string): boolean {
  return kindOf(id) !== "attributes" || FILTERED.includes(keyOf(id));
}

/** Tags of the tracker's own that tell a reader something, and what they are called. */
const KNOWN_TAGS: Record<string, string> = {
  "tags.mlflow.note.content": "Notes",
  "tags.mlflow.source.name": "Source",
  "tags.mlflow.source.git.commit": "Git commit",
  "tags.mlflow.source.git.branch": "Git branch",
  "tags.mlflow.parentRunId": "Parent run",
};

/** So many columns of a kind are known at first: some more than are shown unless somebody chooses. */
export const MOST_COLUMNS = 100;

/** The runs of a stage of life, as the server's calls name them. */
export const viewOf = (lifecycle: string | null): "DELETED_ONLY" | "ACTIVE_ONLY" => (lifecycle === "Deleted" ? "DELETED_ONLY" : "ACTIVE_ONLY");

/** The question which columns there are: with `names`, these besides those that say most. */
export function columnsQuestion(ids: readonly string[], view: ReturnType<typeof viewOf>, most = MOST_COLUMNS, names: readonly string[] = []): GetRunColumns {
  return { experiment_ids: [...ids], run_view_type: view, max_columns: most, names: [...names] };
}

/** The column that is always there and always first. */
export const NAME = "attributes.run_name";

/** The part of a column's id before its key. */
export function kindOf(id: string): Kind {
  return id.slice(0, id.indexOf(".")) as Kind;
}

/** The part of a column's id behind its kind. */
export function keyOf(id: string): string {
  return id.slice(id.indexOf(".") + 1);
}

/** The column's name in the server's calls. */
export function serverName(one: { id: string; aggregate: Aggregate }): string {
  return one.aggregate === "last" ? one.id : `${one.id}.${one.aggregate}`;
}

/** The column as an `order_by` or a filter names it. */
export function quoted(id: string, aggregate: Aggregate = "last"): string {
  const kind = kindOf(id);
  if (kind === "attributes") return id;
  const key = keyOf(id) + (aggregate === "last" ? "" : `.${aggregate}`);
  if (key.includes("`")) return `${kind}."${key}"`;
  return `${kind}.\`${key}\``;
}

/** What a user calls a column. */
export function labelOf(id: string): string {
  return ATTRIBUTES[id]?.label ?? KNOWN_TAGS[id] ?? keyOf(id);
}

/** What a column stands under in the upper header row, and what is left of its name below. */
export interface Group {
  group: string;
  groupLabel: string;
  label: string;
}

/** The group of each column: the longest part of its key before a slash that it shares with another, else its kind. */
export function groupsOf(ids: readonly string[]): Map<string, Group> {
  const shared = new Map<string, number>();
  for (const id of ids) for (const prefix of prefixesOf(id)) shared.set(prefix, (shared.get(prefix) ?? 0) + 1);
  const found = new Map<string, Group>();
  for (const id of ids) {
    const prefix = prefixesOf(id).find((one) => (shared.get(one) ?? 0) > 1);
    found.set(id, prefix === undefined ? plainGroup(id) : withPrefix(id, prefix));
  }
  return found;
}

function plainGroup(id: string): Group {
  const kind = kindOf(id);
  if (kind === "attributes") return { group: "", groupLabel: "", label: labelOf(id) };
  return { group: kind, groupLabel: { metrics: "Metrics", params: "Params", tags: "Tags" }[kind], label: labelOf(id) };
}

function withPrefix(id: string, prefix: string): Group {
  return { group: prefix, groupLabel: keyOf(prefix), label: id.slice(prefix.length) };
}

/** The parts of a column's id that end in a slash, the longest first: of `metrics.a/b/c` `metrics.a/b/`, `metrics.a/`. */
function prefixesOf(id: string): string[] {
  if (kindOf(id) === "attributes") return [];
  const found: string[] = [];
  const start = id.indexOf(".") + 1;
  for (let at = id.lastIndexOf("/", id.length - 2); at > start; at = id.lastIndexOf("/", at - 1)) found.push(id.slice(0, at + 1));
  return found;
}

/** What a column of numbers spans, if its facts say so. */
export function rangeOf(facts: ColumnFacts | undefined): Range | undefined {
  if (!facts || facts.minimum === null || facts.minimum === undefined) return undefined;
  if (facts.maximum === null || facts.maximum === undefined) return undefined;
  const low = asNumber(facts.minimum);
  const high = asNumber(facts.maximum);
  return Number.isFinite(low) && Number.isFinite(high) ? { low, high } : undefined;
}

/** Whether a higher or a lower value of a metric is better, as its name suggests; null when it suggests nothing. */
export function guessedDirection(key: string): "up" | "down" | null {
  const name = key.toLowerCase();
  const words = name.split(/[^a-z0-9]+/);
  const has = (list: readonly string[]) => list.some((one) => words.includes(one));
  if (has(DOWN) || /loss|error|perplexity|latency|divergence|penalty/.test(name)) return "down";
  if (has(UP) || /accuracy|precision|recall|reward|throughput/.test(name)) return "up";
  return null;
}

const DOWN = ["loss", "err", "error", "mse", "rmse", "mae", "mape", "rmsle", "nll", "bce", "ce", "kl", "ppl", "wer", "cer", "fid", "regret", "cost", "time", "seconds", "logloss", "eer", "brier"]; // prettier-ignore
const UP = ["acc", "accuracy", "f1", "auc", "auroc", "auprc", "ap", "map", "iou", "miou", "dice", "bleu", "rouge", "r2", "score", "precision", "recall", "reward", "return", "ndcg", "mrr", "psnr", "ssim", "kappa", "mcc", "specificity", "sensitivity", "hits", "top1", "top5", "fps"]; // prettier-ignore

/** Tags of the tracker's own, of which only few tell a reader anything. */
function isInternal(id: string): boolean {
  return id.startsWith("tags.mlflow.") && id !== "tags.mlflow.note.content";
}

/** A metric that only some runs have tells something, too; a param or tag with one value hardly does. */
function varies(facts: ColumnFacts, runs: number): boolean {
  if ((facts.distinct ?? 0) > 1) return true;
  return kindOf(facts.name) === "metrics" && facts.runs > 0 && facts.runs < runs;
}

/** What `defaultColumns` goes by. */
export interface Choosing {
  runs: number;
  facts: readonly ColumnFacts[];
  /** Whether runs of several experiments are shown. */
  several: boolean;
  /** Only what differs, whatever its kind. */
  differing?: boolean;
  /** The metric that the experiment calls its primary one. */
  primary?: string | undefined;
}

/** At most so many columns of a kind unless somebody chooses more. */
const MOST = { metrics: 60, params: 60, tags: 12, attributes: 12 } as const;

/** The columns that are shown unless somebody chooses: few attributes, then metrics, params and tags that vary. */
export function defaultColumns(choosing: Choosing): Chosen[] {
  const { runs, facts, several, primary } = choosing;
  const user = facts.find((one) => one.name === "tags.mlflow.user");
  const found: string[] = [NAME];
  if (several) found.push("attributes.experiment_id");
  found.push("attributes.start_time", "attributes.duration");
  if ((user?.distinct ?? 0) > 1) found.push("attributes.user_id");
  for (const kind of ["metrics", "params", "tags"] as const) {
    const ranked = facts
      .filter((one) => kindOf(one.name) === kind && !isInternal(one.name))
      .filter((one) => varies(one, runs) || (runs < 2 && kind !== "tags"))
      .filter((one) => choosing.differing || !one.name.startsWith("metrics.system/"))
      .map((one) => ({ name: one.name, score: score(one, runs, primary) }))
      .sort((a, b) => b.score - a.score || byName(a.name, b.name))
      .slice(0, MOST[kind])
      .map((one) => one.name);
    found.push(...together(ranked));
  }
  return found.map((id) => ({ id, aggregate: "last" }));
}

/** How much a column tells: how many runs have it, whether its values differ, whether its name is a usual goal. */
function score(facts: ColumnFacts, runs: number, primary: string | undefined): number {
  const key = keyOf(facts.name);
  const distinct = facts.distinct ?? 0;
  let points = (3 * facts.runs) / Math.max(1, runs);
  if (distinct > 1) points += 2;
  if (kindOf(facts.name) === "metrics") {
    if (key === primary) points += 100;
    if (guessedDirection(key)) points += 1;
    if (/(^|[^a-z])(val|valid|validation|eval|test)([^a-z]|$)/i.test(key)) points += 1;
    if (/time|epoch|step|lr|learning_rate/i.test(key)) points -= 1.5;
  } else if (distinct > 1 && distinct <= Math.max(2, runs / 2)) {
    points += 1; // a param with some values groups runs; one with a value each only names them
  }
  return points;
}

/** The same columns, those of a group beside each other where the best of the group stands. */
function together(names: readonly string[]): string[] {
  const groupOf = groupsOf(names);
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const group = groupOf.get(name)?.group ?? "";
    const members = groups.get(group);
    if (members) members.push(name);
    else groups.set(group, [name]);
  }
  return [...groups.values()].flat();
}

/** How wide a bold letter is at most, and what stands beside a best value: the star, and the cell's padding. */
const BOLD = 8.7;
const STAR = 30;

/** How wide a column is unless somebody sets it. */
export function defaultWidth(id: string, label: string, facts?: ColumnFacts): number {
  const attribute = ATTRIBUTES[id];
  if (attribute) return attribute.width;
  const needed = label.length * 7 + 26;
  const range = rangeOf(facts);
  const metric = kindOf(id) === "metrics";
  // The best value of a metric is bold and has a star before it.
  const letters = metric && range ? Math.max(formatNumber(range.low, range).length, formatNumber(range.high, range).length) : 0;
  return Math.round(Math.min(180, Math.max(metric || range ? 88 : 96, needed, letters && letters * BOLD + STAR)));
}

/** Keep groups whole after a choice: a column goes behind the last of its group, else of its kind. */
export function insertColumn(columns: readonly Chosen[], added: Chosen): Chosen[] {
  const groups = groupsOf([...columns.map((one) => one.id), added.id]);
  const group = groups.get(added.id)?.group;
  const kind = kindOf(added.id);
  let at = columns.findLastIndex((one) => groups.get(one.id)?.group === group);
  if (at < 0) at = columns.findLastIndex((one) => kindOf(one.id) === kind);
  if (at < 0) at = columns.length - 1;
  return [...columns.slice(0, at + 1), added, ...columns.slice(at + 1)];
}

/** Move a column before another one, or to the end. */
export function moveColumn(columns: readonly Chosen[], id: string, before: string | null): Chosen[] {
  const moved = columns.find((one) => one.id === id);
  if (!moved || id === before) return [...columns];
  const rest = columns.filter((one) => one.id !== id);
  const at = before === null ? rest.length : rest.findIndex((one) => one.id === before);
  const place = at < 0 ? rest.length : at;
  const target = rest[place] ?? rest[rest.length - 1];
  return [...rest.slice(0, place), { ...moved, pinned: target?.pinned ?? false }, ...rest.slice(place)];
}
