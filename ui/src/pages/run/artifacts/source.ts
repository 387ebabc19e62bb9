/** Where artifacts come from: lists and bytes of a run's or a logged model's files. */

import type { FileInfo } from "@schema/calls";
import { ask, call, CallError, prefix } from "../../../api/call";

/** Whose artifacts are shown. */
export type Owner = { run_id: string } | { model_id: string };

/** The id of the owner, which tells one owner from another. */
export function ownerId(owner: Owner): string {
  return "run_id" in owner ? owner.run_id : owner.model_id;
}

/** What is directly below a folder, folders first, and the root that it is below of. */
export async function listFolder(owner: Owner, path: string, signal?: AbortSignal): Promise<{ root: string; files: FileInfo[] }> {
  const files: FileInfo[] = [];
  let root = "";
  let token = "";
  do {
    const page =
      "run_id" in owner
        ? await call("ListArtifacts", { run_id: owner.run_id, path, page_token: token }, signal)
        : await call("ListLoggedModelArtifacts", { model_id: owner.model_id, artifact_directory_path: path, page_token: token }, signal);
    root = page.root_uri ?? root;
    files.push(...(page.files ?? []));
    token = page.next_page_token ?? "";
  } while (token);
  const order = new Intl.Collator(undefined, { numeric: true });
  files.sort((a, b) => Number(b.is_dir ?? false) - Number(a.is_dir ?? false) || order.compare(a.path, b.path));
  return { root, files };
}

/** The address of a file below the page's own: as a download, or to be shown in a frame or by an element. */
export function filePath(owner: Owner, path: string, how: { inline?: boolean; scripts?: boolean } = {}): string {
  const query = new URLSearchParams("run_id" in owner ? { run_uuid: owner.run_id, path } : { artifact_file_path: path });
  if (how.inline) query.set("inline", "1");
  if (how.scripts) query.set("scripts", "1");
  return "run_id" in owner
    ? `/get-artifact?${query}`
    : `/ajax-api/2.0/mlflow/logged-models/${encodeURIComponent(owner.model_id)}/artifacts/files?${query}`;
}

/** The address of a file as links and elements need it. */
export function fileUrl(owner: Owner, path: string, how: { inline?: boolean; scripts?: boolean } = {}): string {
  return prefix + filePath(owner, path, how);
}

/** The address of a folder as one zip file. */
export function zipUrl(owner: Owner, path: string): string {
  const query = new URLSearchParams({ ...owner, path });
  return `${prefix}/ajax-api/millrace/1/artifacts/zip?${query}`;
}

/** Some bytes of a file, and the file's size where the server tells it. */
export interface Part {
  bytes: Uint8Array;
  size: number | null;
}

/** Read the bytes from `start` to `end` (not included). A server that knows no ranges is read from the beginning and left at `end`. */
export async function readPart(owner: Owner, path: string, start: number, end: number, signal?: AbortSignal): Promise<Part> {
  const init: RequestInit = { headers: { range: `bytes=${start}-${end - 1}` }, signal: signal ?? null };
  let response: Response;
  try {
    response = await ask(filePath(owner, path), init);
  } catch (error) {
    if (error instanceof CallError && error.status === 416) return { bytes: new Uint8Array(), size: null };
    throw error;
  }
  if (response.status === 206) {
    const size = Number(/\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1] ?? Number.NaN);
    return { bytes: new Uint8Array(await response.arrayBuffer()), size: Number.isNaN(size) ? null : size };
  }
  const told = response.headers.get("content-encoding") ? null : response.headers.get("content-length");
  return { bytes: await upTo(response, start, end), size: told === null ? null : Number(told) };
}

async function upTo(response: Response, start: number, end: number): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let at = 0;
  while (at < end) {
    const { done, value } = await reader.read();
    if (done) break;
    const from = Math.max(0, start - at);
    const to = Math.min(value.length, end - at);
    if (to > from) pieces.push(value.subarray(from, to));
    at += value.length;
  }
  await reader.cancel().catch(() => undefined);
  return joined(pieces);
}

function joined(pieces: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Read a whole file. */
export async function readAll(owner: Owner, path: string, signal?: AbortSignal): Promise<Uint8Array> {
  const response = await ask(filePath(owner, path), { signal: signal ?? null });
  return new Uint8Array(await response.arrayBuffer());
}

/** Read a whole file as text. */
export async function readText(owner: Owner, path: string, signal?: AbortSignal): Promise<string> {
  return new TextDecoder().decode(await readAll(owner, path, signal));
}

/** The path below this server's artifact root, where the root is on this server; null for others. */
function served(root: string, path: string): string | null {
  const found = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(root);
  return found ? [...(found[1] ?? "").split("/"), ...path.split("/")].filter(Boolean).map(encodeURIComponent).join("/") : null;
}

/** Whether files below a root can be deleted, or uploaded for a model. */
export function isServed(root: string): boolean {
  return served(root, "") !== null;
}

/** Delete a file or a folder with all that is in it. */
export async function remove(root: string, path: string): Promise<void> {
  const target = served(root, path);
  if (target === null) throw new Error("Only files that this server keeps itself can be deleted here.");
  await ask(`/ajax-api/2.0/mlflow-artifacts/artifacts/${target}`, { method: "DELETE" });
}

/** Send a file, telling which part of it is sent (0 to 1). `fetch` cannot tell, so this is the older way. */
export function upload(owner: Owner, root: string, path: string, file: Blob, told: (part: number) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    if ("run_id" in owner) {
      request.open("POST", `${prefix}/ajax-api/2.0/mlflow/upload-artifact?${new URLSearchParams({ run_uuid: owner.run_id, path })}`);
    } else {
      const target = served(root, path);
      if (target === null) return reject(new Error("Files can be added only to models that this server keeps itself."));
      request.open("PUT", `${prefix}/ajax-api/2.0/mlflow-artifacts/artifacts/${target}`);
    }
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && told(event.loaded / event.total);
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(saidBy(request))));
    request.onerror = () => reject(new CallError("The server does not answer.", "UNREACHABLE", 0));
    request.onabort = () => reject(new DOMException("Given up.", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

function saidBy(request: XMLHttpRequest): string {
  try {
    const said = JSON.parse(request.responseText) as { message?: string };
    if (said.message) return said.message;
  } catch {
    // Not one of the server's own errors.
  }
  return `The server answered ${request.status} ${request.statusText}.`;
}
