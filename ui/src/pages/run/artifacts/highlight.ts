/** Colours for code, line by line: comments, texts, numbers and words of the language. Enough to read by, no more. */

/** A piece of a line. */
export interface Coloured {
  text: string;
  class: string;
}

/** How a language marks comments, and its words. */
interface Language {
  comment: string;
  words: ReadonlySet<string>;
  /** `name:` at the beginning of a line is a key. */
  keys: boolean;
}

const language = (comment: string, words: string, keys = false): Language => ({ comment, words: new Set(words.split(" ")), keys });

const PYTHON = language("#", "False None True and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield self");
const SCRIPT = language("//", "async await break case catch class const continue default delete do else enum export extends false finally for from function if import in instanceof interface let new null of return static super switch this throw true try type typeof undefined var void while yield");
const SHELL = language("#", "case do done elif else esac export fi for function if in local return set then while echo cd");
const SQL = language("--", "SELECT FROM WHERE AND OR NOT NULL INSERT INTO VALUES UPDATE SET DELETE CREATE TABLE INDEX JOIN LEFT RIGHT INNER ON GROUP BY ORDER LIMIT AS IN IS select from where and or not null insert into values update set delete create table index join left right inner on group by order limit as in is");
const CONFIG = language("#", "true false null yes no on off", true);
const C = language("//", "auto bool break case char class const continue default delete do double else enum extern false float for func fn if impl int let long match mut namespace new nullptr package private protected pub public return short sizeof static struct switch template this throw true try type typedef union unsigned use using var virtual void while");

const BY_ENDING: Record<string, Language> = {
  py: PYTHON, js: SCRIPT, jsx: SCRIPT, ts: SCRIPT, tsx: SCRIPT, mjs: SCRIPT, json: SCRIPT, jsonl: SCRIPT, ndjson: SCRIPT, sh: SHELL, bash: SHELL, r: PYTHON, jl: PYTHON, sql: SQL,
  yaml: CONFIG, yml: CONFIG, toml: CONFIG, ini: CONFIG, cfg: CONFIG, conf: CONFIG, env: CONFIG, properties: CONFIG, MLmodel: CONFIG, lock: CONFIG, Dockerfile: SHELL, Makefile: SHELL,
  c: C, h: C, cpp: C, java: C, go: C, rs: C, css: C, proto: C,
};

/** The language of a file of this path; null for plain text. */
export function languageOf(path: string): Language | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return BY_ENDING[name.slice(name.lastIndexOf(".") + 1)] ?? null;
}

const LONGEST = 4000;

/** The pieces of a line. Texts over several lines are not followed: a line is drawn without those above it. */
export function highlight(line: string, given: Language | null): Coloured[] {
  if (!given || line.length > LONGEST) return [{ text: line, class: "" }];
  const pieces: Coloured[] = [];
  const comment = given.comment.replace(/[/\-#]/g, "\\$&");
  const pattern = new RegExp(`(${comment}.*$)|("(?:[^"\\\\]|\\\\.)*"?|'(?:[^'\\\\]|\\\\.)*'?|\`(?:[^\`\\\\]|\\\\.)*\`?)|(\\b\\d[\\w.]*\\b)|([A-Za-z_$][\\w$]*)`, "g");
  let at = 0;
  const key = given.keys ? /^(\s*(?:- )?[\w.$"'-]+)(\s*[:=])/.exec(line) : null;
  if (key) {
    pieces.push({ text: key[1] ?? "", class: "hl-key" });
    at = key[1]?.length ?? 0;
  }
  pattern.lastIndex = at;
  for (let found = pattern.exec(line); found; found = pattern.exec(line)) {
    // A sign within a word is no comment: `a#b`, `https://`.
    if (found[1] !== undefined && found.index > 0 && /[\w:]/.test(line[found.index - 1] ?? "")) {
      pattern.lastIndex = found.index + given.comment.length;
      continue;
    }
    const kind = found[1] !== undefined ? "hl-comment" : found[2] !== undefined ? "hl-text" : found[3] !== undefined ? "hl-number" : given.words.has(found[4] ?? "") ? "hl-word" : "";
    if (!kind) continue;
    if (found.index > at) pieces.push({ text: line.slice(at, found.index), class: "" });
    pieces.push({ text: found[0], class: kind });
    at = found.index + found[0].length;
  }
  if (at < line.length) pieces.push({ text: line.slice(at), class: "" });
  return pieces;
}
