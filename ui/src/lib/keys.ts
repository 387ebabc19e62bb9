/** Every keyboard shortcut of the page, in one registry: what is pressed, what it does, and the words for the key sheet. */

import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

/** One shortcut. */
export interface KeyBinding {
  /** "j", "Ctrl+K" (Ctrl is Command on a Mac), "Shift+ArrowDown", or keys after each other: "g e". */
  keys: string;
  /** What it does, for the key sheet: "Next row". */
  does: string;
  run: (event: KeyboardEvent) => void;
  /** Also while somebody types in a field. */
  inFields?: boolean;
  /** Whether it works just now; the sheet shows it anyway. */
  when?: () => boolean;
}

/** Shortcuts that belong together, e.g. those of the runs table. */
export interface KeyScope {
  name: string;
  bindings: readonly KeyBinding[];
}

const scopes = signal<readonly KeyScope[]>([]);
let pending = "";
let pendingSince = 0;

/** What works now, the innermost scope first: what the key sheet shows. */
export const keyScopes = scopes;

/** Add a scope, before those that are there; the returned function takes it away. */
export function addKeys(scope: KeyScope): () => void {
  scopes.value = [scope, ...scopes.peek()];
  return () => {
    scopes.value = scopes.peek().filter((one) => one !== scope);
  };
}

/** The shortcuts of a component while it is shown. The functions may change at each drawing, the keys may not. */
export function useKeys(name: string, bindings: readonly KeyBinding[]): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  // At once: a key that is pressed as soon as there is something to see is not lost.
  useLayoutEffect(() => {
    return addKeys({
      name,
      bindings: bindings.map((binding, index) => ({
        ...binding,
        run: (event) => latest.current[index]?.run(event),
        when: () => latest.current[index]?.when?.() ?? true,
      })),
    });
  }, [name, bindings.map((binding) => binding.keys).join()]);
}

/** How a press is spelled in a binding: "Ctrl+Shift+Z", "?", "ArrowDown". */
export function spell(event: KeyboardEvent): string {
  const key = event.key === " " ? "Space" : event.key;
  const single = key.length === 1;
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  // With a sign, Shift is in the sign itself ("?"); with a letter only beside Ctrl or Alt.
  if (event.shiftKey && (!single || (parts.length > 0 && /[a-z]/i.test(key)))) parts.push("Shift");
  parts.push(single && parts.length > 0 ? key.toUpperCase() : key);
  return parts.join("+");
}

/** The bindings that a press fits, and whether it may be the beginning of keys after each other. */
export function lookUp(all: readonly KeyScope[], before: string, pressed: string): [KeyBinding[], boolean] {
  const whole = before ? `${before} ${pressed}` : pressed;
  const fits: KeyBinding[] = [];
  let begins = false;
  for (const binding of all.flatMap((scope) => scope.bindings)) {
    if (binding.keys === whole) fits.push(binding);
    else if (binding.keys.startsWith(`${whole} `)) begins = true;
  }
  return [fits, begins];
}

/** Let the registry hear every key press of the page. */
export function listenForKeys(target: EventTarget = document): () => void {
  const heard = (event: Event) => press(event as KeyboardEvent);
  target.addEventListener("keydown", heard);
  return () => target.removeEventListener("keydown", heard);
}

function press(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || ["Control", "Shift", "Alt", "Meta"].includes(event.key)) return;
  if (document.querySelector("dialog:modal")) return;
  const typing = isField(event.target);
  const before = !typing && event.timeStamp - pendingSince < 1500 ? pending : "";
  pending = "";
  const pressed = spell(event);
  let [fits, begins] = lookUp(scopes.peek(), before, pressed);
  if (before && fits.length === 0) [fits, begins] = lookUp(scopes.peek(), "", pressed);
  const binding = fits.find((one) => (!typing || one.inFields) && (one.when?.() ?? true));
  if (binding) {
    event.preventDefault();
    binding.run(event);
  } else if (begins && !typing) {
    pending = pressed;
    pendingSince = event.timeStamp;
  }
}

/** Whether keys pressed here are text. */
export function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "range"].includes(target.type);
}
