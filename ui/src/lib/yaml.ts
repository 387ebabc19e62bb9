/** The YAML that programs write (block maps and lists, scalars plain, quoted or in blocks), enough for MLmodel files. */

/** A value of a YAML document. */
export type Yaml = string | number | boolean | null | Yaml[] | { [key: string]: Yaml };

interface Line {
  indent: number;
  text: string;
}

/** Read a document.
 *
 * @throws SyntaxError where it is not of the kind that this reads.
 */
export function parseYaml(text: string): Yaml {
  const lines = text
    .split(/\r?\n/)
    .filter((line) => !/^(---|\.\.\.|%.*)\s*$/.test(line) && !/^\s*#/.test(line))
    .map((line) => ({ indent: line.search(/\S|$/), text: line.trimEnd() }));
  const reader = new Reader(lines);
  const value = reader.block(0);
  if (reader.more()) throw new SyntaxError(`This line does not fit: ${reader.here?.text ?? ""}`);
  return value;
}

class Reader {
  #at = 0;

  constructor(readonly lines: readonly Line[]) {}

  get here(): Line | undefined {
    return this.lines[this.#at];
  }

  /** Whether anything but empty lines is left; those are passed. */
  more(): boolean {
    while (this.here && this.here.text.trim() === "") this.#at += 1;
    return this.here !== undefined;
  }

  /** What begins at the next line, if it is indented at least so far. */
  block(least: number): Yaml {
    if (!this.more() || !this.here || this.here.indent < least) return null;
    const { indent, text } = this.here;
    if (/^-(\s|$)/.test(text.slice(indent))) return this.#list(indent);
    if (keyOf(text.slice(indent))) return this.#map(indent);
    this.#at += 1;
    return this.#scalar(text.slice(indent), indent - 1);
  }

  #list(indent: number): Yaml[] {
    const items: Yaml[] = [];
    while (this.more() && this.here?.indent === indent && /^-(\s|$)/.test(this.here.text.slice(indent))) {
      const rest = this.here.text.slice(indent + 1);
      const inner = rest.trimStart();
      if (!inner) {
        this.#at += 1;
        items.push(this.block(indent + 1));
      } else {
        // What stands behind the dash is a block of its own, indented as far as it stands.
        const deeper = indent + 1 + (rest.length - inner.length);
        (this.lines as Line[])[this.#at] = { indent: deeper, text: " ".repeat(deeper) + inner };
        items.push(this.block(deeper));
      }
    }
    return items;
  }

  #map(indent: number): { [key: string]: Yaml } {
    const map: { [key: string]: Yaml } = {};
    while (this.more() && this.here?.indent === indent) {
      const found = keyOf(this.here.text.slice(indent));
      if (!found) break;
      this.#at += 1;
      const [key, rest] = found;
      if (rest) map[key] = this.#scalar(rest, indent);
      // A list may stand as far left as the key that it belongs to.
      else if (this.more() && this.here?.indent === indent && /^-(\s|$)/.test(this.here.text.slice(indent))) map[key] = this.#list(indent);
      else map[key] = this.block(indent + 1);
    }
    return map;
  }

  /** A scalar whose first line is `text`, with the lines that go on with it: those indented more than `indent`. */
  #scalar(text: string, indent: number): Yaml {
    if (/^[|>][+-]?\d?$/.test(text)) return this.#literal(indent, text.startsWith(">"));
    const quote = text[0] === "'" || text[0] === '"' ? text[0] : "";
    let whole = text;
    let gap = "";
    while (quote ? !closed(whole, quote) : this.here !== undefined && this.here.text.trim() !== "" && this.here.indent > indent) {
      const next = this.here;
      if (!next) throw new SyntaxError("A quotation mark is missing.");
      this.#at += 1;
      if (next.text.trim() === "") {
        gap += "\n";
        continue;
      }
      const joined = quote === '"' && whole.endsWith("\\") && !whole.endsWith("\\\\") ? whole.slice(0, -1) : whole + (gap || " ");
      whole = joined + next.text.trim();
      gap = "";
    }
    return scalar(whole);
  }

  #literal(indent: number, folded: boolean): string {
    const taken: Line[] = [];
    while (this.here && (this.here.text.trim() === "" || this.here.indent > indent)) {
      taken.push(this.here);
      this.#at += 1;
    }
    const least = Math.min(...taken.filter((line) => line.text.trim() !== "").map((line) => line.indent));
    return taken.map((line) => line.text.slice(least)).join(folded ? " " : "\n").trimEnd();
  }
}

/** The key and the rest of a line `key: rest`. */
function keyOf(text: string): [key: string, rest: string] | null {
  const quoted = /^(?:'((?:[^']|'')*)'|"((?:[^"\\]|\\.)*)")\s*:(?:\s+(.*))?$/.exec(text);
  if (quoted) return [quoted[1]?.replaceAll("''", "'") ?? String(scalar(`"${quoted[2] ?? ""}"`)), quoted[3] ?? ""];
  const plain = /^([^\s'"[{|>&*!%@`#-][^#]*?|-[^\s#][^#]*?)\s*:(?:\s+(.*))?$/.exec(text);
  return plain?.[1] === undefined ? null : [plain[1], plain[2] ?? ""];
}

function closed(text: string, quote: string): boolean {
  return quote === "'" ? /^'(?:[^']|'')*'\s*(#.*)?$/.test(text) : /^"(?:[^"\\]|\\.)*"\s*(#.*)?$/.test(text);
}

function scalar(text: string): Yaml {
  if (text.startsWith("'")) return text.replace(/\s+#[^']*$/, "").slice(1, -1).replaceAll("''", "'");
  if (text.startsWith('"')) return unescaped(text);
  const bare = text.replace(/\s+#.*$/, "").trim();
  if (bare === "" || /^(null|Null|NULL|~)$/.test(bare)) return null;
  if (/^(true|True|TRUE)$/.test(bare)) return true;
  if (/^(false|False|FALSE)$/.test(bare)) return false;
  // A version such as 1.10 is no number: what would not be spelled the same again stays text.
  if (/^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(bare)) return /e/i.test(bare) || String(Number(bare)) === bare ? Number(bare) : bare;
  if (/^[[{]/.test(bare)) {
    try {
      return JSON.parse(bare) as Yaml;
    } catch {
      return bare;
    }
  }
  return bare;
}

function unescaped(text: string): string {
  const inner = text.replace(/\s+#[^"]*$/, "").slice(1, -1);
  return inner.replace(/\\(x[0-9a-f]{2}|u[0-9a-f]{4}|.)/gi, (_, code: string) => {
    if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return { n: "\n", t: "\t", r: "\r", "0": "\0" }[code] ?? code;
  });
}
