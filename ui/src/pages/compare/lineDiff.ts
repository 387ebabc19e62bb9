/** What differs between two texts, line by line. */

/** A line of a comparison: in both, only left, or only right. Numbers count from 1. */
export interface DiffLine {
  kind: "same" | "left" | "right";
  text: string;
  left: number | null;
  right: number | null;
}

/** How many differing lines are looked for before the rest counts as wholly different. */
const MOST_EDITS = 4000;

/** The shortest way from one text to the other (E. W. Myers: "An O(ND) Difference Algorithm and Its Variations",
 * 1986), after what both begin and end with is set aside. */
export function diffLines(left: string, right: string): DiffLine[] {
  const [a, b] = [left.split("\n"), right.split("\n")];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const lines: DiffLine[] = [];
  const same = (i: number, j: number) => lines.push({ kind: "same", text: a[i] as string, left: i + 1, right: j + 1 });
  for (let i = 0; i < start; i++) same(i, i);
  for (const edit of edits(a.slice(start, a.length - end), b.slice(start, b.length - end))) {
    if (edit.kind === "same") same(edit.left + start, edit.right + start);
    else if (edit.kind === "left") lines.push({ kind: "left", text: a[edit.left + start] as string, left: edit.left + start + 1, right: null });
    else lines.push({ kind: "right", text: b[edit.right + start] as string, left: null, right: edit.right + start + 1 });
  }
  for (let i = end; i > 0; i--) same(a.length - i, b.length - i);
  return lines;
}

interface Edit {
  kind: DiffLine["kind"];
  left: number;
  right: number;
}

function edits(a: readonly string[], b: readonly string[]): Edit[] {
  const [n, m] = [a.length, b.length];
  const most = Math.min(n + m, MOST_EDITS);
  const reached = new Int32Array(2 * most + 2);
  const trace: Int32Array[] = [];
  for (let d = 0; d <= most; d++) {
    trace.push(reached.slice(most - d, most + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reached[most + k - 1] as number) < (reached[most + k + 1] as number));
      let x = down ? (reached[most + k + 1] as number) : (reached[most + k - 1] as number) + 1;
      while (x < n && x - k < m && a[x] === b[x - k]) x++;
      reached[most + k] = x;
      if (x >= n && x - k >= m) return walkedBack(trace, n, m);
    }
  }
  return [...a.map((_, i): Edit => ({ kind: "left", left: i, right: 0 })), ...b.map((_, j): Edit => ({ kind: "right", left: 0, right: j }))];
}

function walkedBack(trace: readonly Int32Array[], n: number, m: number): Edit[] {
  const found: Edit[] = [];
  let [x, y] = [n, m];
  for (let d = trace.length - 1; d >= 0; d--) {
    const reached = trace[d] as Int32Array;
    const at = (k: number) => reached[d + k] as number;
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const before = down ? k + 1 : k - 1;
    const from = d === 0 ? 0 : at(before);
    while (x > from && y > from - before && x > 0 && y > 0 && (d > 0 ? x > (down ? from : from + 1) : true)) {
      x--;
      y--;
      found.push({ kind: "same", left: x, right: y });
    }
    if (d === 0) break;
    if (down) {
      y--;
      found.push({ kind: "right", left: x, right: y });
    } else {
      x--;
      found.push({ kind: "left", left: x, right: y });
    }
  }
  return found.reverse();
}

/** Lines with long stretches that are the same folded away: null stands for hidden lines. */
export function folded(lines: readonly DiffLine[], around = 3): (DiffLine | { hidden: number })[] {
  const keep = new Uint8Array(lines.length);
  for (const [i, line] of lines.entries()) {
    if (line.kind === "same") continue;
    keep.fill(1, Math.max(0, i - around), Math.min(lines.length, i + around + 1));
  }
  const found: (DiffLine | { hidden: number })[] = [];
  for (let i = 0; i < lines.length; ) {
    if (keep[i]) {
      found.push(lines[i++] as DiffLine);
      continue;
    }
    let j = i;
    while (j < lines.length && !keep[j]) j++;
    if (j - i < 4) for (; i < j; i++) found.push(lines[i] as DiffLine);
    else found.push({ hidden: j - i });
    i = j;
  }
  return found;
}
