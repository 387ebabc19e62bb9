/** The upper left corner of the grid. */

import { grouped } from "../../lib/format";
import { EVERYTHING, NOTHING } from "./selection";
import type { Table } from "./useTable";

/** How many runs there are, and a box that selects all. */
export function Corner({ table, size }: { table: Table; size: { matches: number } | null }) {
  const { selection, groups } = table;
  if (!size) return <span class="quiet">Loading…</span>;
  const marks = selection.value;
  const some = marks.ids.size > 0;
  return (
    <>
      <input
        type="checkbox"
        class="pick"
        tabIndex={-1}
        aria-label={`Select all ${grouped(size.matches)} runs`}
        checked={marks.all && !some}
        ref={(box) => {
          if (box) box.indeterminate = some;
        }}
        onClick={() => {
          selection.value = marks.all || some ? NOTHING : EVERYTHING;
        }}
      />
      <strong>{grouped(size.matches)}</strong> {table.filter ? "matching runs" : size.matches === 1 ? "run" : "runs"}
      {groups && ` in ${grouped(groups.groups.all)} groups${groups.groups.here < groups.groups.all ? `, first ${grouped(groups.groups.here)}` : ""}`}
    </>
  );
}
