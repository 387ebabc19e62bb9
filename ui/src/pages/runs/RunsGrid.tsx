/** The grid of runs: puts the table's columns, rows and looks into the grid that knows nothing of runs. */

import { type Signal, useSignal } from "@preact/signals";
import { useCallback, useEffect, useMemo, useRef } from "preact/hooks";
import { Grid } from "../../components/grid/Grid";
import type { CellView, Cursor, GridColumn, GridWindow } from "../../components/grid/model";
import { MenuList } from "../../components/Menu";
import { experimentById } from "../../lib/experiments";
import { go, href } from "../../lib/route";
import { neededFor, paintGroup, painterOf, type Painting, sayKey } from "./cells";
import { labelOf, moveColumn, NAME, serverName } from "./columns";
import { Corner } from "./Corner";
import { directionOf } from "./directions";
import { editCell } from "./edits";
import type { Cell } from "./format";
import { gridColumns, nextSorts } from "./gridColumns";
import type { GroupRow } from "./groups";
import { headerMenu } from "./headerMenu";
import { GroupCell, NameCell } from "./NameCell";
import { rowMenu } from "./rowMenu";
import type { RunRow } from "./rows";
import { isSelected, turned, withRuns } from "./selection";
import type { Table } from "./useTable";
import { isVisible, withVisible } from "./visible";

interface RunsGridProps {
  table: Table;
  cursor: Signal<Cursor>;
  /** The colours of runs in charts. */
  colours: ReadonlyMap<string, string>;
  onFacet: (id: string) => void;
}

type AnyRow = RunRow | GroupRow;

/** So long the first request for rows waits for the columns: a server that has just started takes a moment for many. */
const PATIENCE_MS = 600;

