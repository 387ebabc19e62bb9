/** Which runs charts show: the first of the order, but for those that somebody hid or added. */

import type { TableState } from "./state";

type Choice = Pick<TableState, "first" | "hidden" | "visible">;

/** Whether charts show a run that stands at an index. */
export function isVisible(choice: Choice, id: string, index: number): boolean {
  if (choice.hidden.includes(id)) return false;
  return index < choice.first || choice.visible.includes(id);
}

/** The choice with a run shown or hidden. */
export function withVisible(choice: Choice, id: string, index: number, shown: boolean): Pick<TableState, "hidden" | "visible"> {
  const hidden = choice.hidden.filter((one) => one !== id);
  const visible = choice.visible.filter((one) => one !== id);
  if (shown && index >= choice.first) visible.push(id);
  if (!shown && index < choice.first) hidden.push(id);
  return { hidden, visible };
}

/** The ids of all that charts show: of the rows that are here, in their order, then those that were added. */
export function visibleIds(choice: Choice, rows: Iterable<{ row: { id: string }; index: number }>): string[] {
  const found: string[] = [];
  for (const { row, index } of rows) if (isVisible(choice, row.id, index)) found.push(row.id);
  for (const id of choice.visible) if (!found.includes(id)) found.push(id);
  return found;
}
