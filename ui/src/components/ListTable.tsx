/** A table for lists up to some ten thousand rows that are on the page already: only the rows in view are drawn. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./icons";
import "./listtable.css";

/** One column of a table. */
export interface Column<R> {
  id: string;
  label: string;
  /** What stands in the head when the label is only read. */
  head?: ComponentChildren;
  /** A track of a CSS grid: "minmax(200px, 2fr)", "90px". */
  width: string;
  /** A second line of the head, e.g. the dataset of a metric. */
  detail?: string;
  /** What pointing at the head shows. */
  tip?: string;
  align?: "end" | "center";
  /** A press on the head orders by it; which way first. */
  sort?: "up" | "down";
  cell: (row: R, index: number) => ComponentChildren;
}

/** What a table is ordered by. */
export interface Order {
  id: string;
  down: boolean;
}

/** Where a row is in a tree. */
export interface TreeRow {
  depth: number;
  /** Undefined for a row without children. */
  opened?: boolean | undefined;
}

interface ListTableProps<R> {
  label: string;
  rows: readonly R[];
  columns: readonly Column<R>[];
  keyOf: (row: R) => string;
  order?: Order;
  onOrder?: (order: Order) => void;
  rowHeight?: number;
  isSelected?: (row: R) => boolean;
  /** Makes the rows those of a tree. */
  tree?: (row: R) => TreeRow;
  /** The row that the keys move; it takes the focus when it changes. */
  cursor?: number | undefined;
  onContextMenu?: (row: R, at: { x: number; y: number }) => void;
  /** What stands below the head when there are no rows. */
  empty?: ComponentChildren;
  /** Called when the last rows that are here come near the screen: more may be fetched. */
  onEnd?: () => void;
  /** As high as its rows, in a page that scrolls, instead of as high as its place. */
  short?: boolean;
}

const spare = 6;
/** So many rows before the last one it is called near. */
const ahead = 100;

/** The table; its rows are of one height. */
export function ListTable<R>(props: ListTableProps<R>) {
  const { label, rows, columns, keyOf, rowHeight = 30, tree, cursor, short = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useSignal({ from: 0, to: 40 });
  const measure = () => {
    const element = box.current;
    if (!element) return;
    const from = Math.max(0, Math.floor(element.scrollTop / rowHeight) - spare);
    const to = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + spare;
    if (from !== view.peek().from || to !== view.peek().to) view.value = { from, to };
  };
  useLayoutEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, [rowHeight]);
  useEffect(() => {
    const element = box.current;
    if (cursor === undefined || !element) return;
    const top = cursor * rowHeight;
    const head = rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight + head > element.scrollTop + element.clientHeight) element.scrollTop = top + rowHeight + head - element.clientHeight;
    measure();
    requestAnimationFrame(() => {
      element.querySelector<HTMLElement>(`[data-row="${cursor}"] :is(a, button)[data-main]`)?.focus({ preventScroll: true });
    });
  }, [cursor]);
  const { to } = view.value;
  useEffect(() => {
    if (to + ahead >= rows.length) props.onEnd?.();
  }, [to, rows]);
  // What had the focus may go with its row: the keyboard goes on from the table then, not from the top of the page.
  const inside = useRef(false);
  useEffect(() => {
    const moved = (event: FocusEvent) => {
      inside.current = box.current?.contains(event.target as Node) ?? false;
    };
    document.addEventListener("focusin", moved);
    return () => document.removeEventListener("focusin", moved);
  }, []);
  useEffect(() => {
    if (inside.current && document.activeElement === document.body) box.current?.focus({ preventScroll: true });
  }, [rows]);
  // While the list is scrolled, rows that were in view already are not drawn again.
  const known = useRef(new Map<string, Drawn<R>>());
  const before = known.current;
  known.current = new Map();
  const drawn = (row: R, index: number) => {
    const key = keyOf(row);
    const selected = props.isSelected?.(row) ?? false;
    const old = before.get(key);
    const now: Omit<Drawn<R>, "node"> = { row, index, columns, selected, cursor: index === cursor, height: rowHeight };
    const same = old && old.row === row && old.index === index && old.columns === columns && old.selected === selected;
    const kept = same && old.cursor === now.cursor && old.height === rowHeight;
    const node = kept ? old.node : <Row key={key} {...now} place={tree?.(row)} onContextMenu={props.onContextMenu} />;
    known.current.set(key, { ...now, node });
    return node;
  };
  const shown = rows.slice(view.value.from, view.value.to);
  const headHeight = columns.some((column) => column.detail) ? 40 : rowHeight;
  const tracks = columns.map((column) => column.width).join(" ");
  return (
    <div
      ref={box}
      class={`list-table ${short ? "short" : ""}`}
      role={tree ? "treegrid" : "table"}
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      tabIndex={tree ? -1 : 0}
      onScroll={measure}
    >
      <div class="list-table-in" style={{ "--tracks": tracks, "--row-height": `${rowHeight}px`, "--head-height": `${headHeight}px` }}>
        <div role="rowgroup" class="list-head-group">
          <div class="list-row list-head" role="row" aria-rowindex={1}>
            {columns.map((column) => (
              <Head key={column.id} column={column} {...(props.order ? { order: props.order } : {})} {...(props.onOrder ? { onOrder: props.onOrder } : {})} />
            ))}
          </div>
        </div>
        {rows.length === 0 && (
          <div role="rowgroup">
            <div role="row">
              <div role={tree ? "gridcell" : "cell"} aria-colspan={columns.length}>
                {props.empty}
              </div>
            </div>
          </div>
        )}
        {rows.length > 0 && (
          <div role="rowgroup" class="list-body" style={{ height: `${rows.length * rowHeight}px` }}>
            {shown.map((row, offset) => drawn(row, view.value.from + offset))}
          </div>
        )}
      </div>
    </div>
  );
}

