/** Changing many runs at once: tags, deleting, restoring, purging. All but purging can be undone. */

import type { ChangeRuns } from "@schema/calls";
import { call } from "../../api/call";
import { askText, askWhether } from "../../components/ask";
import { perform } from "../../lib/actions";
import { plural } from "../../lib/format";
import { toast, toastFailure } from "../../lib/toasts";
import { allOf } from "./filter";
import { countOf, NOTHING } from "./selection";
import type { Table } from "./useTable";

/** Which runs a change is about: those that are selected, or all that match. */
function target(table: Table): Pick<ChangeRuns, "run_ids" | "experiment_ids" | "filter" | "run_view_type"> {
  const { selection, question } = table;
  const { all, ids } = selection.peek();
  if (!all) return { run_ids: [...ids], run_view_type: "ALL" };
  const but = ids.size ? `attributes.run_id NOT IN (${[...ids].map((id) => `'${id}'`).join(", ")})` : "";
  return {
    run_ids: [],
    experiment_ids: question.experiment_ids ?? [],
    filter: allOf(question.filter ?? "", but),
    run_view_type: question.run_view_type ?? "ACTIVE_ONLY",
  };
}

/** How many runs are selected. */
export function selectedCount(table: Table): number {
  const { selection, rows } = table;
  return countOf(selection.value, rows.size.value?.matches ?? 0);
}

async function change(table: Table, fields: ChangeRuns): Promise<string[]> {
  const { run_ids: changed = [] } = await call("ChangeRuns", fields);
  table.refresh();
  return changed;
}

/** Delete the selected runs, or bring deleted ones back. */
export async function deleteRuns(table: Table, back = false): Promise<void> {
  const fields = target(table);
  const count = selectedCount(table);
  const does = back ? "restore" : "delete";
  const undoes = back ? "delete" : "restore";
  let changed: string[] = [];
  await perform({
    done: `${back ? "Restored" : "Deleted"} ${plural(count, "run")}`,
    run: async () => {
      changed = await change(table, { ...fields, action: does });
      table.selection.value = NOTHING;
    },
    undo: async () => {
      if (changed.length) await change(table, { action: undoes, run_ids: changed, run_view_type: "ALL" });
    },
  });
}

/** Remove deleted runs for good, after the number has been typed. */
export async function purgeRuns(table: Table): Promise<void> {
  const fields = target(table);
  const count = selectedCount(table);
  const sure = await askWhether({
    title: `Purge ${plural(count, "run")}?`,
    text: "Their metrics, params, tags and artifacts are removed for good. This cannot be undone.",
    action: `Purge ${plural(count, "run")}`,
    danger: true,
    typed: String(count),
  });
  if (!sure) return;
  try {
    const changed = await change(table, { ...fields, action: "purge" });
    table.selection.value = NOTHING;
    toast(`Purged ${plural(changed.length, "run")}.`);
  } catch (error) {
    toastFailure(error);
  }
}

/** Set a tag of the selected runs, or with no value take it away. */
export async function tagRuns(table: Table): Promise<void> {
  const fields = target(table);
  const count = selectedCount(table);
  const said = await askText({
    title: `Tag ${plural(count, "run")}`,
    text: "Write key=value to set a tag, or only the key to remove it.",
    label: "Tag",
    action: "Tag",
    check: (text) => (/^[^=]+/.test(text.trim()) ? "" : "A tag needs a key."),
  });
  if (said === null) return;
  const cut = said.indexOf("=");
  const key = (cut < 0 ? said : said.slice(0, cut)).trim();
  const value = cut < 0 ? "" : said.slice(cut + 1).trim();
  const before = await tagsBefore(table, fields, key);
  let changed: string[] = [];
  await perform({
    done: value ? `Set ${key} on ${plural(count, "run")}` : `Removed ${key} from ${plural(count, "run")}`,
    run: async () => {
      changed = await change(table, value ? { ...fields, action: "set_tag", key, value } : { ...fields, action: "delete_tag", key });
    },
    undo: async () => {
      for (const [old, ids] of grouped(changed, before)) {
        if (old === null) await change(table, { action: "delete_tag", run_ids: ids, key, run_view_type: "ALL" });
        else await change(table, { action: "set_tag", run_ids: ids, key, value: old, run_view_type: "ALL" });
      }
    },
  });
}

/** What the tag was before, so that undo puts back each run's own value. */
async function tagsBefore(table: Table, fields: ReturnType<typeof target>, key: string): Promise<Map<string, string>> {
  const ids = fields.run_ids ?? [];
  const filter = ids.length
    ? `attributes.run_id IN (${ids.map((id) => `'${id}'`).join(", ")})`
    : (fields.filter ?? "");
  const found = new Map<string, string>();
  for (let offset = 0; ; offset += 10_000) {
    const answer = await call("GetRunWindow", {
      experiment_ids: [...table.ids],
      filter,
      run_view_type: fields.run_view_type ?? "ACTIVE_ONLY",
      columns: [`tags.${key}`],
      offset,
      limit: 10_000,
    });
    const values = answer.columns?.[0]?.values ?? [];
    for (const [at, id] of (answer.run_ids ?? []).entries()) {
      const value = values[at];
      if (value !== null && value !== undefined) found.set(id, String(value));
    }
    if (offset + 10_000 >= (answer.rows ?? 0)) return found;
  }
}

function grouped(ids: readonly string[], before: ReadonlyMap<string, string>): Map<string | null, string[]> {
  const found = new Map<string | null, string[]>();
  for (const id of ids) {
    const old = before.get(id) ?? null;
    const others = found.get(old);
    if (others) others.push(id);
    else found.set(old, [id]);
  }
  return found;
}
