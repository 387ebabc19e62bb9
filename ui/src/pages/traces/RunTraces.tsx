/** The traces of one run. */

/** The list. */
export function RunTraces(_: { experiment: string; run: string }) {
  return <p />;
}
