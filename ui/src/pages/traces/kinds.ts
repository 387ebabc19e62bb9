/** The colours of the kinds of spans. */

const CLASSES: Record<string, string> = {
  LLM: "llm", CHAT_MODEL: "llm", EMBEDDING: "llm", TOOL: "tool", RETRIEVER: "retriever", RERANKER: "retriever", AGENT: "agent", CHAIN: "chain", WORKFLOW: "chain", EVALUATOR: "judge", GUARDRAIL: "judge", MEMORY: "retriever", PARSER: "tool",
};

/** The class that gives a kind its colour. */
export function kindClass(kind: string): string {
  return `kind-${CLASSES[kind] ?? "other"}`;
}
