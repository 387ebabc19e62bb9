/** The rows of the table, held in blocks: only those near the screen, and of them only the columns on screen. */

import { signal } from "@preact/signals";
import type { GetRunWindow, RunWindow } from "@schema/calls";
import { call, CallError } from "../../api/call";
import type { Cell } from "./format";

/** What is asked for: the runs of a search in an order. */
export type Question = Pick<GetRunWindow, "experiment_ids" | "filter" | "run_view_type" | "order_by" | "tree" | "toggled">;

/** One run as the table has it. An object never changes; what changed is another object. */
export interface RunRow {
  kind: "run";
  id: string;
  cells: ReadonlyMap<string, Cell>;
  depth: number;
  children: number;
  opened: boolean;
  matched: boolean;
}

/** Rows per request and per entry of the cache. */
export const BLOCK = 100;

/** How long after a request that failed in passing it is made again. */
const AGAIN_MS = 3000;

/** How many blocks are kept. */
const KEPT = 60;

const STAGE = "attributes.lifecycle_stage";

interface Block {
  rows: RunRow[];
  columns: Set<string>;
  used: number;
  stale: boolean;
}

interface Wanted {
  first: number;
  end: number;
  columns: string[];
}

interface Pending {
  first: number;
  end: number;
  columns: string[];
  stop: AbortController;
}

/** How the rows are fetched; tests put something else here. */
export type Fetching = (question: GetRunWindow, signal: AbortSignal) => Promise<RunWindow>;

const fetchWindow: Fetching = (question, stop) => call("GetRunWindow", question, stop);

/** A search's rows, by index; they arrive when `need` has asked for them. */
export class RunRows {
  /** Grows whenever something arrived. */
  readonly version = signal(0);
  /** How many rows and matches there are; null before the first answer. */
  readonly size = signal<{ rows: number; matches: number } | null>(null);
  /** Why the last request failed. */
  readonly failed = signal<unknown>(null);

  private readonly blocks = new Map<number, Block>();
  private readonly pending = new Set<Pending>();
  private wanted: Wanted = { first: 0, end: BLOCK, columns: [] };
  private clock = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastNeed = 0;
  private closed = false;
  private readonly life = new AbortController();
  private lead = { rows: 0, columns: [] as string[] };

  constructor(
    readonly question: Question,
    private readonly fetching: Fetching = fetchWindow,
  ) {}

  /** The row at an index; undefined while it is not here. */
  row(index: number): RunRow | undefined {
    return this.blocks.get(Math.floor(index / BLOCK))?.rows[index % BLOCK];
  }

  /** All rows that are here, in their order. */
  *here(): Iterable<{ row: RunRow; index: number }> {
    for (const number of [...this.blocks.keys()].sort((a, b) => a - b))
      for (const [at, row] of (this.blocks.get(number)?.rows ?? []).entries()) yield { row, index: number * BLOCK + at };
  }

  /** Say what is on screen. What is missing of it is fetched; while somebody scrolls fast, only when they pause. */
  need(first: number, end: number, columns: string[]): void {
    const jump = Math.abs(first - this.wanted.first);
    this.wanted = { first, end, columns };
    const now = performance.now();
    const fast = now - this.lastNeed < 60 && jump > BLOCK / 2;
    this.lastNeed = now;
    clearTimeout(this.timer);
    if (fast) this.timer = setTimeout(() => this.fetch(), 50);
    else this.fetch();
  }

  /** Keep the first rows here wherever the screen is: charts show them. */
  keepFirst(rows: number, columns: string[]): void {
    this.lead = { rows, columns };
    if (rows > 0) this.fetch();
  }

  /** Fetch anew what is on screen; what is elsewhere, when it comes on screen. Old rows stay until new ones are here. */
  refresh(): void {
    for (const block of this.blocks.values()) block.stale = true;
    for (const one of this.pending) one.stop.abort();
    this.pending.clear();
    this.fetch();
  }

  /** Put other values into rows that are here: edits, before the server has confirmed them. */
  patch(id: string, cells: Record<string, Cell>): void {
    for (const block of this.blocks.values()) {
      const at = block.rows.findIndex((one) => one.id === id);
      const row = block.rows[at];
      if (!row) continue;
      block.rows[at] = { ...row, cells: new Map([...row.cells, ...Object.entries(cells)]) };
    }
    this.version.value += 1;
  }

  /** Fetch the columns on screen of runs that are here, and put them in where they stand.
   *
   * Answers whether the rows themselves may be others now: a run is not here, or is in another stage of its life.
   */
  async refetch(ids: readonly string[]): Promise<boolean> {
    const here = new Set<string>();
    for (const { row } of this.here()) here.add(row.id);
    const changed = ids.filter((id) => here.has(id)).slice(0, 500);
    if (changed.length === 0 || this.closed) return changed.length < ids.length;
    const columns = new Set([...this.wanted.columns, ...this.lead.columns, STAGE]);
    const answer = await this.fetching(
      { experiment_ids: this.question.experiment_ids ?? [], run_ids: changed, run_view_type: "ALL", columns: [...columns], limit: changed.length },
      this.life.signal,
    );
    if (this.closed) return false;
    const stage = this.question.run_view_type === "DELETED_ONLY" ? "deleted" : "active";
    let others = changed.length < ids.length || (answer.run_ids?.length ?? 0) < changed.length;
    const found = new Map(toRows(answer).map((row) => [row.id, row]));
    for (const row of found.values()) if (row.cells.get(STAGE) !== stage) others = true;
    for (const block of this.blocks.values()) {
      block.rows = block.rows.map((row) => {
        const now = found.get(row.id);
        return now ? merged(row, { ...row, cells: now.cells }) : row;
      });
    }
    this.version.value += 1;
    return others;
  }

