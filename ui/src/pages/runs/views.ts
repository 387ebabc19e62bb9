/** Saved views: the table's state by name, kept as a tag of the experiment so that all see it. */

import type { ExperimentTag } from "@schema/calls";
import { href, place, replace } from "../../lib/route";

/** MLflow's name for the tags that hold shared views. */
export const VIEW_TAG = "mlflow.sharedViewState.";

/** The tag that says which view opens where a link says nothing. */
export const DEFAULT_TAG = "millrace.defaultView";

/** A view that was saved. */
export interface View {
  key: string;
  name: string;
  query: string;
}

/** The views among an experiment's tags, by name. */
export function viewsOf(tags: readonly ExperimentTag[] | undefined): View[] {
  const found: View[] = [];
  for (const tag of tags ?? []) {
    if (!tag.key.startsWith(VIEW_TAG)) continue;
    const view = readView(tag.key.slice(VIEW_TAG.length), tag.value ?? "");
    if (view) found.push(view);
  }
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

/** A view from the text of its tag; null when it is not one of ours and plain. */
export function readView(key: string, text: string): View | null {
  try {
    const said = JSON.parse(text) as Record<string, unknown>;
    if (typeof said.query === "string") return { key, name: String(said.name || key.slice(0, 8)), query: said.query };
    return { key, name: key.slice(0, 8), query: foreign(said) };
  } catch {
    return null;
  }
}

/** MLflow's own state as a query. */
function foreign(said: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const name of ["searchFilter", "orderByKey", "startTime", "lifecycleFilter", "modelVersionFilter"]) {
    if (typeof said[name] === "string" && said[name]) query.set(name, said[name]);
  }
  if (said.orderByAsc === true) query.set("orderByAsc", "true");
  if (Array.isArray(said.selectedColumns)) query.set("selectedColumns", said.selectedColumns.join(","));
  if (Array.isArray(said.groupBy) || typeof said.groupBy !== "object" || !said.groupBy) return query.toString();
  const keys = (said.groupBy as { groupByKeys?: { mode?: string; groupByData?: string }[] }).groupByKeys ?? [];
  const names = keys.map((one) => `${one.mode === "TAG" ? "tags" : "params"}.${one.groupByData ?? ""}`);
  if (names.length) query.set("groupBy", names.join(","));
  return query.toString();
}

/** MLflow squeezes long states: `deflate;` and base64. */
export async function unsqueezed(text: string): Promise<string> {
  if (!text.startsWith("deflate;")) return text;
  const bytes = Uint8Array.from(atob(text.slice("deflate;".length)), (one) => one.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).text();
}

/** Parameters that belong to the link, not to the view. */
const OF_LINK = ["experiments", "viewStateShareKey", "view"];

/** The state that is shown as the text of a view's tag. */
export function writeView(name: string, query: URLSearchParams): string {
  const kept = new URLSearchParams([...query].filter(([key]) => !OF_LINK.includes(key)));
  return JSON.stringify({ name, query: kept.toString() });
}

/** Show a view. */
export function openView(view: View): void {
  const now = place.peek();
  const query = new URLSearchParams(view.query);
  const experiments = now.query.get("experiments");
  if (experiments) query.set("experiments", experiments);
  query.set("view", view.key);
  replace(href(now.path, query));
}

/** Whether a link says nothing of what is to be shown. */
export function isBare(query: URLSearchParams): boolean {
  return [...query.keys()].every((key) => key === "experiments");
}
