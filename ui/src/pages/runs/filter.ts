/** The text of a filter: cutting it into tokens, what is being typed at the caret, and changes by click. */

import { kindOf, quoted } from "./columns";

/** A piece of a filter. */
export interface Token {
  sort: "key" | "op" | "text" | "number" | "word" | "open" | "close" | "comma" | "broken";
  text: string;
  start: number;
  end: number;
}

const TOKEN =
  /(?<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?=[\s=!<>(),;'"`]|$))|(?<text>'(?:[^']|'')*'|"[^"]*")|(?<op>[=!<>]+)|(?<open>\()|(?<close>\))|(?<comma>,)|(?<word>[^\s=!<>(),;'"`]+(?:`[^`]*`|"[^"]*")?|`[^`]*`)|(?<broken>['"`][\s\S]*|.)/gy;

const WORDS = new Set(["AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "ILIKE"]);
const WORD_OPERATORS = new Set(["LIKE", "ILIKE", "IN", "IS"]);

/** A filter's tokens; what cannot be read is one of sort `broken`. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? "")) {
      at += 1;
      continue;
    }
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) break;
    const named = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0] ?? "broken";
    const sort = named === "word" && !WORDS.has(match[0].toUpperCase()) ? "key" : (named as Token["sort"]);
    found.push({ sort, text: match[0], start: at, end: at + match[0].length });
    at += match[0].length;
  }
  return found;
}

/** Whether a text has no operator and so is no filter but words that somebody looks for. */
export function isPlain(text: string): boolean {
  const all = tokens(text);
  if (all.length === 0) return false;
  return !all.some(
    (one, index) =>
      one.sort === "op" || (index > 0 && one.sort === "word" && WORD_OPERATORS.has(one.text.toUpperCase())),
  );
}

/** What is sent to the server: plain words search the names of runs. */
export function asFilter(text: string): string {
  const trimmed = text.trim();
  if (!trimmed || !isPlain(trimmed)) return trimmed;
  const words = trimmed.split(/\s+/);
  return words.map((word) => `attributes.run_name ILIKE '%${word.replaceAll("'", "''")}%'`).join(" AND ");
}

/** Filters that hold together; each one is put in parentheses where it has an OR. */
export function allOf(...filters: string[]): string {
  const some = filters.filter((one) => one.trim());
  if (some.length < 2) return some[0] ?? "";
  return some.map((one) => (hasOr(one) ? `(${one})` : one)).join(" AND ");
}

function hasOr(text: string): boolean {
  let depth = 0;
  return tokens(text).some((one) => {
    if (one.sort === "open") depth += 1;
    if (one.sort === "close") depth -= 1;
    return depth === 0 && one.sort === "word" && one.text.toUpperCase() === "OR";
  });
}

/** A text as a filter writes it. */
export function quoteText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** What is being typed: a part of a key, an operator, a value of a key, or a word that joins. */
export interface Typing {
  what: "key" | "operator" | "value" | "join";
  /** What is there of it, and where: it is to be replaced. */
  part: string;
  start: number;
  end: number;
  /** Of a value: the key it is compared with, as a column's id. */
  key?: string;
}

/** What somebody types at `caret`. */
export function typingAt(text: string, caret: number): Typing {
  const before = tokens(text.slice(0, caret));
  const last = before[before.length - 1];
  const touches = last !== undefined && last.end === caret;
  const current = touches && last.sort !== "open" && last.sort !== "comma" && last.sort !== "op" ? last : undefined;
  const done = current ? before.slice(0, -1) : before;
  const previous = done[done.length - 1];
  const part = current?.text ?? "";
  const start = current?.start ?? caret;
  const at = { part, start, end: endOf(text, start, caret) };
  const upper = previous?.sort === "word" ? previous.text.toUpperCase() : "";
  const inList = depthOfList(done);
  if (previous?.sort === "op" || upper === "LIKE" || upper === "ILIKE" || inList) {
    const key = keyBefore(done);
    return { what: "value", ...at, ...(key === undefined ? {} : { key }) };
  }
  if (!previous || upper === "AND" || upper === "OR" || upper === "NOT" || previous.sort === "open")
    return { what: "key", ...at };
  if (previous.sort === "key") return { what: "operator", ...at };
  return { what: "join", ...at };
}

/** The end of the token under the caret, so that a completion replaces all of it. */
function endOf(text: string, start: number, caret: number): number {
  const token = tokens(text).find((one) => one.start === start);
  return token && token.sort !== "broken" ? Math.max(caret, token.end) : caret;
}

function depthOfList(done: Token[]): boolean {
  const open = done.findLastIndex((one) => one.sort === "open");
  if (open < 1 || done.slice(open).some((one) => one.sort === "close")) return false;
  const word = done[open - 1];
  return word?.sort === "word" && word.text.toUpperCase() === "IN";
}

function keyBefore(done: Token[]): string | undefined {
  const key = done.findLast((one) => one.sort === "key");
  return key && columnOf(key.text);
}

/** A key of a filter as a column's id: ``metrics.`a b` `` is `metrics.a b`. */
export function columnOf(text: string): string {
  const cut = text.indexOf(".");
  const bare = (part: string) => part.replace(/^[`"]([\s\S]*)[`"]$/, "$1");
  if (cut < 0) return `attributes.${bare(text)}`;
  const entity = text.slice(0, cut);
  const kind =
    { metric: "metrics", parameter: "params", parameters: "params", param: "params", tag: "tags" }[entity] ??
    (["attribute", "attr", "run"].includes(entity) ? "attributes" : entity);
  return `${kind}.${bare(text.slice(cut + 1))}`;
}

/** Put a completion in; `caret` is where the caret goes. */
export function complete(text: string, typing: Typing, chosen: string): { text: string; caret: number } {
  const tail = text.slice(typing.end).replace(/^ /, "");
  const head = text.slice(0, typing.start) + chosen;
  return { text: `${head} ${tail}`.replace(/ $/, tail ? "" : " "), caret: head.length + 1 };
}

/** A key as a filter writes it, quoted only where it must be. */
export function keyText(id: string): string {
  const key = id.slice(id.indexOf(".") + 1);
  return /^[A-Za-z_][\w./-]*$/.test(key) ? id : quoted(id);
}

/** The comparisons of a filter that are joined by AND at its top, as texts; null if it has an OR or NOT at its top. */
export function clauses(text: string): string[] | null {
  if (hasOr(text)) return null;
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (const token of tokens(text)) {
    if (token.sort === "open") depth += 1;
    if (token.sort === "close") depth -= 1;
    if (depth === 0 && token.sort === "word" && token.text.toUpperCase() === "AND") {
      found.push(text.slice(from, token.start).trim());
      from = token.end;
    }
  }
  found.push(text.slice(from).trim());
  return found.filter((one) => one !== "");
}

/** Set what a filter says about a column: clauses of that column give way to new ones; the rest stays. */
export function setClauses(text: string, id: string, wanted: string[]): string {
  const base = isPlain(text) ? asFilter(text) : text;
  const parts = clauses(base);
  if (parts === null) return allOf(base, ...wanted);
  const others = parts.filter((one) => {
    const all = tokens(one);
    return !(all[0]?.sort === "key" && columnOf(all[0].text) === id);
  });
  return [...others, ...wanted].join(" AND ");
}

/** What a filter says about a column: texts it may be equal to, and bounds. */
export function saidOf(text: string, id: string): { values: string[]; low: number | null; high: number | null } {
  const said = { values: [] as string[], low: null as number | null, high: null as number | null };
  for (const clause of clauses(text) ?? []) {
    const all = tokens(clause);
    if (all[0]?.sort !== "key" || columnOf(all[0].text) !== id) continue;
    const number = Number(all[2]?.text);
    if (all[1]?.text === "=" && all[2]?.sort === "text") said.values.push(bareText(all[2].text));
    if (all[1]?.text.toUpperCase() === "IN")
      said.values.push(...all.filter((one) => one.sort === "text").map((one) => bareText(one.text)));
    if (all[1]?.text.startsWith(">")) said.low = number;
    if (all[1]?.text.startsWith("<")) said.high = number;
  }
  return said;
}

function bareText(text: string): string {
  return text.slice(1, -1).replaceAll("''", "'");
}

/** The clause that a column has one of some texts. */
export function oneOf(id: string, values: string[]): string[] {
  if (values.length === 0) return [];
  if (values.length === 1) return [`${keyText(id)} = ${quoteText(values[0] ?? "")}`];
  if (kindOf(id) === "attributes" || kindOf(id) === "params" || kindOf(id) === "tags")
    return [`${keyText(id)} IN (${values.map(quoteText).join(", ")})`];
  return [`(${values.map((one) => `${keyText(id)} = ${quoteText(one)}`).join(" OR ")})`];
}
