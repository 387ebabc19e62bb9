/** Filters as the server reads them, made from what people type. */

/** A text as a filter's literal. */
export function literal(text: string): string {
  return text.includes("'") ? `"${text.replaceAll('"', "")}"` : `'${text}'`;
}

/** Whether a text is a filter, rather than a part of a name. */
export function isFilter(text: string): boolean {
  return /[=<>]|\s(LIKE|ILIKE|IN|IS)\s/i.test(text);
}

/** What was typed as a filter: itself, or names that contain it. */
export function asFilter(text: string): string {
  const typed = text.trim();
  if (!typed || isFilter(typed)) return typed;
  return `name ILIKE ${literal(`%${typed}%`)}`;
}
