/** The runs of one or several experiments: the table, its controls, and what stands beside it. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { ExperimentHeader } from "../../components/ExperimentHeader";
import { Failure } from "../../components/Failure";
import type { Cursor } from "../../components/grid/model";
import { place } from "../../lib/route";
import type { PageProps } from "../routes";
import { RunsGrid } from "./RunsGrid";
import { experimentsOf } from "./state";
import { useTable } from "./useTable";
import "./runs.css";

/** The page; without an experiment it says what a link to it needs. */
export default function Runs({ fields }: PageProps) {
  const named = experimentsOf(fields, place.value.query).join();
  const ids = useMemo(() => (named ? named.split(",") : []), [named]);
  if (ids.length === 0)
    return <Failure error={new Error("This link names no experiment: it ends in experiments=[\"…\"] with their ids.")} />;
  return <RunsOf key={named} ids={ids} />;
}

function RunsOf({ ids }: { ids: string[] }) {
  const table = useTable(ids);
  const cursor = useSignal<Cursor>({ row: 0, column: 0 });
  const { rows } = table;
  return (
    <div class="runs">
      <ExperimentHeader ids={ids} tab="runs" />
      <div class="runs-body">
        {rows.failed.value && !rows.size.value ? (
          <Failure error={rows.failed.value} retry={() => rows.refresh()} />
        ) : (
          <RunsGrid table={table} cursor={cursor} colour={() => "var(--accent)"} onFacet={() => undefined} />
        )}
      </div>
    </div>
  );
}
