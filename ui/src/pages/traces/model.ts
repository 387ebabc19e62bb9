/** Traces as the page works with them, whatever spelling of MLflow's they came in. */

/** How a trace or a span ended. */
export type State = "OK" | "ERROR" | "IN_PROGRESS" | "UNSET";

/** What somebody or something judged of a trace. */
export interface Assessment {
  id: string;
  name: string;
  kind: "feedback" | "expectation";
  value: unknown;
  error: string;
  rationale: string;
  source: string;
  sourceKind: string;
  time: number | null;
  span: string;
  /** False when another one stands in its place. */
  valid: boolean;
}

/** A trace without its spans; times in milliseconds. */
export interface TraceInfo {
  id: string;
  experiment: string;
  name: string;
  state: State;
  start: number | null;
  duration: number | null;
  request: string;
  response: string;
  tokens: { input: number | null; output: number | null; total: number | null };
  run: string;
  /** The logged model that it came from. */
  model: string;
  session: string;
  user: string;
  tags: { key: string; value: string }[];
  metadata: { key: string; value: string }[];
  assessments: Assessment[];
}

/** Something that happened within a span; `at` is milliseconds after the trace's begin. */
export interface SpanEvent {
  name: string;
  at: number;
  attributes: Record<string, unknown>;
}

/** A step of a trace; times in milliseconds after the trace's begin. */
export interface Span {
  id: string;
  parent: string;
  name: string;
  kind: string;
  start: number;
  end: number;
  state: State;
  message: string;
  inputs: unknown;
  outputs: unknown;
  attributes: Record<string, unknown>;
  events: SpanEvent[];
}

/** A trace with its spans, in the order of their begins. */
export interface Trace {
  info: TraceInfo;
  spans: Span[];
}

/** A page of traces, and the token of the next. */
export interface TracePage {
  traces: TraceInfo[];
  next: string;
}
