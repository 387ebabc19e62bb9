import { expect, test } from "vitest";
import { messagesOf } from "../src/pages/traces/messages";
import type { Span } from "../src/pages/traces/model";
import { parseInfo, parseSpans, parseTrace } from "../src/pages/traces/parse";
import { asFilter } from "../src/pages/traces/TraceList";
import { holds, type Node, shownNodes, spanTree, ticks } from "../src/pages/traces/tree";
import { agentInfo, agentSpans, manySpans, otlpSpan } from "./fixtures/traces";

const at = (id: string, parent: string, start: number, end: number): Span => ({
  id, parent, start, end, name: id, kind: "CHAIN", state: "OK", message: "", inputs: null, outputs: null, attributes: {}, events: [],
});

function byId(roots: Node[]): Map<string, Node> {
  return new Map(shownNodes(roots, new Set()).map((node) => [node.span.id, node]));
}

test("the facts of a trace are read from REST v3", () => {
  const info = parseInfo(agentInfo);
  expect(info).toMatchObject({
    id: "tr-1",
    experiment: "1",
    name: "answer_question",
    state: "OK",
    start: Date.parse("2026-11-25T18:32:05Z"),
    duration: 4200,
    tokens: { input: 512, output: 84, total: 596 },
    run: "ca467c18d1ee40c2b0dca3cf833127a4",
    session: "s-17",
    tags: [{ key: "team", value: "search" }],
  });
  expect(info.assessments.map((one) => [one.kind, one.value, one.span])).toEqual([
    ["feedback", "yes", ""],
    ["expectation", "Everest, 29,032 ft", ""],
    ["feedback", 0.87, "a2"],
  ]);
});

test("the older spelling of a trace's facts is read, too", () => {
  const info = parseInfo({ request_id: "tr-0", experiment_id: "3", timestamp_ms: "1700000000000", execution_time_ms: 12, status: "ERROR", request_metadata: { "mlflow.traceInputs": "hi" } });
  expect(info).toMatchObject({ id: "tr-0", experiment: "3", start: 1_700_000_000_000, duration: 12, state: "ERROR", request: "hi" });
});

test("spans come with times after the begin, their values taken apart, and failures kept", () => {
  const { spans } = parseTrace({ trace: { trace_info: agentInfo, spans: agentSpans } });
  expect(spans.map((span) => [span.id, span.kind, span.start, span.end])).toEqual([
    ["a1", "AGENT", 0, 4200],
    ["a2", "RETRIEVER", 20, 620],
    ["a3", "EMBEDDING", 30, 210],
    ["a4", "CHAT_MODEL", 640, 2100],
    ["a5", "TOOL", 2110, 2300],
    ["a6", "TOOL", 2310, 2420],
    ["a7", "CHAT_MODEL", 2430, 4150],
  ]);
  expect(spans[0]?.outputs).toBe("Mount Everest, 29,032 ft.");
  expect(spans[5]?.outputs).toBe(29032.2);
  expect(spans[4]).toMatchObject({ state: "ERROR", message: "ValueError: unit is missing" });
  expect(spans[4]?.events[0]).toMatchObject({ name: "exception", at: 2290 });
});

test("attributes of OTLP's JSON are read by their types", () => {
  const [span] = parseSpans([otlpSpan]);
  expect(span).toMatchObject({ id: "b1", kind: "TOOL", state: "ERROR", message: "boom", start: 0, end: 250 });
  expect(span?.attributes).toEqual({ "http.status": 500, list: [1.5, true] });
});

test("a span's own time leaves out its children, those that ran at once only once", () => {
  const nodes = byId(spanTree([at("p", "", 0, 100), at("a", "p", 10, 40), at("b", "p", 30, 60), at("c", "p", 80, 130)]));
  // Covered: 10-60 and 80-100.
  expect(nodes.get("p")?.self).toBe(30);
  expect(nodes.get("a")?.self).toBe(30);
});

test("the critical path is what was waited for, from the end back", () => {
  const nodes = byId(spanTree([at("p", "", 0, 100), at("fast", "p", 10, 30), at("slow", "p", 10, 60), at("inner", "slow", 20, 50), at("last", "p", 65, 95)]));
  expect([...nodes.values()].filter((node) => node.critical).map((node) => node.span.id)).toEqual(["p", "slow", "inner", "last"]);
});

test("spans of unknown parents and circles are shown as roots, each once", () => {
  const roots = spanTree([at("x", "gone", 0, 1), at("a", "b", 0, 2), at("b", "a", 1, 2), at("self", "self", 3, 4)]);
  const shown = shownNodes(roots, new Set()).map((node) => node.span.id);
  expect([...shown].sort()).toEqual(["a", "b", "self", "x"]);
});

test("what is below closed spans is not shown, and failures below show on them", () => {
  const spans = [at("p", "", 0, 9), at("a", "p", 1, 4), { ...at("deep", "a", 2, 3), state: "ERROR" as const }, at("b", "p", 5, 6)];
  const roots = spanTree(spans);
  expect(shownNodes(roots, new Set(["a"])).map((node) => node.span.id)).toEqual(["p", "a", "b"]);
  expect(byId(roots).get("a")).toMatchObject({ failedBelow: true, below: 1, depth: 1 });
  expect(byId(roots).get("b")?.failedBelow).toBe(false);
});

test("a chain of 10,000 spans, one below the other, makes a tree without running out of stack", () => {
  const roots = spanTree(Array.from({ length: 10_000 }, (_, index) => at(String(index), index ? String(index - 1) : "", index, 20_000 - index)));
  const shown = shownNodes(roots, new Set());
  expect(shown).toHaveLength(10_000);
  expect(shown[9999]?.depth).toBe(9999);
  expect(roots[0]?.below).toBe(9999);
  expect(spanTree(parseSpans(manySpans(500)))[0]?.below).toBe(499);
});

test("a search looks into names and values", () => {
  const { spans } = parseTrace({}, agentSpans);
  expect(spans.filter((span) => holds(span, "everest.md")).map((span) => span.id)).toEqual(["a2"]);
  expect(spans.filter((span) => holds(span, "CONVERT")).map((span) => span.id)).toEqual(["a4", "a5", "a6"]);
});

test("rulers have round times", () => {
  expect(ticks(4200, 6)).toEqual([0, 1000, 2000, 3000, 4000]);
  expect(ticks(0, 6)).toEqual([0]);
});

test("conversations are told from other values", () => {
  const { spans } = parseTrace({}, agentSpans);
  expect(messagesOf(spans[3]?.inputs)?.map((message) => message.role)).toEqual(["system", "user"]);
  expect(messagesOf(spans[3]?.outputs)).toEqual([{ role: "assistant", text: "", calls: [{ name: "convert", input: '{"metres": 8849}' }] }]);
  expect(messagesOf(spans[1]?.outputs)).toBeNull();
  expect(messagesOf({ question: "?" })).toBeNull();
  expect(messagesOf([{ role: "user", content: [{ type: "text", text: "a" }, { type: "image_url" }] }])?.[0]?.text).toBe("a\n\n[image_url]");
});

test("a text that is no filter looks through the texts of traces", () => {
  expect(asFilter("tags.team = 'search'")).toBe("tags.team = 'search'");
  expect(asFilter(" tallest mountain ")).toBe("trace.text ILIKE '%tallest mountain%'");
  expect(asFilter("")).toBe("");
});
