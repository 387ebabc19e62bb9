import { expect, test } from "vitest";
import { delimiterOf, parseCsv, sheet } from "../src/pages/run/artifacts/csv";
import { hexLines, looksLikeText } from "../src/pages/run/artifacts/hex";
import { highlight, languageOf } from "../src/pages/run/artifacts/highlight";
import { kindOf } from "../src/pages/run/artifacts/kinds";
import { findLines } from "../src/pages/run/artifacts/lines";
import { parseNotebook } from "../src/pages/run/artifacts/notebook";
import { readNpyHeader, readNpyValues } from "../src/pages/run/artifacts/npy";
import { foldersAbove, type Folder, treeRows } from "../src/pages/run/artifacts/tree";
import { findDirectory, readDirectory } from "../src/pages/run/artifacts/zip";
import { afterReturns, ansiPieces, withoutAnsi } from "../src/pages/run/console/ansi";

test("CSV: quotes, doubled quotes, line breaks in cells, empty cells, all ends of lines", () => {
  expect(parseCsv('a,b,c\r\n1,"x, ""y""\nz",\r\n\n,,\n"open')).toEqual([["a", "b", "c"], ["1", 'x, "y"\nz', ""], ["", "", ""], ["open"]]);
  expect(parseCsv("\ufeffa,b\n1,2")).toEqual([["a", "b"], ["1", "2"]]);
  expect(parseCsv("")).toEqual([]);
});

test("CSV: a quote within a bare cell, and text behind a quoted one, stand for themselves", () => {
  expect(parseCsv('5" pipe,"x"y')).toEqual([['5" pipe', "xy"]]);
});

test("the delimiter is told from the first line", () => {
  expect(delimiterOf('"a,b,c";d;e\n')).toBe(";");
  expect(delimiterOf("a\tb", "x.csv")).toBe("\t");
  expect(delimiterOf("a,b", "x.TSV")).toBe("\t");
});

test("ragged rows get a head as wide as the widest", () => {
  expect(sheet("a,b\n1,2,3\n", "x.csv")).toEqual({ head: ["a", "b", "column 3"], rows: [["1", "2", "3"]] });
});

function npy(header: string, values: Uint8Array): Uint8Array {
  const text = header.padEnd(117) + "\n";
  return new Uint8Array([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, text.length & 255, text.length >> 8, ...new TextEncoder().encode(text), ...values]);
}

test("numpy: header and values", () => {
  const bytes = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", new Uint8Array(new Float32Array([1.5, -2, Number.NaN, 4]).buffer));
  const header = readNpyHeader(bytes);
  expect(header).toMatchObject({ descr: "<f4", shape: [2, 2], fortran: false });
  expect(readNpyValues(bytes, header, 3)).toEqual([1.5, -2, Number.NaN]);
});

test("numpy: big-endian numbers, halves, texts, scalars, structured types", () => {
  const values = (descr: string, raw: number[], shape = "(1,)") => {
    const bytes = npy(`{'descr': ${descr}, 'fortran_order': True, 'shape': ${shape}, }`, new Uint8Array(raw));
    const header = readNpyHeader(bytes);
    return readNpyValues(bytes, header, 10);
  };
  expect(values("'>i2'", [1, 2])).toEqual([258]);
  expect(values("'<f2'", [0, 0x3c, 1, 0, 0, 0xfc], "(3,)")).toEqual([1, 2 ** -24, Number.NEGATIVE_INFINITY]);
  expect(values("'<U3'", [0x61, 0, 0, 0, 0xe9, 0, 0, 0, 0, 0, 0, 0])).toEqual(["aé"]);
  expect(values("'<i8'", [255, 255, 255, 255, 255, 255, 255, 255], "()")).toEqual(["-1"]);
  expect(values("[('a', '<i4')]", [1, 0, 0, 0])).toBeNull();
});

test("numpy: what is none, or is cut off, says so", () => {
  expect(() => readNpyHeader(new Uint8Array(20))).toThrow("not a numpy file");
  expect(() => readNpyHeader(npy("{}", new Uint8Array()).subarray(0, 40))).toThrow("ends within its header");
});

test("notebooks: cells and outputs of formats 4 and 3", () => {
  const four = parseNotebook(
    JSON.stringify({
      metadata: { language_info: { name: "python" } },
      cells: [
        { cell_type: "markdown", source: ["# A\n", "b"] },
        {
          cell_type: "code",
          execution_count: 3,
          source: "x",
          outputs: [
            { output_type: "stream", name: "stderr", text: ["a\n", "b"] },
            { output_type: "execute_result", data: { "text/plain": "1", "text/html": "<b>1</b>" } },
            { output_type: "display_data", data: { "image/png": "aGk=\n", "text/plain": "<Figure>" } },
            { output_type: "error", ename: "E", evalue: "v", traceback: ["t1", "t2"] },
            { output_type: "display_data", data: {} },
          ],
        },
      ],
    }),
  );
  expect(four).toEqual({
    language: "python",
    cells: [
      { kind: "markdown", source: "# A\nb", count: null, outputs: [] },
      {
        kind: "code",
        source: "x",
        count: 3,
        outputs: [
          { kind: "text", text: "a\nb", error: true },
          { kind: "html", html: "<b>1</b>" },
          { kind: "image", type: "image/png", base64: "aGk=" },
          { kind: "text", text: "t1\nt2", error: true },
        ],
      },
    ],
  });
  const three = parseNotebook(JSON.stringify({ worksheets: [{ cells: [{ cell_type: "code", input: "y", prompt_number: 1, outputs: [{ output_type: "pyout", text: ["2"] }] }] }] }));
  expect(three.cells).toEqual([{ kind: "code", source: "y", count: 1, outputs: [{ kind: "text", text: "2", error: false }] }]);
  expect(() => parseNotebook("{}")).toThrow("no cells");
});

