/** Work that can wait until the browser has nothing else to do. */

/** Do something soon, when what is on screen is painted; answers how to have it not done. */
export function whenIdle(run: () => void): () => void {
  // Not every browser has it.
  if (!("requestIdleCallback" in window)) {
    const timer = setTimeout(run, 60);
    return () => clearTimeout(timer);
  }
  const waiting = requestIdleCallback(run, { timeout: 300 });
  return () => cancelIdleCallback(waiting);
}
