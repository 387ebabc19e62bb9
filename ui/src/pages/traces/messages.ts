/** Conversations in the inputs and outputs of spans, in the usual spellings of chat interfaces. */

/** A message, with the calls of tools in it. */
export interface Message {
  role: string;
  text: string;
  calls: { name: string; input: string }[];
}

/** The messages that a value holds; null for one that is no conversation. */
export function messagesOf(value: unknown): Message[] | null {
  const found = messageList(value);
  if (!found || found.length === 0 || !found.every(isMessage)) return null;
  return found.map(asMessage);
}

function messageList(value: unknown): unknown[] | null {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return null;
  if (Array.isArray(value.messages)) return value.messages;
  if (Array.isArray(value.choices)) return value.choices.map((choice) => (isObject(choice) ? choice.message : null));
  return isMessage(value) ? [value] : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isMessage(value: unknown): boolean {
  return isObject(value) && typeof (value.role ?? value.type) === "string" && ("content" in value || "tool_calls" in value);
}

function asMessage(value: unknown): Message {
  const message = value as Record<string, unknown>;
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls.filter(isObject).map(asCall) : [];
  return { role: String(message.role ?? message.type), text: contentOf(message.content, calls), calls };
}

function contentOf(content: unknown, calls: Message["calls"]): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return content === null || content === undefined ? "" : JSON.stringify(content, null, 2);
  const texts: string[] = [];
  for (const part of content) {
    if (typeof part === "string") texts.push(part);
    else if (isObject(part) && typeof part.text === "string") texts.push(part.text);
    else if (isObject(part) && part.type === "tool_use") calls.push({ name: String(part.name), input: JSON.stringify(part.input) });
    else if (isObject(part)) texts.push(`[${String(part.type ?? "part")}]`);
  }
  return texts.join("\n\n");
}

function asCall(call: Record<string, unknown>): { name: string; input: string } {
  const inner = isObject(call.function) ? call.function : call;
  const input = inner.arguments ?? inner.args ?? "";
  return { name: String(inner.name ?? "tool"), input: typeof input === "string" ? input : JSON.stringify(input) };
}
