/** Short messages at the edge of the page that go away by themselves. */

import { signal } from "@preact/signals";

/** A message, perhaps with something to do about it. */
export interface Toast {
  id: number;
  text: string;
  kind: "done" | "failed" | "note";
  action?: { label: string; run: () => void };
}

let last = 0;
const timers = new Map<number, ReturnType<typeof setTimeout>>();

/** The messages that are shown, the oldest first. */
export const toasts = signal<readonly Toast[]>([]);

/** Show a message; failures stay until they are closed, others for some seconds. */
export function toast(text: string, { kind = "done", action, seconds }: Partial<Omit<Toast, "id" | "text">> & { seconds?: number } = {}): number {
  const id = ++last;
  const shown: Toast = action ? { id, text, kind, action } : { id, text, kind };
  toasts.value = [...toasts.peek().slice(-3), shown];
  const stay = seconds ?? (kind === "failed" ? 0 : action ? 10 : 4);
  if (stay > 0) timers.set(id, setTimeout(() => closeToast(id), stay * 1000));
  return id;
}

/** Say what went wrong. */
export function toastFailure(error: unknown, what = ""): void {
  const text = error instanceof Error ? error.message : String(error);
  toast(what ? `${what}: ${text}` : text, { kind: "failed" });
}

/** Take a message away. */
export function closeToast(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  toasts.value = toasts.peek().filter((one) => one.id !== id);
}
