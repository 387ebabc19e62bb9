/** Floats as the server spells them: JSON has no NaN and no infinities. */

import type { Float } from "@schema/calls";

/** A float of the wire as a number. */
export function asNumber(value: Float): number {
  return typeof value === "number" ? value : Number(value);
}

/** Whether a cell's value is one of the floats that travel as text. */
export function isOddFloat(value: unknown): value is "NaN" | "Infinity" | "-Infinity" {
  return value === "NaN" || value === "Infinity" || value === "-Infinity";
}
