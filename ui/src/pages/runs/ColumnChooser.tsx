/** Choosing columns: every key that any run has, found by a part of its name. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button } from "../../components/Button";
import { Checkbox, SearchInput } from "../../components/fields";
import { grouped } from "../../lib/format";
import { ATTRIBUTES, type Chosen, insertColumn, kindOf, labelOf, NAME } from "./columns";
import { PopoverButton } from "./PopoverButton";
import type { Table } from "./useTable";
import { VirtualList } from "./VirtualList";

const KINDS = { attributes: "Attributes", metrics: "Metrics", params: "Params", tags: "Tags" } as const;

interface Entry {
  id: string;
  runs: number | null;
  heading?: string;
}

/** The button with the list behind it. */
export function ColumnChooser({ table }: { table: Table }) {
  return (
    <PopoverButton icon="columns" label="Columns" title="Choose columns">
      {() => <Chooser table={table} />}
    </PopoverButton>
  );
}

function Chooser({ table }: { table: Table }) {
  const text = useSignal("");
  const { columns, state, change } = table;
  useEffect(table.findAll, []);
  const shown = new Set(columns.map((one) => one.id));
  const found = entries(table, text.value);
  const keys = found.filter((one) => !one.heading);
  const set = (id: string, on: boolean) => {
    const next = on ? insertColumn(columns, { id, aggregate: "last" } as Chosen) : columns.filter((one) => one.id !== id);
    change({ columns: next });
  };
  const setAll = (on: boolean) => {
    const ids = keys.map((one) => one.id).filter((id) => id !== NAME);
    let next = columns.filter((one) => !ids.includes(one.id));
    if (on) for (const id of ids.slice(0, 300)) next = insertColumn(next, columns.find((one) => one.id === id) ?? { id, aggregate: "last" });
    change({ columns: next });
  };
  return (
    <div class="chooser">
      <SearchInput
        label="Find a column"
        value={text.value}
        onInput={(value) => {
          text.value = value;
        }}
      />
      <VirtualList items={found} height={Math.min(440, innerHeight - 260)} label="Columns">
        {(entry) =>
          entry.heading ? (
            <div class="chooser-heading">{entry.heading}</div>
          ) : (
            <div class="chooser-item">
              <Checkbox
                label={labelOf(entry.id)}
                checked={shown.has(entry.id)}
                disabled={entry.id === NAME}
                onChange={(on) => set(entry.id, on)}
              />
              {entry.runs !== null && <span class="quiet">{grouped(entry.runs)}</span>}
            </div>
          )
        }
      </VirtualList>
      {keys.length === 0 && <p class="quiet">No column has “{text.value}” in its name.</p>}
      <div class="chooser-foot">
        <Checkbox
          label="Only those that differ"
          checked={state.differing && state.columns === null}
          onChange={(differing) => change({ differing, columns: null })}
        />
        <span class="spring" />
        {text.value && (
          <>
            <Button small onClick={() => setAll(true)}>
              Show all found
            </Button>
            <Button small onClick={() => setAll(false)}>
              Hide them
            </Button>
          </>
        )}
        <Button small disabled={state.columns === null} onClick={() => change({ columns: null })}>
          As at first
        </Button>
      </div>
    </div>
  );
}

function entries(table: Table, text: string): Entry[] {
  const wanted = text.trim().toLowerCase();
  const found: Entry[] = [];
  const all: Record<keyof typeof KINDS, Entry[]> = {
    attributes: Object.keys(ATTRIBUTES).map((id) => ({ id, runs: null })),
    metrics: [],
    params: [],
    tags: [],
  };
  for (const one of table.allFacts) all[kindOf(one.name)]?.push({ id: one.name, runs: one.runs });
  for (const [kind, list] of Object.entries(all)) {
    const some = list.filter(({ id }) => `${id} ${labelOf(id)}`.toLowerCase().includes(wanted));
    if (some.length === 0) continue;
    found.push({ id: `heading:${kind}`, runs: null, heading: `${KINDS[kind as keyof typeof KINDS]} · ${grouped(some.length)}` });
    found.push(...some);
  }
  return found;
}
