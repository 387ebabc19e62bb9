/** MLflow's traces (REST v3, and the spans in JSON files or in OTLP's JSON) as the page's own. */

import type { Assessment, Span, SpanEvent, State, Trace, TraceInfo } from "./model";

type Json = Record<string, unknown>;

/** A trace's facts. */
export function parseInfo(given: unknown): TraceInfo {
  const info = object(given);
  const metadata = { ...object(info.request_metadata), ...object(info.trace_metadata) };
  const tags = object(info.tags);
  const location = object(object(info.trace_location).mlflow_experiment);
  const tokens = object(fromJson(metadata["mlflow.trace.tokenUsage"]));
  const pairs = (from: Json, hide: RegExp) =>
    Object.entries(from)
      .filter(([key]) => !hide.test(key))
      .map(([key, value]) => ({ key, value: text(value) }));
  return {
    id: text(info.trace_id ?? info.request_id),
    experiment: text(location.experiment_id ?? info.experiment_id),
    name: text(tags["mlflow.traceName"]),
    state: stateOf(info.state ?? info.status),
    start: timeOf(info.request_time ?? info.timestamp_ms),
    duration: durationOf(info.execution_duration ?? info.execution_time_ms ?? info.execution_duration_ms),
    request: text(info.request_preview ?? metadata["mlflow.traceInputs"] ?? ""),
    response: text(info.response_preview ?? metadata["mlflow.traceOutputs"] ?? ""),
    tokens: { input: count(tokens.input_tokens), output: count(tokens.output_tokens), total: count(tokens.total_tokens) },
    run: text(metadata["mlflow.sourceRun"]),
    model: text(metadata["mlflow.modelId"]),
    session: text(metadata["mlflow.trace.session"]),
    user: text(metadata["mlflow.trace.user"]),
    tags: pairs(tags, /^mlflow\./),
    metadata: pairs(metadata, /^mlflow\.trace(Inputs|Outputs|\.tokenUsage|\.sizeStats)/),
    assessments: list(info.assessments).map(parseAssessment).filter((one) => one.valid),
  };
}

/** A whole trace; `spans` where they come apart from it. */
export function parseTrace(given: unknown, spans?: unknown): Trace {
  const whole = object(given);
  const inner = object(whole.trace ?? whole);
  const info = parseInfo(inner.trace_info ?? inner.info ?? inner);
  const found = parseSpans(list(spans ?? inner.spans ?? object(inner.data).spans));
  if (info.duration === null && found.length > 0) info.duration = found.reduce((most, span) => Math.max(most, span.end), 0);
  return { info, spans: found };
}

/** Spans in the order of their begins, with times after the first. */
export function parseSpans(given: unknown[]): Span[] {
  const raw = given.map(object);
  const starts = raw.map((span) => nanos(span.start_time_unix_nano ?? span.startTimeUnixNano ?? span.start_time));
  const known = starts.filter((start) => start > 0n);
  const zero = known.reduce((least, start) => (start < least ? start : least), known[0] ?? 0n);
  const spans = raw.map((span, index) => parseSpan(span, starts[index] ?? 0n, zero));
  return spans.sort((a, b) => a.start - b.start || b.end - a.end);
}

function parseSpan(span: Json, start: bigint, zero: bigint): Span {
  const attributes = attributesOf(span.attributes);
  const end = nanos(span.end_time_unix_nano ?? span.endTimeUnixNano ?? span.end_time);
  const { code, message } = statusOf(span);
  const { "mlflow.spanInputs": inputs, "mlflow.spanOutputs": outputs, "mlflow.spanType": kind, "mlflow.traceRequestId": _, ...others } = attributes;
  const from = milliseconds(start - zero);
  return {
    id: hexId(span.span_id ?? span.spanId ?? object(span.context).span_id),
    parent: hexId(span.parent_span_id ?? span.parentSpanId ?? span.parent_id),
    name: text(span.name),
    kind: text(kind || "UNKNOWN").toUpperCase(),
    start: from,
    end: end > 0n ? Math.max(from, milliseconds(end - zero)) : from,
    state: end > 0n ? code : "IN_PROGRESS",
    message,
    inputs,
    outputs,
    attributes: others,
    events: list(span.events).map((event) => parseEvent(object(event), zero)),
  };
}

function parseEvent(event: Json, zero: bigint): SpanEvent {
  const at = nanos(event.time_unix_nano ?? event.timeUnixNano ?? event.timestamp);
  return { name: text(event.name), at: milliseconds(at - zero), attributes: attributesOf(event.attributes) };
}