  /** Give up what is under way. */
  close(): void {
    this.closed = true;
    this.life.abort();
    clearTimeout(this.timer);
    for (const one of this.pending) one.stop.abort();
    this.pending.clear();
  }

  private fetch(): void {
    if (this.closed) return;
    const { first, end, columns } = this.wanted;
    const total = this.size.peek()?.rows;
    const from = Math.floor(first / BLOCK);
    const to = Math.ceil(Math.max(total === undefined ? end : Math.min(end, total), first + 1) / BLOCK);
    const lead = Math.ceil((total === undefined ? this.lead.rows : Math.min(this.lead.rows, total)) / BLOCK);
    for (const one of [...this.pending]) {
      if (one.end > (from - 1) * BLOCK && one.first < (to + 1) * BLOCK) continue;
      if (one.first < lead * BLOCK) continue;
      one.stop.abort();
      this.pending.delete(one);
    }
    for (let number = from; number < to; number += 1) {
      const block = this.blocks.get(number);
      if (block) block.used = this.clock += 1;
      const wanted = number < lead ? [...new Set([...columns, ...this.lead.columns])] : columns;
      const missing = this.missing(number, block, wanted);
      if (missing) this.ask(number, missing);
    }
    for (let number = 0; number < lead; number += 1) {
      if (number >= from && number < to) continue;
      const missing = this.missing(number, this.blocks.get(number), this.lead.columns);
      if (missing) this.ask(number, missing);
    }
  }

  /** The columns that a block lacks and nobody fetches yet; null when nothing is to be done. */
  private missing(number: number, block: Block | undefined, columns: string[]): string[] | null {
    const lacks = block && !block.stale ? columns.filter((one) => !block.columns.has(one)) : columns;
    if (block && !block.stale && lacks.length === 0) return null;
    const coming = [...this.pending].filter((one) => one.first <= number * BLOCK && one.end > number * BLOCK);
    const left = lacks.filter((one) => !coming.some((other) => other.columns.includes(one)));
    return left.length === 0 && (coming.length > 0 || (block && !block.stale)) ? null : left;
  }

  private ask(number: number, columns: string[]): void {
    const stop = new AbortController();
    const one: Pending = { first: number * BLOCK, end: (number + 1) * BLOCK, columns, stop };
    this.pending.add(one);
    this.fetching({ ...this.question, offset: one.first, limit: BLOCK, columns }, stop.signal).then(
      (answer) => {
        if (!this.pending.delete(one)) return;
        this.put(number, answer, columns);
      },
      (error: unknown) => {
        if (!this.pending.delete(one) || isAbort(error)) return;
        this.failed.value = error;
        // A server that went away comes back without anybody pressing a button.
        if (error instanceof CallError && error.passing && !this.closed) {
          clearTimeout(this.timer);
          this.timer = setTimeout(() => this.fetch(), AGAIN_MS);
        }
      },
    );
  }

  private put(number: number, answer: RunWindow, columns: string[]): void {
    const rows = toRows(answer);
    const old = this.blocks.get(number);
    const same = old && old.rows.length === rows.length && rows.every((row, at) => row.id === old.rows[at]?.id);
    const block: Block = { rows, columns: new Set(columns), used: (this.clock += 1), stale: false };
    if (old && same) {
      block.rows = rows.map((row, at) => merged(old.rows[at], row));
      // What a stale block had is shown on, but fetched again when it is wanted.
      if (!old.stale) for (const name of old.columns) block.columns.add(name);
    }
    this.blocks.set(number, block);
    const size = { rows: answer.rows ?? 0, matches: answer.matches ?? 0 };
    const before = this.size.peek();
    if (before?.rows !== size.rows || before.matches !== size.matches) {
      if (before) for (const other of this.blocks.values()) if (other !== block) other.stale = true;
      this.size.value = size;
    }
    this.failed.value = null;
    this.evict();
    this.version.value += 1;
    this.fetch();
  }

  private evict(): void {
    if (this.blocks.size <= KEPT) return;
    const spare = [...this.blocks].filter(([number]) => number * BLOCK >= Math.max(1, this.lead.rows));
    const oldest = spare.sort(([, a], [, b]) => a.used - b.used);
    for (const [number] of oldest.slice(0, this.blocks.size - KEPT)) this.blocks.delete(number);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

function merged(old: RunRow | undefined, row: RunRow): RunRow {
  if (!old) return row;
  const cells = new Map(old.cells);
  let changed = old.opened !== row.opened || old.children !== row.children || old.matched !== row.matched || old.depth !== row.depth;
  for (const [name, value] of row.cells) {
    if (cells.has(name) && cells.get(name) === value) continue;
    cells.set(name, value);
    changed = true;
  }
  return changed ? { ...row, cells } : old;
}

/** An answer's columns as rows. */
export function toRows(answer: RunWindow): RunRow[] {
  const ids = answer.run_ids ?? [];
  const columns = answer.columns ?? [];
  return ids.map((id, at) => {
    const cells = new Map<string, Cell>();
    for (const column of columns) cells.set(column.name, column.values[at] ?? null);
    return {
      kind: "run",
      id,
      cells,
      depth: answer.depths?.[at] ?? 0,
      children: answer.children?.[at] ?? 0,
      opened: answer.opened?.[at] ?? false,
      matched: answer.matched?.[at] ?? true,
    };
  });
}
