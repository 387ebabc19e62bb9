/** A table of plain values, drawn only where it is in view, sorted by a press on a head. */

import { useMemo, useRef, useState } from "preact/hooks";
import { copyText } from "./CopyButton";
import { Rows } from "./Rows";
import { shownText, type Sorted, sortedOrder, textOf, widthsOf } from "../lib/tableOrder";
import { toast } from "../lib/toasts";
import "./valuetable.css";

const ROW = 24;
const HEAD = 28;

/** What a table shows: its heads, how many rows, and the value of a cell. */
export interface ValueTableProps {
  label: string;
  head: readonly string[];
  rows: number;
  cell: (row: number, column: number) => unknown;
  /** Called when rows come into view, where not all cells are there yet. */
  onWindow?: (from: number, to: number) => void;
  /** Sorting needs all cells; a table that has them not cannot be sorted. */
  sortable?: boolean;
  /** Changes when cells came that were not there before. */
  stamp?: unknown;
  wanted?: string;
}

/** The table. Arrows walk its cells, Ctrl+C copies one. */
export function ValueTable({ label, head, rows, cell, onWindow, sortable = true, wanted = "" }: ValueTableProps) {
  const [sorted, setSorted] = useState<Sorted | null>(null);
  const [left, setLeft] = useState(0);
  const [view, setView] = useState(1200);
  const [at, setAt] = useState({ row: 0, column: 0 });
  const resized = useRef(new Map<number, number>());
  const [, redraw] = useState(0);
  const order = useMemo(() => {
    const kept = wanted ? matching(rows, head.length, cell, wanted) : null;
    return sorted || kept ? sortedOrder(rows, sorted, (row) => cell(row, sorted?.column ?? 0), kept) : null;
  }, [rows, sorted, cell, wanted]);
  const shownRows = order ? order.length : rows;
  // Where rows come later, what their columns need is known with the first of them.
  const guessed = useMemo(() => widthsOf(head, rows, cell), [head, rows > 0 && cell(0, 0) !== undefined]);
  const numbers = Math.max(48, 16 + 8 * String(rows).length);
  const widths = guessed.map((width, column) => resized.current.get(column) ?? width);
  const starts: number[] = [];
  let whole = numbers;
  for (const width of widths) {
    starts.push(whole);
    whole += width;
  }
  const first = Math.max(0, starts.findIndex((start, column) => start + (widths[column] ?? 0) > left + numbers));
  let last = first;
  while (last < head.length && (starts[last] ?? 0) < left + view) last++;
  const columns = Array.from({ length: last - first }, (_, index) => first + index);
  const real = (row: number) => order?.[row] ?? row;

  const walk = (event: KeyboardEvent) => {
    const step = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [20, 0], PageUp: [-20, 0] }[event.key];
    if (event.key === "Home" || event.key === "End") {
      setAt({ row: event.key === "Home" ? 0 : shownRows - 1, column: at.column });
    } else if (step) {
      const column = Math.max(0, Math.min(head.length - 1, at.column + (step[1] ?? 0)));
      setAt({ row: Math.max(0, Math.min(shownRows - 1, at.row + (step[0] ?? 0))), column });
      const box = event.currentTarget as HTMLElement;
      const start = starts[column] ?? 0;
      if (start < box.scrollLeft + numbers) box.scrollLeft = start - numbers;
      else if (start + (widths[column] ?? 0) > box.scrollLeft + box.clientWidth) box.scrollLeft = start + (widths[column] ?? 0) - box.clientWidth;
    } else if (event.key === "c" && (event.ctrlKey || event.metaKey) && !getSelection()?.toString()) {
      void copyText(textOf(cell(real(at.row), at.column))).then((done) => done && toast("Copied the cell."));
    } else return;
    event.preventDefault();
  };
  const sort = (column: number) => {
    const next = sorted?.column !== column ? { column, down: false } : sorted.down ? null : { column, down: true };
    setSorted(next);
  };
  const resize = (event: PointerEvent, column: number) => {
    const handle = event.currentTarget as HTMLElement;
    const start = event.clientX - (widths[column] ?? 0);
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = (move) => {
      resized.current.set(column, Math.max(40, move.clientX - start));
      redraw((count) => count + 1);
    };
    handle.onpointerup = () => {
      handle.onpointermove = null;
    };
  };

  const heads = (
    <div class="sheet-head" role="rowgroup" style={{ width: `${whole}px`, height: `${HEAD}px` }}>
      <div role="row" aria-rowindex={1}>
        <div class="sheet-number" role="columnheader" aria-colindex={1} style={{ width: `${numbers}px` }}>
          <span class="hidden-visually">Row</span>
        </div>
        {columns.map((column) => {
          const mine = sorted?.column === column ? sorted : null;
          return (
            <div
              key={column}
              class="sheet-cell"
              role="columnheader"
              aria-colindex={column + 2}
              aria-sort={mine ? (mine.down ? "descending" : "ascending") : "none"}
              style={{ left: `${starts[column]}px`, width: `${widths[column]}px` }}
            >
              {sortable ? (
                <button type="button" onClick={() => sort(column)} data-tip={head[column]}>
                  <span>{head[column]}</span>
                  {mine && <span aria-hidden="true">{mine.down ? "↓" : "↑"}</span>}
                </button>
              ) : (
                <span class="sheet-title">{head[column]}</span>
              )}
              <span class="sheet-resize" onPointerDown={(event) => resize(event, column)} />
            </div>
          );
        })}
      </div>
    </div>
  );
  return (
    <Rows
      count={shownRows}
      height={ROW}
      role="grid"
      label={label}
      class="sheet-table"
      head={heads}
      headHeight={HEAD}
      width={whole}
      attributes={{ "aria-rowcount": shownRows + 1, "aria-colcount": head.length + 1, "aria-activedescendant": `sheet-cell-${at.row}-${at.column}` }}
      onKeyDown={walk}
      onScroll={(box) => {
        setLeft(box.scrollLeft);
      }}
      onWidth={setView}
      reveal={{ index: at.row, stamp: at }}
      {...(onWindow ? { onWindow } : {})}
      render={(row) => (
        <div class={`sheet-row ${row % 2 ? "odd" : ""}`} role="row" aria-rowindex={row + 2}>
          <div class="sheet-number" role="rowheader" aria-colindex={1} style={{ width: `${numbers}px` }}>
            {real(row) + 1}
          </div>
          {columns.map((column) => (
            <Cell
              key={column}
              id={`sheet-cell-${row}-${column}`}
              column={column}
              value={cell(real(row), column)}
              left={starts[column] ?? 0}
              width={widths[column] ?? 0}
              current={at.row === row && at.column === column}
              choose={() => setAt({ row, column })}
            />
          ))}
        </div>
      )}
    />
  );
}

interface CellProps {
  id: string;
  column: number;
  value: unknown;
  left: number;
  width: number;
  current: boolean;
  choose: () => void;
}

function Cell({ id, column, value, left, width, current, choose }: CellProps) {
  const text = textOf(value);
  const empty = value === null || value === undefined;
  return (
    <div
      id={id}
      class={`sheet-cell ${isNumeric(value) ? "number" : ""} ${current ? "current" : ""} ${empty ? "quiet" : ""}`}
      role="gridcell"
      aria-colindex={column + 2}
      style={{ left: `${left}px`, width: `${width}px` }}
      title={text.length > 12 ? text.slice(0, 2000) : undefined}
      onClick={choose}
    >
      {empty ? "–" : shownText(value).slice(0, 500)}
    </div>
  );
}

function isNumeric(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint" || (typeof value === "string" && value !== "" && !Number.isNaN(Number(value)));
}

function matching(rows: number, columns: number, cell: (row: number, column: number) => unknown, wanted: string): number[] {
  const lower = wanted.toLowerCase();
  const kept: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (textOf(cell(row, column)).toLowerCase().includes(lower)) {
        kept.push(row);
        break;
      }
    }
  }
  return kept;
}

