/** What somebody did and may take back: undo and redo over everything that can be reversed. */

import { computed, signal } from "@preact/signals";
import { closeToast, toast, toastFailure } from "./toasts";

/** Something that was done, and how to take it back. `done` is a sentence's beginning: "Deleted 3 runs". */
export interface Action {
  done: string;
  run: () => Promise<void> | void;
  undo: () => Promise<void> | void;
  /** Do it without a message: changes of what is shown speak for themselves. */
  silent?: boolean;
}

const most = 100;
const doneActions = signal<readonly Action[]>([]);
const undoneActions = signal<readonly Action[]>([]);
let shownToast = 0;

/** What undo would take back next; undefined when there is nothing. */
export const nextUndo = computed(() => doneActions.value.at(-1));

/** What redo would do next. */
export const nextRedo = computed(() => undoneActions.value.at(-1));

/** Do something; once it is done, it can be undone. A failure is shown and answered with false. */
export async function perform(action: Action): Promise<boolean> {
  if (!(await tried(action.run))) return false;
  doneActions.value = [...doneActions.peek().slice(1 - most), action];
  undoneActions.value = [];
  say(action);
  return true;
}

/** Take back what was done last, or one thing that is not the last. */
export async function undo(action: Action | undefined = nextUndo.peek()): Promise<void> {
  if (!action || !doneActions.peek().includes(action)) return;
  doneActions.value = doneActions.peek().filter((one) => one !== action);
  if (!(await tried(action.undo))) return;
  undoneActions.value = [...undoneActions.peek(), action];
  closeToast(shownToast);
  if (!action.silent) shownToast = toast(`Undone: ${action.done}.`, { kind: "note" });
}

/** Do again what was undone last. */
export async function redo(): Promise<void> {
  const action = nextRedo.peek();
  if (!action) return;
  undoneActions.value = undoneActions.peek().slice(0, -1);
  if (!(await tried(action.run))) return;
  doneActions.value = [...doneActions.peek(), action];
  say(action);
}

/** Forget everything: for tests. */
export function forgetActions(): void {
  doneActions.value = [];
  undoneActions.value = [];
}

function say(action: Action): void {
  if (action.silent) return;
  // One message is enough: what was done before it is taken back with Ctrl+Z.
  closeToast(shownToast);
  shownToast = toast(`${action.done}.`, { action: { label: "Undo", run: () => void undo(action) } });
}

async function tried(run: () => Promise<void> | void): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    toastFailure(error);
    return false;
  }
}
