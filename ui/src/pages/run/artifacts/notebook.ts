/** A notebook (`.ipynb`, format 3 and 4) as cells that are ready to be shown. */

/** What a code cell printed, returned, drew or raised. */
export type Output =
  | { kind: "text"; text: string; error: boolean }
  | { kind: "html"; html: string }
  | { kind: "markdown"; text: string }
  | { kind: "image"; type: string; base64: string }
  | { kind: "svg"; text: string };

/** A cell; `count` is the number that it ran as. */
export interface Cell {
  kind: "code" | "markdown" | "raw";
  source: string;
  count: number | null;
  outputs: Output[];
}

/** A notebook's cells and language. */
export interface Notebook {
  language: string;
  cells: Cell[];
}

type Json = Record<string, unknown>;

/** Read a notebook.
 *
 * @throws Error for JSON that is none.
 */
export function parseNotebook(text: string): Notebook {
  const whole = JSON.parse(text) as Json;
  const cells = Array.isArray(whole.cells) ? whole.cells : worksheets(whole);
  if (!cells) throw new Error("This JSON is not a notebook: it has no cells.");
  const metadata = (whole.metadata ?? {}) as { language_info?: Json; kernelspec?: Json };
  const language = metadata.language_info?.name ?? metadata.kernelspec?.language ?? "";
  return { language: String(language), cells: cells.map((cell) => asCell(cell as Json)) };
}

function worksheets(whole: Json): unknown[] | null {
  const sheets = whole.worksheets as { cells?: unknown[] }[] | undefined;
  return Array.isArray(sheets) ? sheets.flatMap((sheet) => sheet.cells ?? []) : null;
}

function asCell(cell: Json): Cell {
  const kind = cell.cell_type === "code" ? "code" : cell.cell_type === "markdown" || cell.cell_type === "heading" ? "markdown" : "raw";
  const count = cell.execution_count ?? cell.prompt_number;
  const outputs = Array.isArray(cell.outputs) ? (cell.outputs as Json[]) : [];
  return {
    kind,
    source: joined(cell.source ?? cell.input),
    count: typeof count === "number" ? count : null,
    outputs: outputs.map(asOutput).filter((output): output is Output => output !== null),
  };
}

function asOutput(output: Json): Output | null {
  if (output.output_type === "stream") return { kind: "text", text: joined(output.text), error: (output.name ?? output.stream) === "stderr" };
  if (output.output_type === "error" || output.output_type === "pyerr") {
    const lines = Array.isArray(output.traceback) ? (output.traceback as unknown[]).map(String) : [`${output.ename}: ${output.evalue}`];
    return { kind: "text", text: lines.join("\n"), error: true };
  }
  // Format 3 has the data beside the other fields.
  return richest((output.data ?? output) as Json);
}

function richest(data: Json): Output | null {
  for (const type of ["image/png", "image/jpeg", "image/gif", "image/webp"]) {
    const found = data[type] ?? data[type.slice(6)];
    if (found !== undefined) return { kind: "image", type, base64: joined(found).replace(/\s/g, "") };
  }
  if (data["image/svg+xml"] !== undefined) return { kind: "svg", text: joined(data["image/svg+xml"]) };
  if (data["text/html"] !== undefined) return { kind: "html", html: joined(data["text/html"]) };
  if (data["text/markdown"] !== undefined) return { kind: "markdown", text: joined(data["text/markdown"]) };
  const plain = data["text/plain"] ?? data.text;
  if (plain !== undefined) return { kind: "text", text: joined(plain), error: false };
  if (data["application/json"] !== undefined) return { kind: "text", text: JSON.stringify(data["application/json"], null, 2), error: false };
  return null;
}

function joined(text: unknown): string {
  return Array.isArray(text) ? text.join("") : typeof text === "string" ? text : "";
}
