/** Where traces come from: MLflow's REST calls of version 3, as soon as the server declares them. */

import { routes } from "@schema/calls";
import { ask, CallError } from "../../api/call";
import type { Trace, TracePage } from "./model";
import { parseInfo, parseTrace } from "./parse";

/** What is looked for. */
export interface TraceQuery {
  experiment: string;
  /** A filter in MLflow's syntax. */
  filter: string;
  order: string;
  token: string;
}

/** A source of traces. */
export interface TraceSource {
  search(query: TraceQuery, signal: AbortSignal): Promise<TracePage>;
  get(id: string, signal: AbortSignal): Promise<Trace>;
}

const PAGE = 200;

/** The server's own. */
export const server: TraceSource = {
  async search(query, signal) {
    const body = {
      locations: [{ type: "MLFLOW_EXPERIMENT", mlflow_experiment: { experiment_id: query.experiment } }],
      filter: query.filter,
      max_results: PAGE,
      order_by: [query.order],
      ...(query.token ? { page_token: query.token } : {}),
    };
    const answer = (await json("/ajax-api/3.0/mlflow/traces/search", signal, body)) as { traces?: unknown[]; next_page_token?: string };
    return { traces: (answer.traces ?? []).map(parseInfo), next: answer.next_page_token ?? "" };
  },
  async get(id, signal) {
    const whole = parseTrace(await json(`/ajax-api/3.0/mlflow/traces/${encodeURIComponent(id)}`, signal));
    if (whole.spans.length > 0) return whole;
    try {
      // The spans are kept in a file beside the trace, which is missing while the trace goes on.
      const data = (await json(`/ajax-api/3.0/mlflow/get-trace-artifact?request_id=${encodeURIComponent(id)}`, signal)) as { spans?: unknown[] };
      return { info: whole.info, spans: parseTrace({}, data.spans).spans };
    } catch (error) {
      if (error instanceof CallError && error.status === 404) return whole;
      throw error;
    }
  },
};

async function json(path: string, signal: AbortSignal, body?: object): Promise<unknown> {
  const init: RequestInit = body ? { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" }, signal } : { signal };
  return (await ask(path, init)).json();
}

/** The source that pages use; null while this server has no calls for traces. */
export function traceSource(): TraceSource | null {
  return declared ? server : null;
}

// A build can be told to ask for traces anyway, to look at the pages with recorded answers.
const declared = Object.values(routes).some((route) => (route.path as string) === "3.0/mlflow/traces/search") || import.meta.env.VITE_TRACES === "1";
