/** What the brushes of parallel coordinates keep, in words, and the way to make a filter of it. */

import { askText } from "../../components/ask";
import { Button } from "../../components/Button";
import { Tag } from "../../components/Tag";
import { short } from "../../charts/numbers";
import type { Brush } from "../../charts/Parallel";
import { type Scale, scaleOf } from "../../charts/scale";
import type { Column } from "../../charts/Scatter";
import { go, href, place, setQuery } from "../../lib/route";

interface BrushesProps {
  /** The axes; `column` is the column's name with its kind. */
  columns: readonly (Column & { column: string })[];
  brushes: ReadonlyMap<string, Brush>;
  onBrush: (column: string, brush: Brush | null) => void;
  experimentIds: readonly string[];
}

/** The row below the axes. */
export function Brushes({ columns, brushes, onBrush, experimentIds }: BrushesProps) {
  const set = columns.flatMap((column) => {
    const brush = brushes.get(column.name);
    return brush ? [{ column, brush, scale: scaleOf(column.values) }] : [];
  });
  const use = () => {
    const text = set.flatMap(({ column, brush, scale }) => condition(column.column, brush, scale)).join(" AND ");
    const { path, query } = place.peek();
    const onRuns = /^\/(experiments\/|compare-experiments)/.test(path);
    const before = onRuns ? (query.get("searchFilter") ?? "") : "";
    const filter = before ? `${/\bOR\b/i.test(before) ? `(${before})` : before} AND ${text}` : text;
    if (onRuns) setQuery({ searchFilter: filter });
    else if (experimentIds.length === 1) go(href(`/experiments/${experimentIds[0]}/runs`, { searchFilter: filter }));
    else go(href("/compare-experiments/s", { experiments: JSON.stringify(experimentIds), searchFilter: filter }));
    for (const { column } of set) onBrush(column.name, null);
  };
  return (
    <div class="brushes">
      {set.map(({ column, brush, scale }) => (
        <Tag key={column.name} name={column.name} value={words(brush, scale)} onRemove={() => onBrush(column.name, null)} />
      ))}
      <Button small icon="filter" onClick={use}>
        Use as filter
      </Button>
    </div>
  );
}

/** The conditions of a filter that keep what a brush keeps. */
export function condition(column: string, [low, high]: Brush, scale: Scale): string[] {
  const cut = column.indexOf(".");
  const key = column.slice(cut + 1);
  const name = /^\w+$/.test(key) ? column : `${column.slice(0, cut)}.\`${key}\``;
  if (scale.kind === "words") {
    const kept = scale.words.filter((_, i) => (i + 0.5) / scale.words.length >= low && (i + 0.5) / scale.words.length <= high);
    if (kept.length === 1) return [`${name} = ${quoted(kept[0] as string)}`];
    return [`${name} IN (${kept.map(quoted).join(", ")})`];
  }
  const conditions: string[] = [];
  if (low > 0) conditions.push(`${name} >= ${rounded(scale.value(low))}`);
  if (high < 1) conditions.push(`${name} <= ${rounded(scale.value(high))}`);
  return conditions;
}

function words([low, high]: Brush, scale: Scale): string {
  if (scale.kind === "words") {
    return scale.words.filter((_, i) => (i + 0.5) / scale.words.length >= low && (i + 0.5) / scale.words.length <= high).join(", ") || "nothing";
  }
  return `${short(scale.value(low))} … ${short(scale.value(high))}`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(5)));
}

function quoted(text: string): string {
  return text.includes("'") ? `"${text}"` : `'${text}'`;
}

/** The brush that a text means: `0.1 … 0.5`, `> 3`, or words with commas between them; null for nonsense. */
export function brushOf(text: string, scale: Scale): Brush | null {
  if (scale.kind === "words") {
    const wanted = text.split(",").map((word) => scale.words.indexOf(word.trim())).filter((i) => i >= 0);
    if (!wanted.length) return null;
    return [Math.min(...wanted) / scale.words.length, (Math.max(...wanted) + 1) / scale.words.length];
  }
  const half = /^([<>])=?\s*(\S+)$/.exec(text.trim());
  if (half) {
    const place = scale.at(half[2] as string);
    if (Number.isNaN(place)) return null;
    return half[1] === ">" ? [Math.max(0, place), 1] : [0, Math.min(1, place)];
  }
  const ends = text.split(/…|\.\.+|\bto\b/).map((part) => scale.at(part.trim() === "" ? null : part.trim()));
  const [low, high] = ends;
  if (ends.length !== 2 || low === undefined || high === undefined || !(low <= high)) return null;
  return [Math.max(0, low), Math.min(1, high)];
}

/** Ask for the part of an axis to keep, in words: the way without a mouse. */
export async function askBrush(column: Column, onBrush: (brush: Brush) => void): Promise<void> {
  const scale = scaleOf(column.values);
  const text = await askText({
    title: `Keep a part of ${column.name}`,
    label: scale.kind === "words" ? `Values, with commas between them: ${scale.words.slice(0, 8).join(", ")}` : "From … to, e.g. 0.1 … 0.5, or > 0.5",
    action: "Keep",
    value: scale.kind === "words" ? (scale.words[0] ?? "") : `${short(scale.value(0))} … ${short(scale.value(1))}`,
    check: (value) => (brushOf(value, scale) ? "" : "This is no part of the axis."),
  });
  const brush = text === null ? null : brushOf(text, scale);
  if (brush) onBrush(brush);
}
