/** The colours of terminals: text with escape sequences as pieces with classes. */

/** A piece of a line that looks the same throughout. */
export interface Piece {
  text: string;
  class: string;
}

interface Look {
  front: string;
  back: string;
  bold: boolean;
  dim: boolean;
  underlined: boolean;
}

const PLAIN: Look = { front: "", back: "", bold: false, dim: false, underlined: false };
const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
// Any sequence is taken out; those that end in `m` change the look.
const SEQUENCE = /\x1b(?:\[([0-9;:]*)([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g;

/** Whether a text has escape sequences at all. */
export function hasAnsi(text: string): boolean {
  return text.includes("\x1b");
}

/** A text without its escape sequences. */
export function withoutAnsi(text: string): string {
  return hasAnsi(text) ? text.replace(SEQUENCE, "") : text;
}

/** What a terminal leaves of a line: what stands after its last carriage return (progress bars write over themselves). */
export function afterReturns(line: string): string {
  const bare = line.endsWith("\r") ? line.slice(0, -1) : line;
  return bare.slice(bare.lastIndexOf("\r") + 1);
}

/** The pieces of a line. Looks do not go on in the next line, so that a line can be drawn without those before it. */
export function ansiPieces(line: string): Piece[] {
  if (!hasAnsi(line)) return [{ text: line, class: "" }];
  const pieces: Piece[] = [];
  let look = PLAIN;
  let at = 0;
  for (const found of line.matchAll(SEQUENCE)) {
    if (found.index > at) pieces.push({ text: line.slice(at, found.index), class: classOf(look) });
    if (found[2] === "m") look = changed(look, found[1] ?? "");
    at = found.index + found[0].length;
  }
  if (at < line.length) pieces.push({ text: line.slice(at), class: classOf(look) });
  return pieces;
}

function classOf(look: Look): string {
  const names = [look.front && `ansi-${look.front}`, look.back && `ansi-on-${look.back}`, look.bold && "ansi-bold", look.dim && "ansi-dim", look.underlined && "ansi-underlined"];
  return names.filter(Boolean).join(" ");
}

function changed(look: Look, codes: string): Look {
  let now = { ...look };
  const list = codes.split(/[;:]/).map(Number);
  for (let index = 0; index < list.length; index++) {
    const code = list[index] ?? 0;
    if (code === 0) now = { ...PLAIN };
    else if (code === 1) now.bold = true;
    else if (code === 2) now.dim = true;
    else if (code === 4) now.underlined = true;
    else if (code === 22) now.bold = now.dim = false;
    else if (code === 24) now.underlined = false;
    else if (code === 39) now.front = "";
    else if (code === 49) now.back = "";
    else if (code === 38 || code === 48) {
      const colour = list[index + 1] === 5 ? (NAMES[(list[index + 2] ?? 0) % 8] ?? "") : "";
      if ((list[index + 2] ?? 0) < 16 && list[index + 1] === 5) now[code === 38 ? "front" : "back"] = colour;
      index += list[index + 1] === 5 ? 2 : 4;
    } else if (code >= 30 && code < 38) now.front = NAMES[code - 30] ?? "";
    else if (code >= 40 && code < 48) now.back = NAMES[code - 40] ?? "";
    else if (code >= 90 && code < 98) now.front = NAMES[code - 90] ?? "";
    else if (code >= 100 && code < 108) now.back = NAMES[code - 100] ?? "";
  }
  return now;
}
