/** What can stand where somebody types in the filter box: keys, operators, values, words that join. */

import { grouped } from "../../lib/format";
import type { ColumnFacts, Facet, GetFacet } from "@schema/calls";
import { ATTRIBUTES, FILTERED, kindOf, rangeOf } from "./columns";
import { keyText, quoteText, type Typing } from "./filter";
import { formatNumber } from "./format";

/** One thing that can be put in. */
export interface Suggestion {
  /** What is put in. */
  text: string;
  /** What is said beside it. */
  detail: string;
}

const DATASETS = ["datasets.name", "datasets.digest", "datasets.context"];
const MOST = 60;

/** The suggestions that need nobody's answer; null where values have to be asked for. */
export function suggestions(typing: Typing, facts: readonly ColumnFacts[]): Suggestion[] | null {
  switch (typing.what) {
    case "key":
      return keySuggestions(typing.part, facts);
    case "operator":
      return [];
    case "join":
      return matching(["AND", "OR"], typing.part).map((text) => ({ text, detail: "" }));
    case "value":
      return typing.key && kindOf(typing.key) === "metrics" ? numberSuggestions(typing, facts) : null;
  }
}

/** The operators that fit a key. */
export function operatorsFor(id: string): Suggestion[] {
  const numbers = kindOf(id) === "metrics" || id === "attributes.start_time" || id === "attributes.end_time";
  const ordered = [">", ">=", "<", "<=", "=", "!="];
  const texts = ["=", "!=", "LIKE", "ILIKE", "IN", "IS NULL", "IS NOT NULL"];
  const all = numbers ? ordered : kindOf(id) === "params" ? [...texts, "<", ">"] : texts;
  return all.map((text) => ({ text, detail: WORDS[text] ?? "" }));
}

const WORDS: Record<string, string> = {
  LIKE: "% stands for anything",
  ILIKE: "% stands for anything, whatever the case",
  IN: "one of ('a', 'b')",
  "IS NULL": "runs without it",
  "IS NOT NULL": "runs with it",
};

function keySuggestions(part: string, facts: readonly ColumnFacts[]): Suggestion[] {
  const wanted = part.toLowerCase().replaceAll(/[`"]/g, "");
  const names = [
    ...FILTERED.map((name) => ({ text: `attributes.${name}`, id: `attributes.${name}`, detail: ATTRIBUTES[`attributes.${name}`]?.label ?? "" })),
    ...facts.map((one) => ({ text: keyText(one.name), id: one.name, detail: `${grouped(one.runs)} runs` })),
    ...DATASETS.map((text) => ({ text, id: text, detail: "" })),
  ];
  const ranked: { rank: number; text: string; detail: string }[] = [];
  for (const one of names) {
    const rank = rankOf(one.id.toLowerCase(), wanted);
    if (rank < 9) ranked.push({ rank: rank + (one.id.startsWith("tags.mlflow.") ? 4 : 0), text: one.text, detail: one.detail });
  }
  return ranked.sort((a, b) => a.rank - b.rank).slice(0, MOST);
}

/** How well a column's name fits what is typed; 9 when it does not. */
function rankOf(name: string, wanted: string): number {
  if (name.startsWith(wanted)) return 0;
  const key = name.slice(name.indexOf(".") + 1);
  if (key.startsWith(wanted)) return 1;
  if (key.split(/[/._-]/).some((part) => part.startsWith(wanted))) return 2;
  return name.includes(wanted) ? 3 : 9;
}

function numberSuggestions(typing: Typing, facts: readonly ColumnFacts[]): Suggestion[] {
  const range = rangeOf(facts.find((one) => one.name === typing.key));
  if (!range || typing.part) return [];
  const middle = (range.low + range.high) / 2;
  return [
    { text: plain(range.low), detail: "lowest" },
    { text: plain(middle), detail: "middle" },
    { text: plain(range.high), detail: "highest" },
  ];
}

function plain(value: number): string {
  return formatNumber(value).replace("−", "-").replace("e−", "e-");
}

function matching(words: readonly string[], part: string): string[] {
  return words.filter((one) => one.startsWith(part.toUpperCase()));
}

/** What to ask for when the values of a text column are wanted. */
export function valueQuestion(typing: Typing, base: Pick<GetFacet, "experiment_ids" | "run_view_type">): GetFacet | null {
  if (!typing.key || kindOf(typing.key) === ("datasets" as string)) return null;
  return { ...base, column: typing.key, prefix: typing.part.replace(/^['"]/, "").replace(/['"]$/, "").replaceAll("''", "'"), max_values: 40, max_bins: 0 };
}

/** A facet's values as suggestions. */
export function valueSuggestions(facet: Facet): Suggestion[] {
  return (facet.values ?? []).flatMap((value, at) =>
    value === null ? [] : [{ text: typeof value === "number" ? String(value) : quoteText(value), detail: grouped(facet.counts?.[at] ?? 0) }],
  );
}
