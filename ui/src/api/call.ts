/** The one way to the server's JSON calls: typed by what the server declares, errors as the server words them. */

import { type Calls, routes } from "@schema/calls";
import { keepAhead, takeAhead } from "./ahead";
import { heard, missed } from "./reach";
import { noting, STATE } from "./state";

/** What the server refused, or that it could not be reached (`status` 0). */
export class CallError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly status: number,
    /** Where in a filter the mistake is, counted from 1; null where the server does not say. */
    readonly position: number | null = null,
  ) {
    super(message);
  }

  /** Whether the same call may succeed later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

/** The part of the page's address before its file: "" or the server's `--static-prefix`. */
export const prefix = location.pathname.replace(/\/[^/]*$/, "");

/** Make a call; `signal` gives it up.
 *
 * @throws CallError what the server said, or that it did not answer; DOMException AbortError when given up.
 */
export function call<N extends keyof Calls>(name: N, fields: Calls[N]["call"], signal?: AbortSignal): Promise<Calls[N]["answer"]> {
  return (takeAhead(name, fields) as Promise<Calls[N]["answer"]> | undefined) ?? made(name, fields, signal);
}

/** Make a call before the part of the page that will make it is there. Resolves when it is answered, or has failed. */
export function callAhead<N extends keyof Calls>(name: N, fields: Calls[N]["call"]): Promise<void> {
  return keepAhead(name, fields, made(name, fields));
}

async function made<N extends keyof Calls>(name: N, fields: Calls[N]["call"], signal?: AbortSignal): Promise<Calls[N]["answer"]> {
  const route: { method: string; path: string; inPath: readonly string[] } = routes[name];
  const rest: Record<string, unknown> = { ...(fields as object) };
  const path = route.path.replace(/\{(\w+)\}/g, (_, field: string) => {
    const value = encodeURIComponent(String(rest[field]));
    delete rest[field];
    return value;
  });
  const init: RequestInit = { method: route.method, signal: signal ?? null };
  let query = "";
  if (route.method === "GET") {
    query = asQuery(rest);
  } else {
    init.body = JSON.stringify(rest);
    init.headers = { "content-type": "application/json" };
  }
  const response = await ask(`/ajax-api/${path}${query}`, init);
  return (await response.json()) as Calls[N]["answer"];
}

/** An answer, or null for something that is not there. */
export async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CallError && error.status === 404) return null;
    throw error;
  }
}

/** Fetch anything else of the server's: bytes, streams, frames.
 *
 * @throws CallError as `call`.
 */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response | undefined;
  const note = noting();
  try {
    response = await fetch(prefix + path, note ? { ...init, headers: { ...init.headers, [STATE]: "?" } } : init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    missed(isThere);
    throw unreachable();
  } finally {
    note?.(response);
  }
  if ([502, 503, 504].includes(response.status)) missed(isThere);
  else heard();
  if (!response.ok) throw await refusal(response);
  return response;
}

/** Something else went wrong that the server's being away would explain: see whether it is. Resolves to whether it answers. */
export async function suspect(): Promise<boolean> {
  const there = await isThere();
  if (there) heard();
  else missed(isThere);
  return there;
}

/** Fetch a part of the page's program.
 *
 * @throws CallError the server does not answer; the browser's error when the part cannot be loaded all the same.
 */
export async function fetchPart<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch {
    if (await suspect()) return load(); // it was away, or came back, just then
    throw unreachable();
  }
}

function unreachable(): CallError {
  return new CallError("The server does not answer.", "UNREACHABLE", 0);
}

/** Ask for nothing but an answer. */
async function isThere(): Promise<boolean> {
  try {
    return (await fetch(`${prefix}/health`, { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

async function refusal(response: Response): Promise<CallError> {
  const text = await response.text();
  try {
    const said = JSON.parse(text) as { error_code?: string; message?: string; position?: number };
    return new CallError(said.message ?? text, said.error_code ?? "", response.status, said.position ?? null);
  } catch {
    return new CallError(`The server answered ${response.status} ${response.statusText}.`, "", response.status);
  }
}

function asQuery(fields: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) query.append(name, String(one));
    }
  }
  const text = query.toString();
  return text && `?${text}`;
}
