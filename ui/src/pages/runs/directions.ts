/** Whether more or less of a metric is better, and whether its cells are tinted: guessed from its name, or as somebody set it. */

import { signal } from "@preact/signals";
import { remember, remembered } from "../../lib/memory";
import { guessedDirection, keyOf, kindOf } from "./columns";

/** "none" for a metric without a better end. */
export type Direction = "up" | "down" | "none";

const set = signal<Record<string, Direction>>(remembered("directions", {}));
const plain = signal<string[]>(remembered("plainColumns", []));

/** What somebody set or the name suggests. */
export function directionOf(id: string): Direction {
  if (kindOf(id) !== "metrics") return "none";
  return set.value[id] ?? guessedDirection(keyOf(id)) ?? "none";
}

/** Set it; it is kept for every experiment that has a metric of that name. */
export function setDirection(id: string, direction: Direction): void {
  set.value = { ...set.peek(), [id]: direction };
  remember("directions", set.peek());
}

/** Whether a column's cells are tinted by value. */
export function isTinted(id: string): boolean {
  return kindOf(id) === "metrics" && !plain.value.includes(id);
}

/** Tint a column's cells, or leave them plain. */
export function setTinted(id: string, tinted: boolean): void {
  plain.value = tinted ? plain.peek().filter((one) => one !== id) : [...plain.peek(), id];
  remember("plainColumns", plain.peek());
}
