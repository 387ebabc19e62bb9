/** Choices beside the filter that MLflow's links carry: datasets, and whether runs have registered model versions. */

import { call } from "../../api/call";
import { quoteText } from "./filter";
import type { DatasetChoice } from "./state";

/** Runs that used one of some datasets. */
export function datasetFilter(datasets: readonly DatasetChoice[]): string {
  const each = datasets.map((one) => {
    const parts = [`datasets.name = ${quoteText(one.name)}`];
    if (one.digest) parts.push(`datasets.digest = ${quoteText(one.digest)}`);
    if (one.context) parts.push(`datasets.context = ${quoteText(one.context)}`);
    return parts.join(" AND ");
  });
  return each.length > 1 ? each.map((one) => `(${one})`).join(" OR ") : (each[0] ?? "");
}

/** Most versions that are looked at. */
const MOST = 10_000;

/** Runs with (`With Model Versions`) or without registered versions of their models; "" for all. */
export function versionFilter(choice: string, given: AbortSignal): string | Promise<string> {
  return /^with/i.test(choice) ? askedFilter(choice, given) : "";
}

async function askedFilter(choice: string, given: AbortSignal): Promise<string> {
  const found = new Set<string>();
  let token = "";
  let seen = 0;
  do {
    const page = await call("SearchModelVersions", { max_results: 1000, ...(token ? { page_token: token } : {}) }, given);
    for (const one of page.model_versions ?? []) if (one.run_id) found.add(one.run_id);
    seen += page.model_versions?.length ?? 0;
    token = page.next_page_token ?? "";
  } while (token && seen < MOST);
  const without = /without/i.test(choice);
  if (found.size === 0) return without ? "" : "attributes.run_id = 'none'";
  return `attributes.run_id ${without ? "NOT IN" : "IN"} (${[...found].map(quoteText).join(", ")})`;
}
