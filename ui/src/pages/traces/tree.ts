/** The tree of a trace's spans: who is below whom, what took the time, what the whole waited for. */

import type { Span } from "./model";

/** A span in its place. */
export interface Node {
  span: Span;
  depth: number;
  children: Node[];
  /** How many spans are below it. */
  below: number;
  /** The milliseconds that it spent in none of its children. */
  self: number;
  /** Whether the trace would have been shorter, had it been. */
  critical: boolean;
  /** Whether one below it failed. */
  failedBelow: boolean;
}

/** The roots of the tree; spans whose parent is unknown are roots, and so is one of each circle. */
export function spanTree(spans: readonly Span[]): Node[] {
  const nodes = new Map<string, Node>();
  for (const span of spans) nodes.set(span.id, { span, depth: 0, children: [], below: 0, self: 0, critical: false, failedBelow: false });
  const roots: Node[] = [];
  for (const node of nodes.values()) {
    const parent = nodes.get(node.span.parent);
    if (parent && parent !== node) parent.children.push(node);
    else roots.push(node);
  }
  const order = placed(roots);
  if (order.length < nodes.size) {
    // Circles hang on no root. Cut them where they begin.
    const seen = new Set(order);
    for (const node of nodes.values()) {
      if (seen.has(node)) continue;
      const parent = nodes.get(node.span.parent);
      if (parent) parent.children = parent.children.filter((child) => child !== node);
      roots.push(node);
      for (const one of placed([node])) seen.add(one);
    }
    return finished(roots);
  }
  return finished(roots, order);
}

function finished(roots: Node[], order: Node[] = placed(roots)): Node[] {
  // Children stand behind their parents, so from the end on every child is finished before its parent.
  for (let index = order.length - 1; index >= 0; index--) {
    const node = order[index];
    if (!node) continue;
    node.self = selfTime(node);
    for (const child of node.children) {
      node.below += child.below + 1;
      if (child.failedBelow || child.span.state === "ERROR") node.failedBelow = true;
    }
  }
  const last = roots.reduce<Node | null>((latest, root) => (!latest || root.span.end > latest.span.end ? root : latest), null);
  if (last) markCritical(last);
  return roots;
}

/** All nodes below some roots, each parent before its children, with their depths set. */
function placed(roots: readonly Node[]): Node[] {
  const order: Node[] = [];
  const waiting = [...roots].reverse();
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (!node) break;
    order.push(node);
    for (let index = node.children.length - 1; index >= 0; index--) {
      const child = node.children[index];
      if (!child) continue;
      child.depth = node.depth + 1;
      waiting.push(child);
    }
  }
  return order;
}

/** A span's time less that in which any child ran; children that ran at once count once, and only within the span. */
function selfTime({ span, children }: Node): number {
  let covered = 0;
  let until = span.start;
  for (const child of [...children].sort((a, b) => a.span.start - b.span.start)) {
    const from = Math.max(child.span.start, until);
    const to = Math.min(child.span.end, span.end);
    if (to > from) {
      covered += to - from;
      until = to;
    }
  }
  return Math.max(0, span.end - span.start - covered);
}

/** Walk from the end to the beginning: at each time, what was waited for is the child that ended last before it. */
function markCritical(root: Node): void {
  const waiting: [Node, number][] = [[root, root.span.end]];
  while (waiting.length > 0) {
    const [node, limit] = waiting.pop() ?? [root, 0];
    node.critical = true;
    let at = Math.min(limit, node.span.end);
    const children = [...node.children].sort((a, b) => b.span.end - a.span.end);
    for (const child of children) {
      if (child.span.start >= at || child.span.end > at) continue;
      waiting.push([child, at]);
      at = child.span.start;
    }
  }
}

/** The nodes that are shown, top to bottom: those below closed ones are not. */
export function shownNodes(roots: readonly Node[], closed: ReadonlySet<string>): Node[] {
  const shown: Node[] = [];
  const waiting = [...roots].reverse();
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (!node) break;
    shown.push(node);
    if (closed.has(node.span.id)) continue;
    for (let index = node.children.length - 1; index >= 0; index--) {
      const child = node.children[index];
      if (child) waiting.push(child);
    }
  }
  return shown;
}

/** Whether a span holds a text: in its name, its kind, its inputs, outputs or attributes. */
export function holds(span: Span, wanted: string): boolean {
  const lower = wanted.toLowerCase();
  if (`${span.name} ${span.kind} ${span.message}`.toLowerCase().includes(lower)) return true;
  return JSON.stringify([span.inputs, span.outputs, span.attributes, span.events])?.toLowerCase().includes(lower) ?? false;
}

/** Round times for the ruler of a waterfall: about `most` of them, from 0 on. */
export function ticks(duration: number, most: number): number[] {
  if (duration <= 0) return [0];
  const rough = duration / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  return Array.from({ length: Math.floor(duration / step) + 1 }, (_, index) => index * step);
}
