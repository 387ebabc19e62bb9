/** Params that hold JSON (or the text of a Python dict), taken apart key by key, so that two of them can be compared. */

/** A value inside: a path such as `mix.alpha` or `layers[2]`, and what stands there as text. */
export type Parts = Map<string, string>;

/** How many parts of one value are told apart. */
const MOST_PARTS = 400;

/** The parts of a text that is a JSON object or list, or Python's way of writing one; null for any other text. */
export function partsOf(text: string): Parts | null {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed) || trimmed.length > 200_000) return null;
  const value = parsed(trimmed) ?? parsed(fromPython(trimmed));
  if (value === null || typeof value !== "object" || Object.keys(value).length === 0) return null;
  const parts: Parts = new Map();
  collect(value, "", parts);
  return parts;
}

function parsed(text: string): object | null {
  try {
    return JSON.parse(text) as object | null;
  } catch {
    return null;
  }
}

/** Python's literals as JSON's: quotes, True, False, None, tuples. Text inside of strings stays as it is. */
function fromPython(text: string): string {
  return text.replace(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|\b(True|False|None|nan|inf)\b|([()])|,(?=\s*[\]})])/g, (all, single, double, word, round) => {
    if (single !== undefined) return JSON.stringify(String(single).replace(/\\(.)/g, "$1"));
    if (double !== undefined) return all as string;
    if (word) return ({ True: "true", False: "false", None: "null", nan: '"nan"', inf: '"inf"' } as Record<string, string>)[word as string] as string;
    if (round) return round === "(" ? "[" : "]";
    return "";
  });
}

function collect(value: unknown, path: string, parts: Parts): void {
  if (parts.size >= MOST_PARTS) return;
  if (value !== null && typeof value === "object" && Object.keys(value).length > 0) {
    for (const [key, inner] of Object.entries(value)) {
      collect(inner, Array.isArray(value) ? `${path}[${key}]` : path ? `${path}.${key}` : key, parts);
    }
    return;
  }
  parts.set(path, typeof value === "string" ? value : JSON.stringify(value));
}
