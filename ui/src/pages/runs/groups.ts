/** Grouped rows: a row per group with its aggregates, and below an opened group its runs. */

import { signal } from "@preact/signals";
import type { GetRunGroups, RunGroups } from "@schema/calls";
import { asNumber } from "../../api/numbers";
import { call } from "../../api/call";
import { isFilterable, kindOf, quoted } from "./columns";
import { allOf, quoteText } from "./filter";
import type { Cell } from "./format";
import { type Question, type RunRow, RunRows } from "./rows";

/** What a numeric column is over the runs of a group. */
export interface Summary {
  mean: number;
  low: number;
  high: number;
  deviation: number | null;
}

/** A group as a row. */
export interface GroupRow {
  kind: "group";
  index: number;
  keys: { id: string; value: Cell }[];
  count: number;
  opened: boolean;
  summaries: ReadonlyMap<string, Summary>;
}

/** How groups are fetched; tests put something else here. */
export type FetchingGroups = (question: GetRunGroups, signal: AbortSignal) => Promise<RunGroups>;

const MOST = 1000;

/** The groups of a search's runs, and the runs of those that are opened. */
export class GroupRows {
  readonly version = signal(0);
  readonly size = signal<{ rows: number; matches: number } | null>(null);
  readonly failed = signal<unknown>(null);
  /** How many groups there are, and how many of them are here. */
  groups = { all: 0, here: 0 };

  private rows: GroupRow[] = [];
  private readonly opened = new Map<number, { rows: RunRows; stop: () => void }>();
  private columns: string[] = [];
  private asked = new Set<string>();
  private stop = new AbortController();
  private closed = false;

  constructor(
    readonly question: Question,
    readonly by: readonly string[],
    private readonly fetching: FetchingGroups = (question, stop) => call("GetRunGroups", question, stop),
  ) {}

  /** The row at an index: a group, or a run of an opened one; undefined while it is not here. */
  row(index: number): GroupRow | RunRow | undefined {
    const found = this.find(index);
    if (!found) return undefined;
    const { group, at } = found;
    return at < 0 ? this.rows[group] : this.opened.get(group)?.rows.row(at);
  }

  /** Say what is on screen; see `RunRows.need`. */
  need(first: number, end: number, columns: string[]): void {
    const wanted = columns.filter((one) => !one.startsWith("attributes.") || one === "attributes.duration");
    const fresh = wanted.filter((one) => !this.asked.has(one));
    this.columns = columns;
    if (fresh.length > 0 || this.asked.size === 0) this.fetch(fresh);
    for (const [group, { rows }] of this.opened) {
      const start = this.startOf(group) + 1;
      const count = rows.size.peek()?.rows ?? 1;
      if (start < end && start + count > first)
        rows.need(Math.max(0, first - start), Math.max(1, Math.min(count, end - start)), columns);
    }
  }

  /** Open or close a group. */
  toggle(index: number): void {
    const row = this.rows[index];
    if (!row) return;
    const there = this.opened.get(index);
    if (there) {
      there.rows.close();
      there.stop();
      this.opened.delete(index);
    } else {
      const { tree: _tree, toggled: _toggled, ...question } = this.question;
      const experiment = row.keys.find((one) => one.id === "attributes.experiment_id")?.value;
      const within = experiment ? { experiment_ids: [String(experiment)] } : {};
      const rows = new RunRows({ ...question, ...within, filter: allOf(question.filter ?? "", groupFilter(row.keys)) });
      const stop = rows.version.subscribe(() => this.arrived());
      this.opened.set(index, { rows, stop });
      rows.need(0, 40, this.columns);
    }
    this.rows[index] = { ...row, opened: !there };
    this.arrived();
  }

  /** Fetch everything anew. */
  refresh(): void {
    const all = [...this.asked];
    this.asked.clear();
    this.fetch(all);
    for (const { rows } of this.opened.values()) rows.refresh();
  }

  /** Give up what is under way. */
  close(): void {
    this.closed = true;
    this.stop.abort();
    for (const { rows, stop } of this.opened.values()) {
      rows.close();
      stop();
    }
  }

