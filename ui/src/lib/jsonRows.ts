/** A JSON value as the rows of a tree of which parts are open. */

/** One row: a value with its name, or what closes nothing - closed parts are one row. */
export interface JsonRow {
  /** Where it is, e.g. `$.a[0]`; unique. */
  path: string;
  /** The key or the index; "" at the root. */
  name: string;
  depth: number;
  value: unknown;
  /** How many values it holds; null for a plain value. */
  count: number | null;
  open: boolean;
}

/** Whether a value holds others. */
export function holdsOthers(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The path of a value within another. */
export function pathOf(parent: string, name: string, inList: boolean): string {
  if (inList) return `${parent}[${name}]`;
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `${parent}.${name}` : `${parent}[${JSON.stringify(name)}]`;
}

/** The rows of a value. `isOpen` says for each part that holds others whether its parts are rows, too. */
export function jsonRows(value: unknown, isOpen: (path: string, depth: number) => boolean): JsonRow[] {
  const rows: JsonRow[] = [];
  add(rows, value, "", "$", 0, isOpen);
  return rows;
}

function add(rows: JsonRow[], value: unknown, name: string, path: string, depth: number, isOpen: (path: string, depth: number) => boolean): void {
  if (!holdsOthers(value)) {
    rows.push({ path, name, depth, value, count: null, open: false });
    return;
  }
  const list = Array.isArray(value);
  const names = list ? null : Object.keys(value);
  const count = names ? names.length : (value as unknown[]).length;
  const open = count > 0 && isOpen(path, depth);
  rows.push({ path, name, depth, value, count, open });
  if (!open) return;
  for (let index = 0; index < count; index++) {
    const key = names ? (names[index] ?? "") : String(index);
    add(rows, (value as Record<string, unknown>)[key], key, pathOf(path, key, list), depth + 1, isOpen);
  }
}

/** The paths of all parts that have to be open to see the values and names that hold a text, at most `most` of them. */
export function findInJson(value: unknown, wanted: string, most = 2000): { hits: string[]; open: Set<string> } {
  const hits: string[] = [];
  const open = new Set<string>();
  const lower = wanted.toLowerCase();
  const look = (at: unknown, name: string, path: string, parents: string[]): void => {
    if (hits.length >= most) return;
    const plain = holdsOthers(at) ? "" : String(at);
    if (name.toLowerCase().includes(lower) || (plain && plain.toLowerCase().includes(lower))) {
      hits.push(path);
      for (const parent of parents) open.add(parent);
    }
    if (!holdsOthers(at)) return;
    const inside = [...parents, path];
    for (const [key, inner] of Object.entries(at)) look(inner, key, pathOf(path, key, Array.isArray(at)), inside);
  };
  if (lower) look(value, "", "$", []);
  return { hits, open };
}

/** JSON as it is written on the wire of Python: NaN and the infinities are taken as texts.
 *
 * @throws SyntaxError for what is no JSON.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const eased = text.replace(/("(?:[^"\\]|\\.)*")|-?\b(?:NaN|Infinity)\b/g, (found, quoted: string | undefined) => quoted ?? `"${found}"`);
    if (eased === text) throw error;
    return JSON.parse(eased);
  }
}

/** A logged table as MLflow keeps it: `columns` and `data`; null for other JSON. */
export function asLoggedTable(value: unknown): { head: string[]; rows: unknown[][] } | null {
  if (!holdsOthers(value) || Array.isArray(value)) return null;
  const { columns, data } = value as { columns?: unknown; data?: unknown };
  if (!Array.isArray(columns) || !Array.isArray(data) || !data.every(Array.isArray)) return null;
  return { head: columns.map(String), rows: data as unknown[][] };
}
