/** What the pages of traces ask the server. */

import type { AssessmentV3 } from "@schema/calls";
import { call } from "../../api/call";
import type { Trace, TracePage } from "./model";
import { parseInfo, parseTrace } from "./parse";

/** What is looked for. */
export interface TraceQuery {
  experiment: string;
  /** A filter in MLflow's syntax. */
  filter: string;
  order: string;
  token: string;
  /** How many at most. */
  most: number;
}

/** How many traces a page of the list has. */
export const PAGE = 100;
/** How many the server gives at once. */
export const MOST = 500;

/** Search the traces of an experiment. */
export async function searchTraces(query: TraceQuery, signal: AbortSignal): Promise<TracePage> {
  const answer = await call(
    "SearchTracesV3",
    {
      locations: [{ type: "MLFLOW_EXPERIMENT", mlflow_experiment: { experiment_id: query.experiment } }],
      filter: query.filter,
      max_results: query.most,
      order_by: [query.order],
      ...(query.token ? { page_token: query.token } : {}),
    },
    signal,
  );
  return { traces: (answer.traces ?? []).map(parseInfo), next: answer.next_page_token ?? "" };
}

/** Get a trace with the spans that have arrived. */
export async function getTrace(id: string, signal: AbortSignal): Promise<Trace> {
  return parseTrace(await call("GetTrace", { trace_id: id }, signal));
}

/** Delete a trace. */
export async function deleteTrace(experiment: string, id: string): Promise<void> {
  await call("DeleteTracesV3", { experiment_id: experiment, request_ids: [id] });
}

/** Set a tag of a trace; undefined removes it. */
export async function setTraceTag(id: string, key: string, value: string | undefined): Promise<void> {
  if (value === undefined) await call("DeleteTraceTagV3", { trace_id: id, key });
  else await call("SetTraceTagV3", { trace_id: id, key, value });
}

/** What somebody at the page says of a trace. */
export interface Saying {
  name: string;
  kind: "feedback" | "expectation";
  value: unknown;
  rationale: string;
  /** The span that it is about; "" for the whole trace. */
  span: string;
}

/** Who says something here: this server knows no users. */
const source = { source_type: "HUMAN", source_id: "page" };

function wire({ name, kind, value, rationale, span }: Saying): AssessmentV3 {
  return {
    assessment_name: name,
    [kind]: { value },
    ...(rationale ? { rationale } : {}),
    ...(span ? { span_id: span } : {}),
  };
}

/** Log an assessment; its id. */
export async function addAssessment(trace: string, saying: Saying): Promise<string> {
  const answer = await call("CreateAssessment", { trace_id: trace, assessment: { ...wire(saying), source } });
  return answer.assessment.assessment_id ?? "";
}

/** Change an assessment. */
export async function changeAssessment(trace: string, id: string, saying: Saying): Promise<void> {
  const assessment = { ...wire(saying), rationale: saying.rationale };
  await call("UpdateAssessment", { trace_id: trace, assessment_id: id, assessment, update_mask: `assessmentName,${saying.kind},rationale` });
}

/** Delete an assessment. */
export async function deleteAssessment(trace: string, id: string): Promise<void> {
  await call("DeleteAssessment", { trace_id: trace, assessment_id: id });
}
