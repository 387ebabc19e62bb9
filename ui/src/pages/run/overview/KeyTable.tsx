/** Thousands of keys with their values: a table with a search, of which only the rows in view are drawn. */

import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { SearchInput } from "../../../components/fields";
import { Rows } from "../../../components/Rows";
import { Panel } from "./Panel";

const ROW = 26;
const MOST_ROWS = 18;
const SEARCH_FROM = 8;

/** A column: its head, its cells, and how it is set. */
export interface KeyColumn<T> {
  title: string;
  cell: (row: T) => ComponentChildren;
  number?: boolean;
  /** The head is only heard, not seen. */
  hidden?: boolean;
}

interface KeyTableProps<T> {
  title: string;
  rows: readonly T[];
  keyOf: (row: T) => string;
  /** What else than the key the search looks through. */
  textOf?: (row: T) => string;
  columns: readonly KeyColumn<T>[];
  /** The widths of the columns, as CSS grid tracks. */
  tracks: string;
  /** The sentence for an empty table. */
  empty: string;
  tools?: ComponentChildren;
}

/** The table; rows with the same key may occur once only. */
export function KeyTable<T>({ title, rows, keyOf, textOf, columns, tracks, empty, tools }: KeyTableProps<T>) {
  const [wanted, setWanted] = useState("");
  const shown = useMemo(() => {
    const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return rows;
    return rows.filter((row) => {
      const text = `${keyOf(row)} ${textOf?.(row) ?? ""}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }, [rows, wanted]);
  const height = Math.min(Math.max(shown.length, 1), MOST_ROWS) * ROW;
  return (
    <Panel
      title={title}
      count={rows.length}
      tools={
        <>
          {wanted && (
            <span class="quiet" role="status">
              {shown.length.toLocaleString("en-US")} found
            </span>
          )}
          {rows.length >= SEARCH_FROM && <SearchInput label={`Search ${title.toLowerCase()}`} placeholder="Search" value={wanted} onInput={setWanted} />}
          {tools}
        </>
      }
    >
      {rows.length === 0 ? (
        <p class="quiet panel-empty">{empty}</p>
      ) : (
        <div class="key-table" style={{ height: `${height + ROW + 1}px` }}>
          <Rows
            count={shown.length}
            height={ROW}
            role="table"
            label={title}
            headHeight={ROW}
            attributes={{ "aria-rowcount": shown.length + 1 }}
            head={
              <div class="key-head" role="rowgroup">
                <div role="row" aria-rowindex={1} class="key-row" style={{ gridTemplateColumns: tracks }}>
                  {columns.map((column) => (
                    <span key={column.title} role="columnheader" class={column.number ? "number" : ""}>
                      {column.hidden ? <span class="hidden-visually">{column.title}</span> : column.title}
                    </span>
                  ))}
                </div>
              </div>
            }
            render={(index) => {
              const row = shown[index];
              return (
                row !== undefined && (
                  <div class="key-row" role="row" aria-rowindex={index + 2} style={{ gridTemplateColumns: tracks }}>
                    {columns.map((column, at) => (
                      <span key={column.title} role={at === 0 ? "rowheader" : "cell"} class={column.number ? "number" : ""}>
                        {column.cell(row)}
                      </span>
                    ))}
                  </div>
                )
              );
            }}
          />
        </div>
      )}
    </Panel>
  );
}