  private fetch(columns: string[]): void {
    if (this.closed) return;
    for (const one of columns) this.asked.add(one);
    if (this.asked.size === 0) this.asked.add("");
    const { tree: _tree, toggled: _toggled, order_by: orders, ...question } = this.question;
    const first = orders?.[0];
    const order = first ? plainOrder(first, [...this.asked]) : "";
    const wanted = order && !columns.includes(order.split(" ")[0] ?? "") ? [...columns, order.replace(/ DESC$/, "")] : columns;
    const asking: GetRunGroups = { ...question, by: [...this.by], columns: wanted, max_groups: MOST };
    this.fetching(order ? { ...asking, order_by: order } : asking, this.stop.signal).then(
      (answer) => {
        if (!this.closed) this.put(answer);
      },
      (error: unknown) => {
        if (!this.closed && !(error instanceof DOMException)) this.failed.value = error;
      },
    );
  }

  private put(answer: RunGroups): void {
    const counts = answer.counts ?? [];
    this.groups = { all: answer.groups ?? counts.length, here: counts.length };
    this.rows = counts.map((count, index) => {
      const old = this.rows[index];
      const summaries = new Map(old && old.count === count ? old.summaries : []);
      for (const column of answer.columns ?? []) {
        const [mean, low, high] = [column.mean[index], column.minimum[index], column.maximum[index]];
        if (mean === null || mean === undefined) continue;
        const deviation = column.deviation[index];
        summaries.set(column.name, {
          mean: asNumber(mean),
          low: asNumber(low ?? mean),
          high: asNumber(high ?? mean),
          deviation: deviation === null || deviation === undefined ? null : asNumber(deviation),
        });
      }
      const keys = (answer.keys ?? []).map((column) => ({ id: column.name, value: column.values[index] ?? null }));
      return { kind: "group", index, keys, count, opened: this.opened.has(index), summaries };
    });
    this.failed.value = null;
    this.arrived();
  }

  private arrived(): void {
    const inside = [...this.opened.values()].reduce((sum, { rows }) => sum + (rows.size.peek()?.rows ?? 1), 0);
    const matches = this.rows.reduce((sum, row) => sum + row.count, 0);
    const now = this.size.peek();
    const rows = this.rows.length + inside;
    if (now?.rows !== rows || now.matches !== matches) this.size.value = { rows, matches };
    this.version.value += 1;
  }

  private startOf(group: number): number {
    let at = group;
    for (const [other, { rows }] of this.opened) if (other < group) at += rows.size.peek()?.rows ?? 1;
    return at;
  }

  private find(index: number): { group: number; at: number } | null {
    let group = index;
    for (const other of [...this.opened.keys()].sort((a, b) => a - b)) {
      if (other >= group) break;
      const count = this.opened.get(other)?.rows.size.peek()?.rows ?? 1;
      if (other + count >= group) return { group: other, at: group - other - 1 };
      group -= count;
    }
    return group < this.rows.length ? { group, at: -1 } : null;
  }
}

/** The clauses that a run is in a group; the experiment is no matter of the filter. */
export function groupFilter(keys: readonly { id: string; value: Cell }[]): string {
  return allOf(
    ...keys.map(({ id, value }) => {
      if (!isFilterable(id)) return "";
      const name = quoted(id);
      if (value === null || value === undefined) return kindOf(id) === "attributes" ? "" : `${name} IS NULL`;
      return `${name} = ${typeof value === "number" ? value : quoteText(value)}`;
    }),
  );
}

/** The order of runs as an order of groups, where it is by a column that groups have: ``metrics.`a` DESC`` → `metrics.a DESC`. */
function plainOrder(order: string, columns: readonly string[]): string {
  const descending = order.endsWith(" DESC");
  const name = order.replace(/ (ASC|DESC)$/, "").replace(/^(\w+)\.[`"](.*)[`"]$/, "$1.$2");
  return columns.includes(name) || /^(metrics|params)\./.test(name) ? `${name}${descending ? " DESC" : ""}` : "";
}
