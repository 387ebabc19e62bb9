/** What the brushes of parallel coordinates keep, in words, and the way to make a filter of it. */

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
