/** The server's feed of changes: what to fetch again, as it happens; and whether the server is there at all. */

import { signal } from "@preact/signals";
import { prefix } from "./call";

/** What has changed since the last time. */
export interface Changed {
  /** Where the feed stands: answers that were read later know all of this. */
  readonly cursor: number;
  readonly runs: readonly { readonly run_id: string; readonly experiment_id: string }[];
  /** Experiments whose name, tags or logged models changed. */
  readonly experiments: readonly string[];
  /** Whether registered models changed. */
  readonly registry?: boolean;
  /** Whether there is too much to tell: anything may have changed. */
  readonly all?: boolean;
}

/** The state of the feed: "off" when nobody follows or the tab is hidden, "away" while the server does not answer. */
export const feedState = signal<"off" | "connecting" | "live" | "away">("off");

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
/** A tab that was hidden for so long lets go of its connection: browsers have few of them per server. */
const HIDDEN_MS = 5000;

/** Follow the changes of some experiments (none: of all) from a cursor on (0: from now on).
 *
 * While the tab is hidden nothing is heard; what was missed is heard when it is shown again. The same holds while the
 * server is away. Returns what ends it.
 */
export function followChanges(
  experimentIds: readonly string[],
  cursor: number,
  hear: (changed: Changed) => void,
): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT_MS;

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const open = () => {
    close();
    if (feedState.value !== "away") feedState.value = "connecting";
    const query = new URLSearchParams(experimentIds.map((id) => ["experiment_ids", id]));
    query.set("cursor", String(cursor));
    source = new EventSource(`${prefix}/ajax-api/millrace/1/changes?${query}`);
    source.onmessage = (event: MessageEvent<string>) => {
      const changed = JSON.parse(event.data) as Changed;
      cursor = changed.cursor;
      wait = FIRST_WAIT_MS;
      feedState.value = "live";
      if (changed.all || changed.registry || changed.runs.length || changed.experiments.length) hear(changed);
    };
    // The browser's own tries know no end and no patience, so they are ended and made here.
    source.onerror = () => {
      close();
      feedState.value = "away";
      timer = setTimeout(open, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
  };
  const seen = () => {
    clearTimeout(hiding);
    if (document.hidden) {
      hiding = setTimeout(() => {
        close();
        feedState.value = "off";
      }, HIDDEN_MS);
    } else if (!source) again();
  };
  const again = () => {
    wait = FIRST_WAIT_MS;
    if (!document.hidden) open();
  };

  document.addEventListener("visibilitychange", seen);
  window.addEventListener("online", again);
  if (!document.hidden) open();
  return () => {
    clearTimeout(hiding);
    close();
    document.removeEventListener("visibilitychange", seen);
    window.removeEventListener("online", again);
    feedState.value = "off";
  };
}
