/** The menu of a row: what can be done with one run. */

import { askText } from "../../components/ask";
import { copyText } from "../../components/CopyButton";
import type { MenuEntry } from "../../components/Menu";
import { href } from "../../lib/route";
import { noteTag } from "../../lib/tags";
import { toast } from "../../lib/toasts";
import { deleteRuns } from "./changes";
import { editTag, rename } from "./edits";
import type { RunRow } from "./rows";
import { isSelected, turned } from "./selection";
import type { Table } from "./useTable";
import { isVisible, withVisible } from "./visible";

/** What can be done with the run of a row. */
export function rowMenu(table: Table, row: RunRow, index: number): MenuEntry[] {
  const { state, change, selection } = table;
  const experiment = String(row.cells.get("attributes.experiment_id") ?? "0");
  const visible = isVisible(state, row.id, index);
  const deleted = state.lifecycle === "Deleted";
  return [
    { label: "Open the run", icon: "open", keys: "Enter", href: href(`/experiments/${experiment}/runs/${row.id}`) },
    { label: "Copy its id", icon: "copy", run: () => void copied(row.id) },
    {
      label: isSelected(selection.value, row.id) ? "Do not select" : "Select",
      icon: "check",
      keys: "x",
      run: () => {
        selection.value = turned(selection.peek(), row.id);
      },
    },
    state.mode !== "TABLE" && {
      label: visible ? "Hide in charts" : "Show in charts",
      icon: visible ? "eyeOff" : "eye",
      keys: "h",
      run: () => change(withVisible(state, row.id, index, !visible)),
    },
    "line",
    { label: "Rename…", icon: "edit", run: () => void rename(table, row) },
    { label: "Notes…", icon: "note", run: () => void editTag(table, row, noteTag) },
    { label: "Set a tag…", icon: "tag", run: () => void setTag(table, row) },
    "line",
    {
      label: deleted ? "Restore" : "Delete",
      icon: deleted ? "restore" : "trash",
      danger: !deleted,
      run: () => {
        selection.value = { ids: new Set([row.id]), all: false };
        void deleteRuns(table, deleted);
      },
    },
  ];
}

async function copied(id: string): Promise<void> {
  if (await copyText(id)) toast("Copied the id of the run.");
  else toast("The browser did not allow copying.", { kind: "failed" });
}

async function setTag(table: Table, row: RunRow): Promise<void> {
  const key = await askText({
    title: "Set a tag",
    label: "Key",
    action: "Next",
    check: (text) => (text.trim() ? "" : "A tag needs a key."),
  });
  if (key?.trim()) await editTag(table, row, key.trim());
}