function statusOf(span: Json): { code: State; message: string } {
  const status = object(span.status);
  return { code: stateOf(status.code ?? status.status_code ?? span.status_code), message: text(status.message ?? span.status_message ?? "") };
}

/** Attributes as MLflow's dict of JSON texts, or as OTLP's list of typed values. */
function attributesOf(given: unknown): Record<string, unknown> {
  if (Array.isArray(given)) return Object.fromEntries(given.map((pair) => [text(object(pair).key), fromJson(otlpValue(object(object(pair).value)))]));
  return Object.fromEntries(Object.entries(object(given)).map(([key, value]) => [key, fromJson(value)]));
}

function otlpValue(value: Json): unknown {
  for (const [kind, inner] of Object.entries(value)) {
    switch (kind.replaceAll("_", "").toLowerCase()) {
      case "intvalue":
      case "doublevalue":
        return Number(inner);
      case "arrayvalue":
        return list(object(inner).values).map((one) => otlpValue(object(one)));
      case "kvlistvalue":
        return Object.fromEntries(list(object(inner).values).map((pair) => [text(object(pair).key), otlpValue(object(object(pair).value))]));
      default:
        return inner;
    }
  }
  return null;
}

function parseAssessment(given: unknown): Assessment {
  const one = object(given);
  const feedback = object(one.feedback);
  const expectation = one.expectation === undefined ? null : object(one.expectation);
  const source = object(one.source);
  const serialised = object(expectation?.serialized_value);
  return {
    id: text(one.assessment_id),
    name: text(one.assessment_name ?? one.name),
    kind: expectation ? "expectation" : "feedback",
    value: expectation ? (expectation.value ?? fromJson(serialised.value)) : feedback.value,
    error: text(object(feedback.error).error_message ?? object(feedback.error).error_code ?? ""),
    rationale: text(one.rationale ?? ""),
    source: text(source.source_id ?? ""),
    sourceKind: text(source.source_type ?? ""),
    time: timeOf(one.last_update_time ?? one.create_time),
    span: hexId(one.span_id ?? ""),
    valid: one.valid !== false,
  };
}

/** The id of a span in hexadecimal digits; the wire has it in base64. */
function hexId(given: unknown): string {
  const id = text(given);
  if (!/^[A-Za-z0-9+/]{11}=$/.test(id)) return id;
  return [...atob(id)].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

function stateOf(given: unknown): State {
  const word = text(given).toUpperCase();
  if (word.endsWith("ERROR") || word === "2") return "ERROR";
  if (word.endsWith("IN_PROGRESS")) return "IN_PROGRESS";
  return word.endsWith("OK") || word === "1" ? "OK" : "UNSET";
}

/** A time of the wire in milliseconds since 1970: a number, its digits, or an RFC 3339 text. */
function timeOf(given: unknown): number | null {
  if (given === undefined || given === null || given === "") return null;
  const number = Number(given);
  if (!Number.isNaN(number)) return number;
  const time = Date.parse(text(given));
  return Number.isNaN(time) ? null : time;
}

/** A duration of the wire in milliseconds: "1.5s" or a number. */
function durationOf(given: unknown): number | null {
  if (given === undefined || given === null || given === "") return null;
  const seconds = /^([\d.]+)s$/.exec(text(given));
  const number = seconds ? Number(seconds[1]) * 1000 : Number(given);
  return Number.isNaN(number) ? null : number;
}

function nanos(given: unknown): bigint {
  if (typeof given === "number") return BigInt(Math.round(given));
  return typeof given === "string" && /^\d+$/.test(given) ? BigInt(given) : 0n;
}

function milliseconds(span: bigint): number {
  return Number(span) / 1e6;
}

/** The value that a JSON text spells; other values and other texts are themselves. */
function fromJson(given: unknown): unknown {
  if (typeof given !== "string" || !/^\s*(?:[[{"]|-?\d|true$|false$|null$)/.test(given)) return given;
  try {
    return JSON.parse(given) as unknown;
  } catch {
    return given;
  }
}

function object(given: unknown): Json {
  return typeof given === "object" && given !== null && !Array.isArray(given) ? (given as Json) : {};
}

function list(given: unknown): unknown[] {
  return Array.isArray(given) ? given : [];
}

function text(given: unknown): string {
  if (given === undefined || given === null) return "";
  return typeof given === "string" ? given : typeof given === "object" ? JSON.stringify(given) : String(given);
}

function count(given: unknown): number | null {
  return typeof given === "number" ? given : null;
}
