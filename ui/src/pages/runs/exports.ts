/** Taking the table elsewhere: files with all matches, and code that asks for the same. */

import { prefix } from "../../api/call";
import { copyText } from "../../components/CopyButton";
import { experimentById } from "../../lib/experiments";
import { toast } from "../../lib/toasts";
import { isFilterable } from "./columns";
import { allOf } from "./filter";
import { EVERYTHING } from "./selection";
import { orderBy } from "./state";
import type { Table } from "./useTable";

/** The formats that the server writes. */
export const FORMATS = [
  { format: "csv", label: "CSV" },
  { format: "jsonl", label: "JSON lines" },
  { format: "parquet", label: "Parquet" },
] as const;

/** So many ids are part of an address; of more, servers and proxies would find it too long. */
const FEW = 200;

/** Let the browser download all matches, or those that are selected. */
export function exportRuns(table: Table, format: (typeof FORMATS)[number]["format"], { all, ids } = EVERYTHING): void {
  const query = new URLSearchParams({ format });
  for (const id of table.ids) query.append("experiment_ids", id);
  const few = ids.size <= FEW;
  const listed = `attributes.run_id ${all ? "NOT IN" : "IN"} (${[...ids].map((id) => `'${id}'`).join(", ")})`;
  const filter = allOf(all ? table.filter : "", few && ids.size > 0 ? listed : "");
  if (filter) query.set("filter", filter);
  query.set("run_view_type", String(table.question.run_view_type ?? "ACTIVE_ONLY"));
  for (const one of orderBy(table.state.sorts)) query.append("order_by", one);
  const address = `${prefix}/ajax-api/millrace/1/runs/export`;
  if (few) {
    const link = document.createElement("a");
    link.href = `${address}?${query.toString()}`;
    link.download = "";
    link.click();
    return;
  }
  for (const id of ids) query.append(all ? "not_run_ids" : "run_ids", id);
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  form.hidden = true;
  for (const [name, value] of query) {
    const field = document.createElement("input");
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
  form.remove();
}

/** Code that searches for the same runs in the same order, as far as MLflow's own search knows it. */
export function pythonOf(names: readonly string[], filter: string, orders: readonly string[], view: string): string {
  const known = orders.filter((one) => isFilterable(one.split(" ")[0] ?? ""));
  const lines = [`    experiment_names=${pythonList(names)},`];
  if (filter) lines.push(`    filter_string=${pythonText(filter)},`);
  if (known.length) lines.push(`    order_by=${pythonList(known)},`);
  if (view === "DELETED_ONLY") lines.push("    run_view_type=mlflow.entities.ViewType.DELETED_ONLY,");
  return `import mlflow\n\nmlflow.set_tracking_uri("${location.origin}${prefix}")\nruns = mlflow.search_runs(\n${lines.join("\n")}\n)\n`;
}

/** The same question for the shell. */
export function curlOf(table: Table): string {
  const body = JSON.stringify({ ...table.question, tree: undefined, toggled: undefined, max_results: 1000 });
  return `curl -X POST '${location.origin}${prefix}/api/2.0/mlflow/runs/search' \\\n  -H 'Content-Type: application/json' \\\n  -d '${body.replaceAll("'", "'\\''")}'\n`;
}

/** Put the code into the clipboard. */
export async function copyPython(table: Table, kind: "python" | "curl" = "python"): Promise<void> {
  const names = table.ids.map((id) => experimentById(id).data.peek()?.name ?? id);
  const text =
    kind === "curl"
      ? curlOf(table)
      : pythonOf(names, table.filter, orderBy(table.state.sorts), String(table.question.run_view_type));
  if (await copyText(text)) toast(kind === "curl" ? "Copied the request." : "Copied the Python code.");
  else toast("The browser did not allow copying.", { kind: "failed" });
}

function pythonText(text: string): string {
  return JSON.stringify(text);
}

function pythonList(texts: readonly string[]): string {
  return `[${texts.map(pythonText).join(", ")}]`;
}
