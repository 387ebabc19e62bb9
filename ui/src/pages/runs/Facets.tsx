/** Facets: what some columns hold over all matches; a press on a value or a part of a histogram narrows the filter. */

import { type Signal, useSignal } from "@preact/signals";
import type { Facet } from "@schema/calls";
import { useEffect } from "preact/hooks";
import { asNumber } from "../../api/numbers";
import { call } from "../../api/call";
import { IconButton } from "../../components/Button";
import { SearchInput } from "../../components/fields";
import { Icon } from "../../components/icons";
import { statusWord } from "../../components/StatusDot";
import { formatDuration, formatTime, grouped } from "../../lib/format";
import { useLoad } from "../../lib/load";
import { ATTRIBUTES, keyOf, kindOf, labelOf, NAME } from "./columns";
import { asFilter, isPlain, keyText, oneOf, saidOf, setClauses } from "./filter";
import { formatNumber } from "./format";
import { Histogram } from "./Histogram";
import type { Table } from "./useTable";
import "./facets.css";

/** So many facets are there unless somebody adds some. */
const FIRST = 10;

/** The panel at the left; `asked` names a column whose facet is to be opened. */
export function Facets({ table, asked }: { table: Table; asked: Signal<string> }) {
  const text = useSignal("");
  const added = useSignal<readonly string[]>([]);
  const opened = useSignal<ReadonlySet<string>>(new Set(["attributes.status"]));
  useEffect(() => {
    const id = asked.value;
    if (!id) return;
    asked.value = "";
    if (!added.peek().includes(id)) added.value = [id, ...added.peek()];
    opened.value = new Set([...opened.peek(), id]);
  }, [asked.value]);
  useEffect(() => {
    if (text.value) table.findAll();
  }, [text.value !== ""]);
  const usual = usualFacets(table);
  const wanted = text.value.trim().toLowerCase();
  const ids = wanted ? findFacets(table, wanted) : [...added.value, ...usual.filter((id) => !added.value.includes(id))];
  return (
    <aside class="facets" aria-label="Facets">
      <div class="facets-head">
        <SearchInput
          label="Find a column to filter by"
          placeholder="Find a column"
          value={text.value}
          onInput={(value) => {
            text.value = value;
          }}
        />
        <IconButton small icon="close" label="Hide the facets" onClick={() => table.change({ facets: false })} />
      </div>
      {ids.map((id) => (
        <section key={id} class="facet">
          <button
            type="button"
            class="facet-head"
            aria-expanded={opened.value.has(id)}
            onClick={() => {
              const now = new Set(opened.peek());
              if (!now.delete(id)) now.add(id);
              opened.value = now;
            }}
          >
            <Icon name={opened.value.has(id) ? "down" : "right"} size={12} />
            <span class="cut" title={id}>
              {labelOf(id)}
            </span>
            <span class="facet-kind">{ATTRIBUTES[id] ? "" : kindOf(id).slice(0, -1)}</span>
          </button>
          {opened.value.has(id) && <FacetBody table={table} id={id} />}
        </section>
      ))}
      {ids.length === 0 && <p class="quiet facets-none">No column has “{text.value}” in its name.</p>}
    </aside>
  );
}

function usualFacets(table: Table): string[] {
  const shown = table.columns.map((one) => one.id).filter((id) => kindOf(id) !== "attributes");
  const params = shown.filter((id) => kindOf(id) === "params").slice(0, FIRST);
  const metrics = shown.filter((id) => kindOf(id) === "metrics").slice(0, FIRST);
  const tags = shown.filter((id) => kindOf(id) === "tags").slice(0, FIRST);
  return ["attributes.status", "attributes.user_id", ...params, ...tags, ...metrics, "attributes.start_time"];
}

function findFacets(table: Table, wanted: string): string[] {
  const attributes = ["attributes.status", "attributes.user_id", "attributes.start_time", NAME];
  const all = [...attributes, ...table.allFacts.map((one) => one.name)];
  return all.filter((id) => `${id} ${labelOf(id)}`.toLowerCase().includes(wanted)).slice(0, 40);
}

