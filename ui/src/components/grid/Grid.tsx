/** A table that is virtual on both axes: some tens of rows and columns are in the document, however many there are. */

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { whenIdle } from "../../lib/idle";
import { columnSpan, edges, ROW, rowScale, rowSpan, scrollFor } from "./geometry";
import { Header, HEADER_HEIGHT } from "./Header";
import type { CellView, Cursor, GridColumn, GridWindow } from "./model";
import { Row, type Placed } from "./Row";
import "./grid.css";

/** What a grid shows, and whom it tells. */
export interface GridProps<T> {
  label: string;
  /** How many rows there are; null while nobody knows. */
  rows: number | null;
  columns: GridColumn[];
  /** The row at an index; undefined while it is not there yet. Another object means another look. */
  row: (index: number) => T | undefined;
  /** How a cell looks. Give another function when all cells look different. */
  paint: (row: T, column: GridColumn, index: number) => CellView;
  /** Classes of a row, and whether it is selected. */
  look?: (row: T, index: number) => { class?: string; selected?: boolean };
  /** Grows whenever rows have arrived or changed. */
  version: number;
  /** Changes when the rows are others altogether: the grid goes back to its top. */
  identity: string;
  cursor: Cursor;
  onCursor: (cursor: Cursor) => void;
  onWindow: (shown: GridWindow) => void;
  onSort: (column: string, add: boolean) => void;
  onResize: (column: string, width: number | null) => void;
  onMove: (column: string, before: string | null) => void;
  onMenu: (column: string, anchor: HTMLElement) => void;
  onGroup: (group: string) => void;
  /** Enter on a cell. */
  onOpen: (row: T, index: number, column: string) => void;
  /** Any other key on the grid; true when it was used. */
  onKey?: (event: KeyboardEvent, row: T | undefined, index: number, column: string) => boolean;
  onRowClick?: (event: MouseEvent, row: T, index: number, column: string) => void;
  onCellEdit?: (row: T, column: string, anchor: HTMLElement) => void;
  /** The right button, or the menu key, on a row. */
  onContext?: (row: T, index: number, at: { x: number; y: number }) => void;
  corner?: ComponentChildren;
}

/** How far beyond the sides columns are drawn. */
const SIDE = 220;

/** What is in sight, in pixels. */
interface View {
  top: number;
  left: number;
  width: number;
  height: number;
}

