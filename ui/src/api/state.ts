/** From which state of the data the page has read what it shows, until it follows the feed of changes.
 *
 * Where that was one state, and the data are still in it, the feed has nothing to tell to a page that was just opened.
 */

/** The header that asks the server to name its state, and names it. */
export const STATE = "millrace-state";

/** A pause of so long between two requests: the next one, which the last answer leads to, was made by then. */
const pause_ms = 60;
/** The feed waits no longer than that for what is still on its way. */
const longest_ms = 3000;

const states = new Set<string>();
let reading = 0;
let counts = true;

/** Called before a request; what to call with its answer, or without one. Undefined when states do not matter any more. */
export function noting(): ((answer?: Response) => void) | undefined {
  if (!counts) return undefined;
  reading += 1;
  return (answer) => {
    reading -= 1;
    states.add(answer?.headers.get(STATE) ?? "");
  };
}

/** Whether the page reads now, before it follows the feed. */
export function isReading(): boolean {
  return counts && reading > 0;
}

/** Wait for what the page reads at first, however one answer leads to the next. */
export async function firstRead(): Promise<void> {
  const end = performance.now() + longest_ms;
  let quiet = false;
  while (!quiet && performance.now() < end) {
    const before = reading;
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
    quiet = before === 0 && reading === 0;
  }
}

/** The state from which all was read so far; "" where that was not one, or is not known. From now on none is noted. */
export function stateRead(): string {
  const known = counts && reading === 0 && states.size === 1 ? ([...states][0] ?? "") : "";
  counts = false;
  return known;
}