/** The grid with the table's runs. */
export function RunsGrid({ table, cursor, colours, onFacet }: RunsGridProps) {
  const { rows, groups, state, facts, columns, selection } = table;
  const fresh = groups ?? rows;
  // Until a new question is answered, the rows of the one before stay in sight.
  const last = useRef(fresh);
  if (fresh.size.value) last.current = fresh;
  const source = last.current;
  const version = source.version.value;
  const size = source.size.value;
  const menu = useSignal<{ id: string; anchor: HTMLElement } | null>(null);
  const context = useSignal<{ row: RunRow; index: number; at: { x: number; y: number } } | null>(null);
  const widths = useSignal<Record<string, number>>({});
  const chosen = useMemo(() => new Map(columns.map((one) => [one.id, one])), [columns]);
  const shown = useMemo(
    () => gridColumns(table, widths.value),
    [columns, state.sorts, state.folded, state.widths, widths.value, table.wholeFacts, groups === null],
  );
  const window = useRef<GridWindow>({ firstRow: 0, endRow: 60, columns: [] });

  // Read while drawing, together with `chosen`: a request made in between would name the columns from before.
  const known = table.catalogue.data.value !== undefined || table.catalogue.error.value !== null;
  const waited = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(waited.current), []);
  const need = useCallback((patient = true) => {
    // The columns are about to be known: one request for rows with all of them is better than two.
    if (patient && !known) {
      waited.current ??= setTimeout(() => latestNeed.current(false), PATIENCE_MS);
      return;
    }
    const { firstRow, endRow, columns: ids } = window.current;
    const names = new Set<string>();
    for (const id of ids) {
      const one = chosen.get(id);
      if (!one) continue;
      const needed = one.aggregate === "last" ? neededFor(id) : [serverName(one)];
      for (const name of needed) names.add(name);
    }
    if (names.size > 0) fresh.need(firstRow, endRow, [...names]);
  }, [fresh, chosen, known]);
  const latestNeed = useRef(need);
  latestNeed.current = need;
  const onWindow = useCallback(
    (now: GridWindow) => {
      window.current = now;
      need();
    },
    [need],
  );

  const experiments = new Map(table.ids.map((id) => [id, experimentById(id).data.value?.name ?? id]));
  const painting = useMemo<Painting>(
    () => ({ facts, wholeFacts: table.wholeFacts, experiments, now: Date.now() }),
    [facts, table.wholeFacts, [...experiments.values()].join("\n"), Math.floor(Date.now() / 60_000)],
  );
  // Directions are read here, so that a change of one paints all anew.
  const directions = columns.map((one) => directionOf(one.id)).join();
  const painters = useMemo(
    () => new Map(columns.map((one) => [one.id, painterOf(one, painting)])),
    [columns, painting, directions],
  );
  const marks = selection.value;
  const charts = state.mode !== "TABLE";
  const tree = table.tree !== "none";
  const anchor = useRef(-1);

  const select = (index: number, range: boolean) => {
    const row = source.row(index);
    if (row?.kind !== "run") return;
    const now = selection.peek();
    if (range && anchor.current >= 0) {
      const ids: string[] = [];
      for (let at = Math.min(anchor.current, index); at <= Math.max(anchor.current, index); at += 1) {
        const one = source.row(at);
        if (one?.kind === "run") ids.push(one.id);
      }
      selection.value = withRuns(now, ids, true);
    } else selection.value = turned(now, row.id);
    anchor.current = index;
  };

  const paint = useCallback(
    (row: AnyRow, column: GridColumn, index: number): CellView => {
      const one = chosen.get(column.id);
      if (!one) return {};
      if (row.kind === "group") {
        if (column.id === NAME) {
          const say = (id: string, value: Cell) => sayKey(id, value, painting);
          return { class: "name-cell", node: <GroupCell row={row} say={say} onToggle={() => groups?.toggle(row.index)} /> };
        }
        return paintGroup(row, one, painting);
      }
      if (column.id !== NAME) return painters.get(column.id)?.(row) ?? {};
      return {
        class: `name-cell${groups ? " in-group" : ""}`,
        node: (
          <NameCell
            row={row}
            selected={isSelected(marks, row.id, row.matched)}
            visible={charts ? isVisible(state, row.id, index) : null}
            colour={colours.get(row.id) ?? "var(--line-strong)"}
            tree={tree && !groups}
            onSelect={(event) => {
              event.stopPropagation();
              select(index, event.shiftKey);
            }}
            onVisible={() => table.change(withVisible(state, row.id, index, !isVisible(state, row.id, index)))}
            onToggle={() => table.toggle(row.id)}
          />
        ),
      };
    },
    [painters, chosen, marks, colours, state.first, state.hidden, state.visible, groups, tree, charts],
  );

  const look = useCallback(
    (row: AnyRow) => {
      if (row.kind === "group") return { class: row.opened ? "group opened" : "group" };
      return { class: row.matched ? "" : "beside", selected: isSelected(marks, row.id, row.matched) };
    },
    [marks],
  );

  const commit = useCommit(table, widths);
  const onSort = (id: string, add: boolean) => table.change({ sorts: nextSorts(state.sorts, chosen.get(id), add) });

  return (
    <>
      <Grid<AnyRow>
        label="Runs"
        rows={size?.rows ?? null}
        columns={shown}
        row={(index) => source.row(index)}
        paint={paint}
        look={look}
        version={version}
        identity={JSON.stringify([table.question.filter, table.question.order_by, table.tree, state.groupBy])}
        cursor={cursor.value}
        onCursor={(to) => {
          cursor.value = to;
        }}
        onWindow={onWindow}
        onSort={onSort}
        onResize={(id, width) => {
          widths.value = { ...widths.peek(), [id]: width ?? fitted(table, id) };
          commit();
        }}
        onMove={(id, before) => table.change({ columns: moveColumn(columns, id, before) })}
        onMenu={(id, at) => {
          menu.value = { id, anchor: at };
        }}
        onGroup={(group) =>
          table.change({
            folded: state.folded.includes(group)
              ? state.folded.filter((one) => one !== group)
              : [...state.folded, group],
          })
        }
        onOpen={(row) => {
          if (row.kind === "group") groups?.toggle(row.index);
          else go(href(`/experiments/${String(row.cells.get("attributes.experiment_id"))}/runs/${row.id}`));
        }}
        onKey={(event, row, index, column) => {
          if (event.key === " " || event.key.toLowerCase() === "x") {
            if (row?.kind === "group") groups?.toggle(row.index);
            else if (index >= 0) select(index, event.shiftKey);
            return true;
          }
          if (!row || column !== NAME || (event.key !== "ArrowRight" && event.key !== "ArrowLeft")) return false;
          const opens = event.key === "ArrowRight";
          if (row.kind === "run" && (row.children === 0 || !tree)) return false;
          if (row.opened === opens) return false;
          if (row.kind === "group") groups?.toggle(row.index);
          else table.toggle(row.id);
          return true;
        }}
        onRowClick={(event, row, index) => {
          if ((event.target as Element).closest("a, button, input")) return;
          if (row.kind === "group") groups?.toggle(row.index);
          else if (event.shiftKey || event.ctrlKey || event.metaKey) select(index, event.shiftKey);
          else anchor.current = index;
        }}
        onContext={(row, index, at) => {
          if (row.kind === "run") context.value = { row, index, at };
        }}
        onCellEdit={(row, id, at) => {
          if (row.kind === "run") void editCell(table, row, id, at);
        }}
        corner={<Corner table={table} size={size} />}
      />
      {context.value && (
        <MenuList
          items={rowMenu(table, context.value.row, context.value.index)}
          label="Run"
          anchor={context.value.at}
          onClose={() => {
            context.value = null;
          }}
        />
      )}
      {menu.value && (
        <MenuList
          items={headerMenu(table, menu.value.id, { onFacet })}
          label={`Column ${menu.value.id}`}
          anchor={menu.value.anchor}
          onClose={() => {
            menu.value = null;
          }}
        />
      )}
    </>
  );
}

/** The width that a column's cells on screen need, by a rough count of their letters. */
function fitted(table: Table, id: string): number {
  const one = table.columns.find((column) => column.id === id);
  if (!one) return 100;
  let letters = labelOf(id).length + 3;
  for (const { row } of table.rows.here()) {
    const value = row.cells.get(serverName(one));
    const text = typeof value === "number" ? value.toPrecision(6) : String(value ?? "");
    letters = Math.max(letters, text.length);
  }
  return Math.round(Math.min(700, letters * 7.2 + (id === NAME ? 90 : 18)));
}

/** Widths go into the address when the pointer rests: browsers limit how often it may change. */
function useCommit(table: Table, widths: Signal<Record<string, number>>): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef(table);
  latest.current = table;
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const set = widths.peek();
      latest.current.change({ widths: { ...latest.current.state.widths, ...set } });
      widths.value = {};
    }, 400);
  };
}
