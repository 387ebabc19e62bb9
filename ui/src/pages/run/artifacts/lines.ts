/** A text file that is read piece by piece, as lines. */

import { type Owner, readPart } from "./source";

/** How much is read at a time. */
export const PIECE = 1 << 20;

/** The lines read so far of a file, from its beginning or from somewhere near its end. */
export class LineFile {
  readonly lines: string[] = [];
  /** The number of the first line; null where it is unknown, because the beginning was not read. */
  first: number | null = 1;
  /** The file's size, as soon as it is known. */
  size: number | null;
  /** Up to where the file is read. */
  end = 0;
  ended = false;
  private rest = "";
  private decoder = new TextDecoder();
  private reading: Promise<void> | null = null;

  constructor(
    private readonly owner: Owner,
    private readonly path: string,
    size: number | null,
  ) {
    this.size = size;
  }

  /** Begin near the end instead, as `tail` does: the first line is dropped, as it may be half a line. */
  static async tail(owner: Owner, path: string, size: number, signal: AbortSignal): Promise<LineFile> {
    const file = new LineFile(owner, path, size);
    if (size > PIECE) {
      file.end = size - PIECE;
      file.first = null;
    }
    await file.more(signal);
    if (file.first === null) file.lines.shift();
    return file;
  }

  /** Read the next piece; several callers share one reading. */
  more(signal?: AbortSignal): Promise<void> {
    this.reading ??= this.read(signal).finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  /** Read what was added to the file since; true when there was something. */
  async grown(signal?: AbortSignal): Promise<boolean> {
    const before = this.end;
    this.ended = false;
    if (this.rest && this.lines[this.lines.length - 1] === this.rest) this.lines.pop();
    while (!this.ended) await this.more(signal);
    return this.end > before;
  }

  private async read(signal?: AbortSignal): Promise<void> {
    // From the last byte on: a range behind the end of the file would be refused, and each refusal noted in the console.
    const over = Math.min(1, this.end);
    const part = await readPart(this.owner, this.path, this.end - over, this.end + PIECE, signal);
    const bytes = part.bytes.subarray(over);
    this.end += bytes.length;
    if (part.size !== null) this.size = part.size;
    this.ended = bytes.length < PIECE || (this.size !== null && this.end >= this.size);
    const text = this.rest + this.decoder.decode(bytes, { stream: true });
    const lines = text.split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) this.lines.push(line);
    if (this.ended && this.rest) this.lines.push(this.rest);
  }
}

/** The numbers of the lines that hold a text, whatever the case of its letters; at most `most`. */
export function findLines(lines: readonly string[], wanted: string, from = 0, most = 100_000): number[] {
  const found: number[] = [];
  if (!wanted) return found;
  const lower = wanted.toLowerCase();
  for (let index = from; index < lines.length && found.length < most; index++) {
    if ((lines[index] ?? "").toLowerCase().includes(lower)) found.push(index);
  }
  return found;
}
