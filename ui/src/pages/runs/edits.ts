/** Editing a run where it stands in the table: its name, its notes, its tags. Every edit can be undone. */

import { call } from "../../api/call";
import { askText } from "../../components/ask";
import { perform } from "../../lib/actions";
import { noteTag } from "../../lib/tags";
import { toast } from "../../lib/toasts";
import { keyOf, kindOf, NAME } from "./columns";
import { formatValue } from "./format";
import type { RunRow } from "./rows";
import type { Table } from "./useTable";

/** Edit what a cell shows; what a run measured or was given is not for editing, and a message says so. */
export async function editCell(table: Table, row: RunRow, id: string, _at: HTMLElement): Promise<void> {
  if (id === NAME) return rename(table, row);
  if (kindOf(id) === "tags") return editTag(table, row, keyOf(id));
  toast("Names, notes and tags can be edited; metrics, params and times are as the run logged them.", { kind: "note" });
}

/** Ask for a run's new name. */
export async function rename(table: Table, row: RunRow): Promise<void> {
  const before = formatValue(row.cells.get(NAME));
  const name = await askText({
    title: "Rename the run",
    label: "Name",
    action: "Rename",
    value: before,
    check: (text) => (text.trim() ? "" : "A run needs a name."),
  });
  if (name === null || name.trim() === before) return;
  const set = async (text: string) => {
    await call("UpdateRun", { run_id: row.id, run_name: text });
    table.rows.patch(row.id, { [NAME]: text });
  };
  await perform({ done: `Renamed the run “${before}”`, run: () => set(name.trim()), undo: () => set(before) });
}

/** Ask for a tag's new value; empty deletes the tag. */
export async function editTag(table: Table, row: RunRow, key: string): Promise<void> {
  const id = `tags.${key}`;
  const known = row.cells.get(id);
  const before = known === undefined ? await tagOfRun(row.id, key) : known === null ? null : String(known);
  const notes = key === noteTag;
  const value = await askText({
    title: notes ? `Notes of ${formatValue(row.cells.get(NAME))}` : `Tag ${key}`,
    label: notes ? "Notes, in markdown" : "Value; leave it empty to remove the tag",
    action: "Save",
    value: before ?? "",
    long: notes,
  });
  if (value === null || value === (before ?? "")) return;
  const set = async (text: string | null) => {
    if (text) await call("SetTag", { run_id: row.id, key, value: text });
    else await call("DeleteTag", { run_id: row.id, key });
    table.rows.patch(row.id, { [id]: text || null });
  };
  await perform({
    done: notes ? "Saved the notes" : value ? `Set the tag ${key}` : `Removed the tag ${key}`,
    run: () => set(value),
    undo: () => set(before),
  });
}

async function tagOfRun(runId: string, key: string): Promise<string | null> {
  const { run } = await call("GetRun", { run_id: runId });
  return run.data?.tags?.find((one) => one.key === key)?.value ?? null;
}