interface Drawn<R> {
  row: R;
  index: number;
  columns: readonly Column<R>[];
  selected: boolean;
  cursor: boolean;
  height: number;
  node: ComponentChildren;
}

type RowProps<R> = Omit<Drawn<R>, "node"> & {
  place: TreeRow | undefined;
  onContextMenu: ListTableProps<R>["onContextMenu"];
};

function Row<R>({ row, index, columns, selected, cursor, height, place, onContextMenu }: RowProps<R>) {
  return (
    <div
      class={`list-row ${selected ? "selected" : ""} ${cursor ? "cursor" : ""}`}
      role="row"
      data-row={index}
      aria-rowindex={index + 2}
      aria-selected={place ? selected : undefined}
      aria-level={place ? place.depth + 1 : undefined}
      aria-expanded={place?.opened}
      style={{ top: `${index * height}px` }}
      onContextMenu={(event) => {
        if (!onContextMenu || getSelection()?.toString()) return;
        event.preventDefault();
        onContextMenu(row, { x: event.clientX, y: event.clientY });
      }}
    >
      {columns.map((column) => (
        <div key={column.id} role={place ? "gridcell" : "cell"} class={`list-cell ${column.align ?? ""} column-${column.id}`}>
          {column.cell(row, index)}
        </div>
      ))}
    </div>
  );
}

function Head<R>({ column, order, onOrder }: { column: Column<R>; order?: Order; onOrder?: (order: Order) => void }) {
  const mine = order?.id === column.id;
  if (!column.sort || !onOrder) {
    return (
      <div role="columnheader" class={`list-cell ${column.align ?? ""}`}>
        {column.head ?? <HeadText column={column} />}
      </div>
    );
  }
  const down = mine ? order.down : false;
  return (
    <div role="columnheader" class={`list-cell ${column.align ?? ""}`} aria-sort={mine ? (down ? "descending" : "ascending") : "none"}>
      <button
        type="button"
        class="list-sort"
        onClick={() => onOrder({ id: column.id, down: mine ? !order.down : column.sort === "down" })}
      >
        <HeadText column={column} />
        {mine && <Icon name={down ? "arrowDown" : "arrowUp"} size={12} />}
      </button>
    </div>
  );
}

function HeadText({ column }: { column: Pick<Column<unknown>, "label" | "detail" | "tip"> }) {
  return (
    <span class="list-head-text" data-tip={column.tip}>
      <span class="cut">{column.label}</span>
      {column.detail && <span class="cut list-head-detail">{column.detail}</span>}
    </span>
  );
}
