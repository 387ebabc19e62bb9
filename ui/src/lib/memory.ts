/** What this browser remembers between visits: only habits of looking, never state that a link should carry. */

const prefix = "millrace.";

/** A value that was remembered, or the default when there is none or the browser keeps nothing. */
export function remembered<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(prefix + name);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

/** Remember a value; undefined forgets it. */
export function remember(name: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(prefix + name);
    else localStorage.setItem(prefix + name, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing is no reason to stop.
  }
}