/** The grid itself. */
export function Grid<T>(props: GridProps<T>) {
  const { columns, cursor } = props;
  const rows = props.rows ?? 0;
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>({ top: 0, left: 0, width: innerWidth, height: innerHeight });
  const seen = useRef<(view: View) => string>(() => "");
  // Most scrolls move the document only: nothing is drawn anew until other rows or columns come into sight.
  const measure = useCallback(() => {
    const at = scroller.current;
    if (!at) return;
    const next = { top: at.scrollTop, left: at.scrollLeft, width: at.clientWidth, height: at.clientHeight };
    setView((old) => (seen.current(old) === seen.current(next) ? old : next));
  }, []);
  useLayoutEffect(() => {
    const at = scroller.current;
    if (!at) return;
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(at);
    return () => watch.disconnect();
  }, [measure]);

  const pinned = useMemo(() => columns.filter((one) => one.pinned), [columns]);
  const loose = useMemo(() => columns.filter((one) => !one.pinned), [columns]);
  const pinnedEdges = useMemo(() => edges(pinned.map((one) => one.width)), [pinned]);
  const looseEdges = useMemo(() => edges(loose.map((one) => one.width)), [loose]);
  const pinnedWidth = pinnedEdges[pinnedEdges.length - 1] ?? 0;
  const looseWidth = looseEdges[looseEdges.length - 1] ?? 0;

  const bodyHeight = Math.max(ROW, view.height - HEADER_HEIGHT);
  const scale = rowScale(rows, bodyHeight);
  const { margin, step } = useMargin(rows > 0 && props.row(0) !== undefined);
  const span = rowSpan(rows, view.top, bodyHeight, margin, step);
  const drawnColumns = useRef({ first: 0, end: 0, edges: looseEdges });
  const acrossOf = (at: View) => {
    const right = at.left + at.width - pinnedWidth;
    const last = drawnColumns.current;
    const needed = columnSpan(looseEdges, at.left, right);
    // The columns that are drawn stay as long as they do: each change of them draws every row anew.
    if (last.edges === looseEdges && last.first <= needed.first && last.end >= needed.end) return last;
    return { ...columnSpan(looseEdges, at.left - SIDE, right + SIDE), edges: looseEdges };
  };
  const across = acrossOf(view);
  drawnColumns.current = across;
  seen.current = (at) => {
    const down = rowSpan(rows, at.top, Math.max(ROW, at.height - HEADER_HEIGHT), margin, step);
    const side = acrossOf(at);
    return [down.first, down.end, down.shift.toFixed(1), side.first, side.end, at.width, at.height].join();
  };

  const stuck = useMemo<Placed[]>(
    () => pinned.map((column, at) => ({ column, left: pinnedEdges[at] ?? 0, index: at })),
    [pinned, pinnedEdges],
  );
  const shown = useMemo<Placed[]>(
    () =>
      loose.slice(across.first, across.end).map((column, at) => ({
        column,
        left: pinnedWidth + (looseEdges[across.first + at] ?? 0),
        index: pinned.length + across.first + at,
      })),
    [loose, looseEdges, pinnedWidth, pinned.length, across.first, across.end],
  );

  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [props.identity]);

  // Before the browser paints: what is missing is on its way a frame earlier.
  useLayoutEffect(() => {
    props.onWindow({
      firstRow: span.first,
      endRow: span.end,
      columns: [...stuck, ...shown].map((one) => one.column.id),
    });
  }, [props.onWindow, span.first, span.end, stuck, shown]);

  const reveal = (to: Cursor) => {
    const at = scroller.current;
    if (!at) return;
    if (to.row >= 0) at.scrollTop = scrollFor(to.row, rows, at.scrollTop, bodyHeight);
    const index = to.column - pinned.length;
    if (index >= 0) {
      const left = looseEdges[index] ?? 0;
      const right = looseEdges[index + 1] ?? left;
      if (left < at.scrollLeft) at.scrollLeft = left;
      else if (right > at.scrollLeft + at.clientWidth - pinnedWidth)
        at.scrollLeft = right - at.clientWidth + pinnedWidth;
    }
  };
  const last = useRef(cursor);
  useEffect(() => {
    if (last.current.row !== cursor.row || last.current.column !== cursor.column) reveal(cursor);
    last.current = cursor;
  });

  const ordered = useMemo(() => [...pinned, ...loose], [pinned, loose]);
  const column = ordered[cursor.column];
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== scroller.current) return;
    const page = Math.max(1, Math.floor(bodyHeight / ROW) - 1);
    const row = cursor.row >= 0 ? props.row(cursor.row) : undefined;
    if (props.onKey?.(event, row, cursor.row, column?.id ?? "")) {
      event.preventDefault();
      return;
    }
    if (event.altKey && event.key !== "ArrowDown") return;
    const to = moved(event, cursor, { rows, columns: ordered.length, page });
    if (to) {
      props.onCursor(to);
    } else if (event.key === "Enter") {
      if (cursor.row < 0 && column) {
        if (column.collapsed) props.onGroup(column.group);
        else if (column.sortable) props.onSort(column.id, event.shiftKey);
      } else if (row !== undefined && column) props.onOpen(row, cursor.row, column.id);
    } else if (isMenuKey(event) && row !== undefined) {
      const box = document.getElementById(CELL)?.getBoundingClientRect();
      if (box) props.onContext?.(row, cursor.row, { x: box.left + 12, y: box.bottom });
    } else if ((isMenuKey(event) || (event.altKey && event.key === "ArrowDown")) && column?.menu) {
      const anchor = scroller.current?.querySelector<HTMLElement>(`[data-header="${CSS.escape(column.id)}"]`);
      if (anchor) props.onMenu(column.id, anchor);
    } else if (event.key === "F2" && row !== undefined && column) {
      const anchor = document.getElementById(CELL);
      if (anchor) props.onCellEdit?.(row, column.id, anchor);
    } else return;
    event.preventDefault();
  };

  const head = cursor.row < 0 ? cursor.column : -1;
  const header = useMemo(
    () => (
      <Header
      pinned={stuck}
      shown={shown}
      all={ordered}
      lefts={looseEdges}
      pinnedWidth={pinnedWidth}
      cursor={head}
      corner={props.corner}
      onSort={props.onSort}
      onResize={props.onResize}
      onMove={props.onMove}
      onMenu={props.onMenu}
      onGroup={props.onGroup}
    />
    ),
    [stuck, shown, ordered, looseEdges, pinnedWidth, head, props.corner, props.onSort, props.onResize, props.onMove, props.onMenu, props.onGroup],
  );
  const pool = Math.max(1, span.end - span.first);
  const drawn = [];
  for (let index = span.first; index < span.end; index += 1) {
    const data = props.row(index);
    const look = data === undefined ? undefined : props.look?.(data, index);
    drawn.push(
      <Row
        key={index % pool}
        index={index}
        top={(index - span.base) * ROW}
        data={data}
        pinned={stuck}
        shown={shown}
        paint={props.paint as (row: unknown, column: GridColumn, index: number) => CellView}
        look={look?.class ?? ""}
        selected={look?.selected ?? false}
        cursor={cursor.row === index ? cursor.column : -1}
        cellId={CELL}
        pinnedWidth={pinnedWidth}
      />,
    );
  }

  const drawnCell =
    cursor.row >= span.first && cursor.row < span.end && [...stuck, ...shown].some((one) => one.index === cursor.column);

  const onClick = (event: MouseEvent) => {
    const found = cellOf(event);
    if (!found) return;
    const row = props.row(found.row);
    props.onCursor({ row: found.row, column: found.column });
    const id = ordered[found.column]?.id;
    if (row !== undefined && id !== undefined) props.onRowClick?.(event, row, found.row, id);
  };
  const onDblClick = (event: MouseEvent) => {
    const found = cellOf(event);
    const row = found && props.row(found.row);
    const id = found && ordered[found.column]?.id;
    if (found && row !== undefined && id) props.onCellEdit?.(row as T, id, found.element);
  };

  const onContextMenu = (event: MouseEvent) => {
    const found = cellOf(event);
    const row = found && props.row(found.row);
    if (!found || row === undefined || row === null || !props.onContext || event.shiftKey) return;
    event.preventDefault();
    props.onCursor({ row: found.row, column: found.column });
    props.onContext(row, found.row, { x: event.clientX, y: event.clientY });
  };

  return (
    <div
      class={margin === 0 ? "grid unscrolled" : "grid"}
      role="grid"
      aria-label={props.label}
      aria-rowcount={props.rows === null ? -1 : rows + 2}
      aria-busy={props.rows === null}
      aria-colcount={columns.length}
      aria-multiselectable="true"
      aria-activedescendant={drawnCell ? CELL : undefined}
      tabIndex={0}
      ref={scroller}
      onScroll={measure}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onDblClick={onDblClick}
      onContextMenu={onContextMenu}
    >
      <div class="grid-size" style={{ width: `${pinnedWidth + looseWidth}px`, height: `${scale.height + HEADER_HEIGHT}px` }}>
        {header}
        <div class="grid-body" style={{ transform: `translateY(${span.shift}px)` }}>
          {drawn}
        </div>
      </div>
    </div>
  );
}

