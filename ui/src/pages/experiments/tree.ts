/** The tree of experiments that the slashes in their names make, as the rows of a table. */

import type { ExperimentFacts } from "@schema/calls";
import { fit } from "../../lib/match";

/** A row: an experiment, a folder, or both when an experiment's name goes on in others'. */
export interface ExperimentRow {
  /** The whole path from the root. */
  path: string;
  /** The part of the path that this row adds; the whole name in a flat list. */
  name: string;
  depth: number;
  facts?: ExperimentFacts;
  /** How many experiments are below it. */
  below: number;
  /** Undefined without any. */
  opened?: boolean | undefined;
  runs: number;
  running: number;
  models: number;
  activity: number;
  created: number;
  days: readonly number[];
}

/** What of the experiments is shown, and how. */
export interface TreeWish {
  search?: string;
  /** Tags that an experiment must have, as `key` or `key: value`. */
  tags?: readonly string[];
  order: { id: string; down: boolean };
  /** One below the other, with whole names. */
  flat?: boolean;
  /** Paths of folders that are closed; a search opens all. */
  closed?: ReadonlySet<string>;
}

interface Node {
  path: string;
  name: string;
  facts?: ExperimentFacts;
  children: Map<string, Node>;
}

/** The parts of a name: "a/b/c" has three; slashes at the beginning, the end or beside each other stay with a part. */
export function parts(name: string): string[] {
  const found = name.match(/\/*[^/]+/g);
  if (!found) return [name];
  const all = found.map((part, index) => (index === 0 ? part : part.slice(1)));
  const tail = name.match(/\/*$/)?.[0] ?? "";
  all[all.length - 1] += tail;
  return all;
}

/** A tag as a filter names it. */
export function tagText(tag: { key: string; value?: string }): string {
  return tag.value ? `${tag.key}: ${tag.value}` : tag.key;
}

/** The experiments that a search and the wanted tags leave. */
export function matching(all: readonly ExperimentFacts[], { search = "", tags = [] }: Pick<TreeWish, "search" | "tags">): ExperimentFacts[] {
  const text = search.trim();
  return all.filter((one) => {
    const own = (one.tags ?? []).map(tagText);
    if (!tags.every((tag) => own.includes(tag))) return false;
    return !text || one.experiment_id === text || fit([one.name, ...own].join(" "), text) > 0;
  });
}

/** The rows of the tree, the closed folders without what is in them. */
export function experimentRows(all: readonly ExperimentFacts[], wish: TreeWish): ExperimentRow[] {
  const found = matching(all, wish);
  if (wish.flat) return found.map((facts) => ({ ...own(facts), path: facts.name, name: facts.name, depth: 0, below: 0 })).sort(by(wish.order));
  const root: Node = { path: "", name: "", children: new Map() };
  for (const facts of found) add(root, facts);
  const closed = wish.search?.trim() ? new Set<string>() : (wish.closed ?? new Set<string>());
  const rows: ExperimentRow[] = [];
  const walk = (siblings: { row: ExperimentRow; node: Node }[], depth: number) => {
    const order = by(wish.order);
    for (const { row, node } of siblings.sort((a, b) => order(a.row, b.row))) {
      const opened = row.below > 0 ? !closed.has(row.path) : undefined;
      rows.push({ ...row, depth, opened });
      if (opened) walk(below(node), depth + 1);
    }
  };
  walk(below(root), 0);
  return rows;
}

/** The paths of all folders. */
export function folders(all: readonly ExperimentFacts[]): string[] {
  return experimentRows(all, { order: { id: "name", down: false } })
    .filter((row) => row.opened)
    .map((row) => row.path);
}

function add(root: Node, facts: ExperimentFacts): void {
  let node = root;
  for (const part of parts(facts.name)) {
    const path = node.path ? `${node.path}/${part}` : part;
    let next = node.children.get(part);
    if (!next) {
      next = { path, name: part, children: new Map() };
      node.children.set(part, next);
    }
    node = next;
  }
  node.facts = facts;
}

function below(node: Node): { row: ExperimentRow; node: Node }[] {
  return [...node.children.values()].map((child) => {
    const joined = joinedFolders(child);
    return { row: summed(joined.node, joined.name), node: joined.node };
  });
}

/** Folders that hold nothing but another folder are one row: `a/b/c`. */
function joinedFolders(node: Node): { node: Node; name: string } {
  let { name } = node;
  let here = node;
  while (!here.facts && here.children.size === 1) {
    const [only] = here.children.values();
    if (!only || only.children.size === 0 || only.facts) break;
    name += `/${only.name}`;
    here = only;
  }
  return { node: here, name };
}

/** A row with the sums over everything in it. */
function summed(node: Node, name: string): ExperimentRow {
  const row: ExperimentRow = node.facts
    ? { ...own(node.facts), path: node.path, name, depth: 0, below: 0 }
    : { path: node.path, name, depth: 0, below: 0, runs: 0, running: 0, models: 0, activity: 0, created: 0, days: [] };
  for (const child of node.children.values()) {
    const inner = summed(child, child.name);
    row.below += inner.below + (inner.facts ? 1 : 0);
    row.runs += inner.runs;
    row.running += inner.running;
    row.models += inner.models;
    row.activity = Math.max(row.activity, inner.activity);
    row.created = Math.max(row.created, inner.created);
    row.days = added(row.days, inner.days);
  }
  return row;
}

function own(facts: ExperimentFacts): Pick<ExperimentRow, "facts" | "runs" | "running" | "models" | "activity" | "created" | "days"> {
  return {
    facts,
    runs: facts.runs ?? 0,
    running: facts.running ?? 0,
    models: facts.models ?? 0,
    activity: facts.last_activity ?? 0,
    created: facts.creation_time,
    days: facts.days ?? [],
  };
}

function added(some: readonly number[], more: readonly number[]): readonly number[] {
  if (more.length === 0) return some;
  return more.map((count, index) => count + (some[index] ?? 0));
}

const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function by({ id, down }: TreeWish["order"]): (a: ExperimentRow, b: ExperimentRow) => number {
  const number = (row: ExperimentRow): number =>
    id === "runs" ? row.runs : id === "models" ? row.models : id === "created" ? row.created : id === "activity" ? row.activity : 0;
  return (a, b) => {
    const name = words.compare(a.name, b.name);
    if (id === "name") return down ? -name : name;
    return (down ? number(b) - number(a) : number(a) - number(b)) || name;
  };
}
