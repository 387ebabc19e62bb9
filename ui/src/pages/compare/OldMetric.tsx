/** MLflow's old page of a metric (`/metric/…`): its address opens the charts of the same runs, with the same axis,
 * scale and smoothing. */

import { useEffect } from "preact/hooks";
import { Loading } from "../../components/Loaded";
import { href, place, replace } from "../../lib/route";
import { formatWorkspace, initial, type Workspace } from "../charts/state";
import type { PageProps } from "../routes";

/** Goes on to the page that compares the runs. */
export default function OldMetric({ fields }: PageProps) {
  const { query } = place.value;
  useEffect(() => replace(newPlace(fields["*"] ?? "", query)), []);
  return <Loading />;
}

/** The link to the charts that an address of the old page shows. */
export function newPlace(path: string, query: URLSearchParams): string {
  const metrics = [...new Set([...list(query.get("plot_metric_keys")), ...one(query.get("metric")), ...(path ? [path] : [])])];
  const workspace: Workspace = { ...initial };
  const x = query.get("x_axis");
  if (x === "relative" || x === "wall") workspace.x = x;
  workspace.log = query.get("y_axis_scale") === "log";
  const smoothness = Number(query.get("line_smoothness"));
  if (smoothness > 1) {
    // The old page has it in percent, 1 for none.
    workspace.smoothing = "ema";
    workspace.amount = Math.min(0.99, smoothness / 100);
  }
  if (metrics.length) workspace.find = `^(${metrics.map(literal).join("|")})$`;
  return href("/compare-runs", {
    runs: query.get("runs") ?? "[]",
    experiments: query.get("experiments") ?? "[]",
    tab: "charts",
    charts: formatWorkspace(workspace),
  });
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** A JSON list of words; what is none is no words. */
export function list(text: string | null): string[] {
  try {
    const found: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(found) ? found.map(String) : [];
  } catch {
    return [];
  }
}

function one(text: string | null): string[] {
  if (!text) return [];
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "string" ? [found] : [];
  } catch {
    return [text];
  }
}
