/** The runs of one or several experiments: the table, its controls, and what stands beside it. */

import { type Signal, useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { CallError } from "../../api/call";
import { Button } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { ExperimentHeader } from "../../components/ExperimentHeader";
import { Failure } from "../../components/Failure";
import { lazy } from "../../components/lazy";
import { Loading } from "../../components/Loaded";
import { Choice } from "../../components/fields";
import type { Cursor } from "../../components/grid/model";
import { experimentById } from "../../lib/experiments";
import { useKeys } from "../../lib/keys";
import { place } from "../../lib/route";
import type { PageProps } from "../routes";
import { Bulk, compare } from "./Bulk";
import { ChartsPane, Divider, useVisible, type Visible } from "./ChartsPane";
import { Facets } from "./Facets";
import { NoRuns } from "./NoRuns";
import { RunsGrid } from "./RunsGrid";
import { turned } from "./selection";
import { experimentsOf } from "./state";
import { Narrowing, Toolbar } from "./Toolbar";
import { useFeed } from "./useFeed";
import { type Table, useTable } from "./useTable";
import { isVisible, withVisible } from "./visible";
import "./runs.css";

/** The page; without an experiment it says what a link to it needs. */
export default function Runs({ fields }: PageProps) {
  const named = experimentsOf(fields, place.value.query).join();
  const ids = useMemo(() => (named ? named.split(",") : []), [named]);
  if (ids.length === 0)
    return <Failure error={new Error('This link names no experiment: it should end in experiments=["1","2"].')} />;
  return <RunsOf key={named} ids={ids} />;
}

function RunsOf({ ids }: { ids: string[] }) {
  const table = useTable(ids);
  const cursor = useSignal<Cursor>({ row: 0, column: 0 });
  const { state, change } = table;
  useRunKeys(table, cursor);
  useFeed(table);
  const unknown = ids.map((id) => experimentById(id).error.value).find((error) => error instanceof CallError && error.status === 404);
  return (
    <div class="runs">
      <ExperimentHeader ids={ids} tab="runs">
        <Choice
          label="Show"
          value={state.mode}
          options={[
            { value: "TABLE", label: "Table" },
            { value: "SPLIT", label: "Split" },
            { value: "CHART", label: "Charts" },
            { value: "ARTIFACT", label: "Files" },
          ]}
          onChange={(mode) => change({ mode })}
        />
      </ExperimentHeader>
      {unknown === undefined && (
        <>
          <Toolbar table={table} />
          <Narrowing table={table} />
          <Body table={table} cursor={cursor} />
        </>
      )}
    </div>
  );
}

/** What stands below the controls: drawn anew when rows come, which the controls are not. */
function Body({ table, cursor }: { table: Table; cursor: Signal<Cursor> }) {
  const asked = useSignal("");
  const { rows, state, change } = table;
  const source = table.groups ?? rows;
  const failed = source.failed.value;
  const size = source.size.value;
  const visible = useVisible(table);
  const charts = state.mode === "CHART" || state.mode === "SPLIT";
  // What is wrong with the filter is said below its box; that the server is away, in the shell's banner.
  const said = failed instanceof CallError && ((failed.status === 400 && state.filter !== "") || (failed.passing && size !== null));
  const broken = failed !== null && !said;
  const had = useRef(false);
  if (size?.rows) had.current = true;
  const unread = said && failed instanceof CallError && failed.status === 400 && !size && !had.current;
  return (
    <div class="runs-body">
      {state.facets && <Facets table={table} asked={asked} />}
      {broken ? (
        <Failure error={failed} what="The runs could not be loaded." retry={() => source.refresh()} />
      ) : unread ? (
        <Empty title="The filter cannot be read." icon="filter">
          <p class="quiet">What is wrong with it stands below it.</p>
          <Button onClick={() => change({ filter: "" })}>Show all runs</Button>
        </Empty>
      ) : size?.rows === 0 ? (
        <NoRuns table={table} />
      ) : state.mode === "ARTIFACT" ? (
        <Files visible={visible} />
      ) : state.mode === "CHART" ? null : (
        <RunsGrid
          table={table}
          cursor={cursor}
          colours={visible.colours}
          onFacet={(id) => {
            asked.value = id;
            change({ facets: true });
          }}
        />
      )}
      {charts && !broken && size?.rows !== 0 && (
        <>
          {state.mode === "SPLIT" && <Divider />}
          <ChartsPane table={table} visible={visible} />
        </>
      )}
      <Bulk table={table} />
    </div>
  );
}

const ArtifactPanes = lazy(() => import("../compare/ArtifactPanes").then((module) => module.ArtifactPanes));

/** The files of the visible runs, two runs beside each other. */
function Files({ visible }: { visible: Visible }) {
  const runs = visible.ids.map((id) => ({ id, name: visible.names.get(id) ?? id, colour: visible.colours.get(id) ?? "", start: null }));
  return (
    <div class="runs-files">
      <h2 class="hidden-visually">Files</h2>
      {runs.length > 0 ? <ArtifactPanes key={runs.slice(0, 2).map((one) => one.id).join()} runs={runs} /> : <Loading />}
    </div>
  );
}

function useRunKeys(table: Table, cursor: { value: Cursor }): void {
  const { state, change } = table;
  const source = table.groups ?? table.rows;
  const move = (by: number) => {
    const rows = source.size.peek()?.rows ?? 0;
    cursor.value = { ...cursor.value, row: Math.max(0, Math.min(rows - 1, cursor.value.row + by)) };
    // So that Enter and the arrows go on from there.
    document.querySelector<HTMLElement>(".runs .grid")?.focus({ preventScroll: true });
  };
  const current = () => {
    const row = source.row(cursor.value.row);
    return row?.kind === "run" ? row : undefined;
  };
  useKeys("Runs table", [
    { keys: "j", does: "Next run", run: () => move(1) },
    { keys: "k", does: "Previous run", run: () => move(-1) },
    {
      keys: "x",
      does: "Select the run",
      run: () => {
        const row = current();
        if (!row) return;
        table.selection.value = turned(table.selection.peek(), row.id);
      },
    },
    { keys: "1", does: "Table", run: () => change({ mode: "TABLE" }) },
    { keys: "2", does: "Table and charts", run: () => change({ mode: "SPLIT" }) },
    { keys: "3", does: "Charts", run: () => change({ mode: "CHART" }) },
    { keys: "4", does: "Files", run: () => change({ mode: "ARTIFACT" }) },
    { keys: "c", does: "Compare the selected runs", run: () => compare(table) },
    {
      keys: "h",
      does: "Hide or show the run in charts",
      run: () => {
        const row = current();
        const at = cursor.value.row;
        if (row) change(withVisible(state, row.id, at, !isVisible(state, row.id, at)));
      },
    },
  ]);
}
