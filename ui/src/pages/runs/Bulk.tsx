/** What can be done with the runs that are selected: a bar over the foot of the table. */

import { Button, IconButton } from "../../components/Button";
import { Menu } from "../../components/Menu";
import { plural, grouped } from "../../lib/format";
import { go, href } from "../../lib/route";
import { toast } from "../../lib/toasts";
import { deleteRuns, purgeRuns, selectedCount, tagRuns } from "./changes";
import { editTag, rename } from "./edits";
import { exportRuns, FORMATS } from "./exports";
import { noteTag } from "../../lib/tags";
import type { RunRow } from "./rows";
import { EVERYTHING, isSelected, NOTHING } from "./selection";
import type { Table } from "./useTable";

/** At most so many runs are compared. */
const COMPARED = 200;

/** The bar; nothing while nothing is selected. */
export function Bulk({ table }: { table: Table }) {
  const { selection, rows, state } = table;
  const count = selectedCount(table);
  if (count === 0) return null;
  const deleted = state.lifecycle === "Deleted";
  const all = selection.value.all;
  const matches = rows.size.value?.matches ?? 0;
  const one = count === 1 && !all ? rowOf(table, [...selection.value.ids][0] ?? "") : undefined;
  return (
    <div class="bulk" role="toolbar" aria-label="Selected runs">
      <strong>{plural(count, "run")}</strong>
      {!all && matches > count && (
        <Button
          small
          kind="bare"
          onClick={() => {
            selection.value = EVERYTHING;
          }}
        >
          Select all {grouped(matches)}
        </Button>
      )}
      <span class="bulk-line" />
      <Button small icon="compare" kind="primary" disabled={count < 2} data-tip="Compare" data-tip-keys="c" onClick={() => compare(table)}>
        Compare
      </Button>
      {one && (
        <Button small icon="edit" onClick={() => void rename(table, one)}>
          Rename
        </Button>
      )}
      {one && (
        <Button small icon="note" onClick={() => void editTag(table, one, noteTag)}>
          Notes
        </Button>
      )}
      <Button small icon="tag" onClick={() => void tagRuns(table)}>
        Tag
      </Button>
      <Menu
        small
        label="Export"
        icon="download"
        items={FORMATS.map(({ format, label }) => ({
          label,
          run: () => exportRuns(table, format, selection.value),
        }))}
      />
      {deleted ? (
        <>
          <Button small icon="restore" onClick={() => void deleteRuns(table, true)}>
            Restore
          </Button>
          <Button small icon="trash" kind="danger" onClick={() => void purgeRuns(table)}>
            Purge…
          </Button>
        </>
      ) : (
        <Button small icon="trash" onClick={() => void deleteRuns(table)}>
          Delete
        </Button>
      )}
      <IconButton
        small
        icon="close"
        label="Select nothing"
        onClick={() => {
          selection.value = NOTHING;
        }}
      />
    </div>
  );
}

function rowOf(table: Table, id: string): RunRow | undefined {
  for (const { row } of table.rows.here()) if (row.id === id) return row;
  return undefined;
}

/** Go to the page that compares the selected runs. */
export function compare(table: Table): void {
  const { selection, rows } = table;
  const marks = selection.peek();
  const here = [...rows.here()].filter(({ row }) => isSelected(marks, row.id, row.matched)).map(({ row }) => row.id);
  const ids = marks.all ? here : [...marks.ids];
  if (ids.length < 2) {
    toast("Select two runs or more to compare them: press x on each, or tick its box.", { kind: "note" });
    return;
  }
  if (ids.length > COMPARED || (marks.all && (rows.size.peek()?.matches ?? 0) > ids.length))
    toast(`The first ${Math.min(ids.length, COMPARED)} runs are compared.`, { kind: "note" });
  go(href("/compare-runs", { runs: JSON.stringify(ids.slice(0, COMPARED)), experiments: JSON.stringify(table.ids) }));
}