/** How many rows are drawn beyond those in sight: none before the first ones are painted, so that these come sooner. */
function useMargin(here: boolean): { margin: number; step: number } {
  const [painted, setPainted] = useState(false);
  useEffect(() => {
    return here && !painted ? whenIdle(() => setPainted(true)) : undefined;
  }, [here, painted]);
  return painted ? { margin: 8, step: 4 } : { margin: 0, step: 1 };
}

/** The id of the cell under the cursor. */
const CELL = "grid-cursor";

function isMenuKey(event: KeyboardEvent): boolean {
  return event.key === "ContextMenu" || (event.shiftKey && event.key === "F10");
}

function cellOf(event: MouseEvent): { row: number; column: number; element: HTMLElement } | null {
  const element = (event.target as Element).closest<HTMLElement>("[role=gridcell],[role=rowheader]");
  const row = element?.closest<HTMLElement>("[role=row]");
  if (!element || !row) return null;
  const at = Number(row.getAttribute("aria-rowindex")) - 3;
  return { row: at, column: Number(element.getAttribute("aria-colindex")) - 1, element };
}

/** Where a key moves the cursor to; null when it moves nothing. */
function moved(
  event: KeyboardEvent,
  at: Cursor,
  size: { rows: number; columns: number; page: number },
): Cursor | null {
  const end = event.ctrlKey || event.metaKey;
  const row = (to: number) => ({ ...at, row: Math.max(-1, Math.min(size.rows - 1, to)) });
  const column = (to: number) => ({ ...at, column: Math.max(0, Math.min(size.columns - 1, to)) });
  if (event.altKey) return null;
  switch (event.key) {
    case "ArrowDown":
      return end ? row(size.rows - 1) : row(at.row + 1);
    case "ArrowUp":
      return end ? row(0) : row(at.row - 1);
    case "ArrowRight":
      return end ? column(size.columns - 1) : column(at.column + 1);
    case "ArrowLeft":
      return end ? column(0) : column(at.column - 1);
    case "PageDown":
      return row(at.row + size.page);
    case "PageUp":
      return row(Math.max(0, at.row - size.page));
    case "Home":
      return end ? { row: 0, column: 0 } : row(0);
    case "End":
      return end ? { row: size.rows - 1, column: size.columns - 1 } : row(size.rows - 1);
    default:
      return null;
  }
}
