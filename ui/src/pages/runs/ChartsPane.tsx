/** The charts beside the table: of the same search and the same visible runs. */

import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { runColours } from "../../charts/colours";
import { Failure } from "../../components/Failure";
import { remember, remembered } from "../../lib/memory";
import { dark } from "../../lib/theme";
import type { ChartsViewProps } from "../charts/ChartsView";
import { NAME_COLUMNS } from "./cells";
import { orderBy } from "./state";
import type { Table } from "./useTable";
import { visibleIds } from "./visible";

/** The runs that charts show, and in which colours. */
export interface Visible {
  ids: string[];
  names: Map<string, string>;
  colours: ReadonlyMap<string, string>;
}

const NONE: Visible = { ids: [], names: new Map(), colours: new Map() };

/** The visible runs while charts are shown; their rows are kept here for that. */
export function useVisible(table: Table): Visible {
  const { rows, state } = table;
  const charts = state.mode !== "TABLE";
  // The columns say whether runs are nested, and so which rows come first: before that, they would be asked for twice.
  const known = table.catalogue.data.value !== undefined || table.catalogue.error.value !== null;
  useEffect(() => rows.keepFirst(charts && known ? state.first : 0, NAME_COLUMNS), [rows, charts, known, state.first]);
  const version = charts ? rows.version.value : 0;
  const theme = dark.value ? "dark" : "light";
  return useMemo(() => {
    if (!charts) return NONE;
    const ids = visibleIds(state, rows.here());
    const names = new Map<string, string>();
    const own = new Map<string, string>();
    for (const { row } of rows.here()) {
      names.set(row.id, String(row.cells.get("attributes.run_name") || row.id.slice(0, 8)));
      const colour = row.cells.get("tags.mlflow.runColor");
      if (typeof colour === "string") own.set(row.id, colour);
    }
    return { ids, names, colours: runColours(ids, theme, own) };
  }, [rows, version, charts, theme, state.first, state.hidden, state.visible]);
}

type View = (props: ChartsViewProps) => preact.JSX.Element;

const view = signal<View | null>(null);
const failed = signal<unknown>(null);

/** Charts are a part of their own, which comes when they are first shown. */
function load(): void {
  failed.value = null;
  import("../charts/ChartsView").then(
    (module) => {
      view.value = module.ChartsView as View;
    },
    (error: unknown) => {
      failed.value = error;
    },
  );
}

/** The pane with the charts. */
export function ChartsPane({ table, visible }: { table: Table; visible: Visible }) {
  const Shown = view.value;
  useEffect(() => {
    if (!view.peek()) load();
  }, []);
  return (
    <div class="charts-pane">
      <h2 class="hidden-visually">Charts</h2>
      {failed.value ? (
        <Failure error={failed.value} what="The charts could not be loaded." retry={load} />
      ) : Shown && table.rows.size.value ? (
        <Shown
          experimentIds={[...table.ids]}
          filter={table.filter}
          orderBy={orderBy(table.state.sorts)}
          view={String(table.question.run_view_type ?? "ACTIVE_ONLY")}
          runIds={visible.ids}
          names={visible.names}
          version={table.changes}
          first={table.state.first}
          onFirst={(first) => table.change({ first })}
        />
      ) : (
        <p class="loading">Loading…</p>
      )}
    </div>
  );
}

const width = signal<number>(remembered("splitWidth", 560));

/** Between the table and the charts: pulled, or moved with the arrow keys. */
export function Divider() {
  const set = (to: number) => {
    width.value = Math.round(Math.max(220, Math.min(innerWidth - 320, to)));
    remember("splitWidth", width.value);
  };
  useEffect(() => {
    const body = document.querySelector<HTMLElement>(".runs-body > .grid");
    if (body) body.style.flex = `0 1 ${width.value}px`;
    return () => {
      if (body) body.style.flex = "";
    };
  }, [width.value]);
  const pull = (event: PointerEvent) => {
    const bar = event.currentTarget as HTMLElement;
    bar.setPointerCapture(event.pointerId);
    const from = event.clientX - width.value;
    const move = (to: PointerEvent) => set(to.clientX - from);
    const done = () => {
      bar.removeEventListener("pointermove", move);
      bar.removeEventListener("pointerup", done);
    };
    bar.addEventListener("pointermove", move);
    bar.addEventListener("pointerup", done);
  };
  return (
    <div
      class="divider"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label="Width of the table"
      aria-valuenow={width.value}
      aria-valuemin={220}
      aria-valuemax={innerWidth - 320}
      onPointerDown={pull}
      onKeyDown={(event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        event.preventDefault();
        set(width.value + (event.key === "ArrowLeft" ? -20 : 20));
      }}
    />
  );
}