test("zip: the list at the end of a file", () => {
  // An archive of one entry, `a/é.txt`, of 5 bytes.
  const name = new TextEncoder().encode("a/é.txt");
  const entry = new Uint8Array(46 + name.length);
  const view = new DataView(entry.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(8, 0x800, true);
  view.setUint32(20, 4, true);
  view.setUint32(24, 5, true);
  view.setUint16(28, name.length, true);
  entry.set(name, 46);
  const end = new Uint8Array(22);
  const note = new DataView(end.buffer);
  note.setUint32(0, 0x06054b50, true);
  note.setUint16(10, 1, true);
  note.setUint32(12, entry.length, true);
  note.setUint32(16, 9, true);
  const file = new Uint8Array([...new Uint8Array(9), ...entry, ...end]);
  expect(findDirectory(file)).toEqual({ count: 1, length: entry.length, offset: 9 });
  expect(readDirectory(file.subarray(9))).toEqual([{ name: "a/é.txt", size: 5, packed: 4 }]);
  expect(findDirectory(new Uint8Array(100))).toBeNull();
});

test("bytes: text is told from others, even when cut within a character", () => {
  expect(looksLikeText(new TextEncoder().encode("schön\n"))).toBe(true);
  expect(looksLikeText(new TextEncoder().encode("abc€").subarray(0, 5))).toBe(true);
  expect(looksLikeText(new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]))).toBe(false);
  expect(looksLikeText(new Uint8Array([0xff, 0xfe, 0x41]))).toBe(false);
  expect(hexLines(new Uint8Array([0x41, 0, 0xff]))).toEqual(["00000000  41 00 ff                                          A··"]);
});

test("kinds of files are told from their names", () => {
  const names = { "a/MLmodel": "mlmodel", "x.PNG": "image", "p.tar.gz": "unknown", Dockerfile: "text", ".gitignore": "text", "m.npz": "zip", "a.b/c": "unknown", "t.json": "json", "notes.md": "markdown" };
  for (const [name, kind] of Object.entries(names)) expect([name, kindOf(name)]).toEqual([name, kind]);
});

test("lines are found whatever the case, from a line on", () => {
  expect(findLines(["Loss", "x", "LOSSY"], "loss")).toEqual([0, 2]);
  expect(findLines(["Loss", "x", "LOSSY"], "loss", 1)).toEqual([2]);
  expect(findLines(["a"], "")).toEqual([]);
});

test("the tree shows open folders, and what is not there yet", () => {
  const folders = new Map<string, Folder>([
    ["", { loading: false, files: [{ path: "d", is_dir: true }, { path: "e", is_dir: true }, { path: "f", file_size: 1 }] }],
    ["d", { loading: true }],
  ]);
  expect(treeRows(folders, new Set(["d"])).map((row) => [row.path, row.depth, row.note ?? ""])).toEqual([
    ["d", 0, ""],
    ["d/", 1, "loading"],
    ["e", 0, ""],
    ["f", 0, ""],
  ]);
  expect(foldersAbove("a/b/c")).toEqual(["", "a", "a/b"]);
});

test("terminal colours: looks, resets, other sequences taken out", () => {
  expect(ansiPieces("a\x1b[1;31mb\x1b[0mc\x1b[2K")).toEqual([
    { text: "a", class: "" },
    { text: "b", class: "ansi-red ansi-bold" },
    { text: "c", class: "" },
  ]);
  expect(ansiPieces("\x1b[38;5;2mx\x1b[38;2;1;2;3my")).toEqual([
    { text: "x", class: "ansi-green" },
    { text: "y", class: "ansi-green" },
  ]);
  expect(withoutAnsi("\x1b]0;title\x07x\x1b[32my")).toBe("xy");
  expect(afterReturns("10%\r50%\r100%\r")).toBe("100%");
});

test("code is coloured: keys, texts, comments, but no comment within a word", () => {
  const classes = (line: string, name: string) => highlight(line, languageOf(name)).filter((piece) => piece.class).map((piece) => [piece.text, piece.class]);
  expect(classes('def f(x="#1"):  # why', "a.py")).toEqual([["def", "hl-word"], ['"#1"', "hl-text"], ["# why", "hl-comment"]]);
  expect(classes("url: http://x#y", "a.yaml")).toEqual([["url", "hl-key"]]);
  expect(highlight("plain def", languageOf("a.txt"))).toEqual([{ text: "plain def", class: "" }]);
});
