/** Comma- and tab-separated text as rows of cells, as RFC 4180 and spreadsheets write it. */

/** Rows of text; the first is the head. */
export interface Sheet {
  head: string[];
  rows: string[][];
}

/** The delimiter that the first lines hold most evenly. */
export function delimiterOf(text: string, name = ""): string {
  if (/\.tsv$/i.test(name)) return "\t";
  const line = text.slice(0, 10_000).split(/\r?\n/, 1)[0] ?? "";
  const bare = line.replace(/"[^"]*"/g, "");
  let best = ",";
  let most = 0;
  for (const one of [",", "\t", ";", "|"]) {
    const count = bare.split(one).length - 1;
    if (count > most) [best, most] = [one, count];
  }
  return best;
}

/** All rows of a text. A quote inside a quoted cell is doubled; a quote within a bare cell stands for itself. */
export function parseCsv(text: string, delimiter = ","): string[][] {
  const rows: string[][] = [];
  const end = text.length;
  let row: string[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < end) {
    let cell: string;
    if (text[at] === '"') {
      [cell, at] = quoted(text, at + 1);
    } else {
      cell = "";
    }
    const from = at;
    while (at < end && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at++;
    cell += text.slice(from, at);
    row.push(cell);
    if (text[at] === delimiter && at < end) {
      at++;
      if (at < end) continue;
      row.push("");
    }
    if (text[at] === "\r") at++;
    if (text[at] === "\n") at++;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
}

function quoted(text: string, from: number): [string, number] {
  let at = from;
  let cell = "";
  for (;;) {
    const next = text.indexOf('"', at);
    if (next < 0) return [cell + text.slice(at), text.length];
    cell += text.slice(at, next);
    if (text[next + 1] !== '"') return [cell, next + 1];
    cell += '"';
    at = next + 2;
  }
}

/** A text with a head and rows that are all as wide as the widest. */
export function sheet(text: string, name: string): Sheet {
  const [head = [], ...rows] = parseCsv(text, delimiterOf(text, name));
  const wide = rows.reduce((most, row) => Math.max(most, row.length), head.length);
  while (head.length < wide) head.push(`column ${head.length + 1}`);
  return { head, rows };
}
