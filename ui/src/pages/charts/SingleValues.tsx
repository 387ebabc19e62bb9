/** Metrics that were logged once per run: a table of numbers with small bars, not a chart for each. */

import { useSignal } from "@preact/signals";
import { hovered } from "../../charts/shared";
import { exact } from "../../charts/numbers";
import { Button } from "../../components/Button";
import { Icon } from "../../components/icons";
import { Loaded } from "../../components/Loaded";
import { useLoad } from "../../lib/load";
import { runTable, type RunTable, type Search } from "./data";
import type { ChartRun } from "./lines";

interface SingleValuesProps {
  search: Search;
  runIds: readonly string[];
  runs: ReadonlyMap<string, ChartRun>;
  keys: readonly string[];
  version: number;
  open: boolean;
  onToggle: () => void;
}

const COLUMNS = 8;
const ROWS = 25;

/** The section of single values. */
export function SingleValues({ open, onToggle, keys, ...rest }: SingleValuesProps) {
  return (
    <section class="chart-section">
      <h2 class="chart-section-head">
        <button type="button" aria-expanded={open} onClick={onToggle}>
          <Icon name={open ? "down" : "right"} size={12} />
          Single values
          <span class="quiet">{keys.length.toLocaleString("en-US")}</span>
        </button>
      </h2>
      {open && <Values keys={keys} {...rest} />}
    </section>
  );
}

function Values({ search, runIds, runs, keys, version }: Omit<SingleValuesProps, "open" | "onToggle">) {
  const from = useSignal(0);
  const rows = useSignal(ROWS);
  const sort = useSignal<{ key: string; down: boolean } | null>(null);
  const shown = keys.slice(from.value, from.value + COLUMNS);
  const load = useLoad(
    (signal) => runTable(search, runIds, shown.map((key) => `metrics.${key}`), runIds.length, signal),
    [search, runIds.join(), shown.join("\n"), version],
    { keep: true },
  );
  return (
    <Loaded load={load} what="The values could not be loaded.">
      {(table) => {
        const order = sorted(table, sort.value);
        return (
          <>
            <div class="single-values" tabIndex={0} role="region" aria-label="Single values">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Run</th>
                    {shown.map((key) => (
                      <th
                        key={key}
                        scope="col"
                        aria-sort={sort.value?.key === key ? (sort.value.down ? "descending" : "ascending") : "none"}
                      >
                        <button
                          type="button"
                          onClick={() => (sort.value = { key, down: sort.value?.key === key ? !sort.value.down : true })}
                        >
                          {key}
                          {sort.value?.key === key && <Icon name={sort.value.down ? "arrowDown" : "arrowUp"} size={11} />}
                        </button>
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {order.slice(0, rows.value).map((i) => {
                    const run = runs.get(table.ids[i] as string);
                    if (!run) return null;
                    return (
                      <tr key={run.id} class={hovered.value === run.id ? "on" : ""} onMouseEnter={() => (hovered.value = run.id)} onMouseLeave={() => (hovered.value = null)}>
                        <th scope="row">
                          <span class="swatch" style={{ background: run.colour }} />
                          {run.name}
                        </th>
                        {shown.map((key) => (
                          <Cell key={key} values={(table.columns.get(`metrics.${key}`) ?? []) as (number | null)[]} at={i} colour={run.colour} />
                        ))}
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </div>
            <p class="chart-more">
              {order.length > rows.value && (
                <Button small onClick={() => (rows.value += 100)}>
                  Show more runs
                </Button>
              )}
              {keys.length > COLUMNS && (
                <>
                  <Button small icon="left" disabled={from.value === 0} onClick={() => (from.value -= COLUMNS)}>
                    Metrics before
                  </Button>
                  <Button small icon="right" disabled={from.value + COLUMNS >= keys.length} onClick={() => (from.value += COLUMNS)}>
                    Metrics after
                  </Button>
                  <span class="quiet">
                    {from.value + 1}–{Math.min(keys.length, from.value + COLUMNS)} of {keys.length.toLocaleString("en-US")}
                  </span>
                </>
              )}
            </p>
          </>
        );
      }}
    </Loaded>
  );
}

function sorted(table: RunTable, sort: { key: string; down: boolean } | null): number[] {
  const order = table.ids.map((_, i) => i);
  if (!sort) return order;
  const list = table.columns.get(`metrics.${sort.key}`) ?? [];
  const rank = (i: number) => {
    const value = list[i];
    return typeof value === "number" && !Number.isNaN(value) ? (sort.down ? -value : value) : Infinity;
  };
  return order.sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

function Cell({ values, at, colour }: { values: readonly (number | null)[]; at: number; colour: string }) {
  const value = values[at];
  if (value === null || value === undefined) return <td class="quiet">–</td>;
  let low = 0;
  let high = 0;
  for (const one of values) {
    if (one === null || !Number.isFinite(one)) continue;
    low = Math.min(low, one);
    high = Math.max(high, one);
  }
  const span = high - low || 1;
  const [from, to] = [(Math.min(0, value) - low) / span, (Math.max(0, value) - low) / span];
  return (
    <td>
      <span class="single-bar" aria-hidden="true">
        {Number.isFinite(value) && <span style={{ marginLeft: `${from * 100}%`, width: `${Math.max(1, (to - from) * 100)}%`, background: colour }} />}
      </span>
      <span class="single-number">{exact(value)}</span>
    </td>
  );
}
