/** What the command palette offers besides places: commands of the shell, and those of the page that is shown. */

import { computed, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { keyScopes } from "./keys";

/** Something to do, by its name. */
export interface Command {
  label: string;
  keys?: string;
  run: () => void;
}

const added = signal<readonly Command[]>([]);

/** Every command that works now; shortcuts are commands, too. */
export const commands = computed<readonly Command[]>(() => {
  const byName = new Map(added.value.map((one) => [one.label, one]));
  for (const binding of keyScopes.value.flatMap((scope) => scope.bindings)) {
    if (byName.has(binding.does) || !(binding.when?.() ?? true)) continue;
    byName.set(binding.does, { label: binding.does, keys: binding.keys, run: () => binding.run(new KeyboardEvent("keydown")) });
  }
  return [...byName.values()];
});

/** Offer commands while the component is shown; list again when `labels` change. */
export function useCommands(list: readonly Command[]): void {
  const latest = useRef(list);
  latest.current = list;
  useEffect(() => {
    const mine = list.map((one, index) => ({ ...one, run: () => latest.current[index]?.run() }));
    added.value = [...mine, ...added.peek()];
    return () => {
      added.value = added.peek().filter((one) => !mine.includes(one));
    };
  }, [list.map((one) => one.label).join("\n")]);
}