function FacetBody({ table, id }: { table: Table; id: string }) {
  const { filter } = table.state;
  // What the filter says of this column itself is left out, so that more of its values can be added.
  const typed = isPlain(filter) ? asFilter(filter) : filter;
  const others = setClauses(typed, id, []);
  const rest = table.filter.startsWith(typed) ? others + table.filter.slice(typed.length) : others;
  const asked = rest.replace(/^ AND /, "");
  const base = { experiment_ids: [...table.ids], run_view_type: table.question.run_view_type ?? "ACTIVE_ONLY" };
  const facet = useLoad((given) => call("GetFacet", { ...base, column: id, filter: asked, max_values: 50, max_bins: 24 }, given), [id, asked, base.run_view_type], { keep: true });
  const data = facet.data.value;
  if (facet.error.value && !data) return <p class="facet-note">{String((facet.error.value as Error).message)}</p>;
  if (!data) return <p class="facet-note quiet">Counting…</p>;
  const numeric = (data.bins?.length ?? 0) > 0 && (kindOf(id) !== "params" || (data.edges?.length ?? 0) > 1);
  const few = kindOf(id) === "params" && (data.values?.length ?? 0) <= 12;
  return numeric && !few ? <Numbers table={table} id={id} facet={data} /> : <Texts table={table} id={id} facet={data} />;
}

function Texts({ table, id, facet }: { table: Table; id: string; facet: Facet }) {
  const said = saidOf(table.state.filter, id);
  const values = facet.values ?? [];
  const counts = facet.counts ?? [];
  const most = Math.max(1, ...counts);
  const set = (value: string) => {
    const next = said.values.includes(value) ? said.values.filter((one) => one !== value) : [...said.values, value];
    table.change({ filter: setClauses(table.state.filter, id, oneOf(id, next)) });
  };
  const listed = values.map((value, at) => ({ value, count: counts[at] ?? 0 })).filter((one) => one.value !== null);
  if (listed.length === 0) return <p class="facet-note quiet">No run has a value.</p>;
  return (
    <ul class="facet-values">
      {listed.map(({ value, count }) => {
        const text = String(value);
        const on = said.values.includes(text);
        return (
          <li key={text}>
            <label class={on ? "on" : ""}>
              <input type="checkbox" checked={on} onChange={() => set(text)} />
              <span class="facet-bar" style={{ width: `${(100 * count) / most}%` }} />
              <span class="facet-text cut" title={text}>
                {id === "attributes.status" ? statusWord(text) : text || "(empty)"}
              </span>
              <span class="facet-count">{grouped(count)}</span>
            </label>
          </li>
        );
      })}
      {Boolean(facet.missing) && <li class="facet-note quiet">{grouped(facet.missing ?? 0)} without it</li>}
    </ul>
  );
}

function Numbers({ table, id, facet }: { table: Table; id: string; facet: Facet }) {
  const said = saidOf(table.state.filter, id);
  const format = (value: number) =>
    id === "attributes.start_time" || id === "attributes.end_time"
      ? formatTime(value).slice(0, 16)
      : id === "attributes.duration"
        ? formatDuration(value)
        : formatNumber(value, range);
  const borders = (facet.edges ?? []).map(asNumber);
  const range = { low: borders[0] ?? 0, high: borders[borders.length - 1] ?? 0 };
  const set = (low: number | null, high: number | null) => {
    const name = keyText(id);
    const clauses = [];
    if (low !== null) clauses.push(`${name} >= ${plain(low, id)}`);
    if (high !== null) clauses.push(`${name} <= ${plain(high, id)}`);
    table.change({ filter: setClauses(table.state.filter, id, clauses) });
  };
  return (
    <div class="facet-numbers">
      <Histogram
        label={`${keyOf(id)}: drag to choose a range`}
        edges={borders}
        bins={facet.bins ?? []}
        low={said.low}
        high={said.high}
        format={format}
        onRange={set}
      />
      <div class="facet-ends">
        <span>{format(said.low ?? range.low)}</span>
        {(said.low !== null || said.high !== null) && (
          <button type="button" class="facet-clear" onClick={() => set(null, null)}>
            clear
          </button>
        )}
        <span>{format(said.high ?? range.high)}</span>
      </div>
      {Boolean(facet.missing || facet.odd) && (
        <p class="facet-note quiet">
          {facet.missing ? `${grouped(facet.missing)} without it` : ""}
          {facet.missing && facet.odd ? ", " : ""}
          {facet.odd ? `${grouped(facet.odd)} NaN or infinite` : ""}
        </p>
      )}
    </div>
  );
}

/** A bound as a filter writes it: short, but not so short that the border itself falls out. */
function plain(value: number, id: string): string {
  return kindOf(id) === "attributes" ? String(Math.round(value)) : String(Number(value.toPrecision(6)));
}
