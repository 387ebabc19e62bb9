import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LineFile, PIECE } from "../src/pages/run/artifacts/lines";
import { readPart } from "../src/pages/run/artifacts/source";

let bytes: Uint8Array;
let ranges = true;

/** A server that has one file and, if `ranges`, sends parts of it. */
function answer(_: string, init: RequestInit): Promise<Response> {
  const [, start, end] = /bytes=(\d+)-(\d+)/.exec(new Headers(init.headers).get("range") ?? "") ?? [];
  if (!ranges) return Promise.resolve(new Response(bytes as BodyInit, { headers: { "content-length": String(bytes.length) } }));
  if (Number(start) >= bytes.length) return Promise.resolve(new Response("", { status: 416 }));
  const part = bytes.slice(Number(start), Number(end) + 1);
  return Promise.resolve(new Response(part as BodyInit, { status: 206, headers: { "content-range": `bytes ${start}-${end}/${bytes.length}` } }));
}

const set = (text: string) => {
  bytes = new TextEncoder().encode(text);
};
const owner = { run_id: "r" };

beforeEach(() => {
  ranges = true;
  vi.stubGlobal("fetch", vi.fn(answer));
});
afterEach(() => vi.unstubAllGlobals());

test("parts are read by ranges, and from servers without ranges, too", async () => {
  set("0123456789");
  for (const known of [true, false]) {
    ranges = known;
    const part = await readPart(owner, "f", 3, 6);
    expect([new TextDecoder().decode(part.bytes), part.size]).toEqual(["345", 10]);
  }
});

test("a file is read in pieces; lines and characters across their borders are whole", async () => {
  const line = `${"é".repeat(99)}x`;
  set(Array.from({ length: 6000 }, (_, index) => `${index} ${line}`).join("\n"));
  const file = new LineFile(owner, "f", bytes.length);
  await file.more();
  expect(file.ended).toBe(false);
  expect(file.end).toBe(PIECE);
  await Promise.all([file.more(), file.more()]);
  expect(file.ended).toBe(true);
  expect(fetch).toHaveBeenCalledTimes(2);
  expect(file.lines).toHaveLength(6000);
  expect(file.lines.every((text, index) => text === `${index} ${line}`)).toBe(true);
});

test("what is added to a file comes along, a line that had no end yet in one piece", async () => {
  set("a\nhalf");
  const file = await LineFile.tail(owner, "f", bytes.length, new AbortController().signal);
  expect(file.lines).toEqual(["a", "half"]);
  expect(await file.grown()).toBe(false);
  expect(file.lines).toEqual(["a", "half"]);
  set("a\nhalf done\nb\n");
  expect(await file.grown()).toBe(true);
  expect(file.lines).toEqual(["a", "half done", "b"]);
  set("a\nhalf done\nb\nc");
  expect(await file.grown()).toBe(true);
  expect(file.lines).toEqual(["a", "half done", "b", "c"]);
});

test("the end of a large file begins with a whole line, whose number is unknown", async () => {
  set(Array.from({ length: 200_000 }, (_, index) => `line ${index}`).join("\n"));
  const file = await LineFile.tail(owner, "f", bytes.length, new AbortController().signal);
  expect(file.first).toBeNull();
  expect(file.lines[0]).toMatch(/^line \d+$/);
  expect(file.lines.at(-1)).toBe("line 199999");
});
