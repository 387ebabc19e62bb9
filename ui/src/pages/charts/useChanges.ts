/** Charts that go on while runs do: what changed is read again, and nothing else. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { seriesSource } from "../../charts/source";
import { type Change, liveState, useLive } from "../../lib/live";

/** Charts are drawn anew at most this often. */
const everyMs = 2000;

/** A number that grows when runs of some experiments have changed; their series are forgotten before. `version` tells
 * of changes, too: it counts while the server's own news do not arrive. */
export function useChanges(experimentIds: readonly string[], version: number): number {
  const count = useSignal(0);
  const pending = useRef<{ all: boolean; runs: Set<string> }>({ all: false, runs: new Set() });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef(0);
  const tell = () => {
    timer.current = undefined;
    last.current = Date.now();
    const { all, runs } = pending.current;
    pending.current = { all: false, runs: new Set() };
    seriesSource.forget(all ? undefined : runs);
    count.value++;
  };
  useLive(experimentIds, (change: Change) => {
    if (!change.all && change.runs.length === 0) return;
    pending.current.all ||= change.all;
    for (const { run_id } of change.runs) pending.current.runs.add(run_id);
    timer.current ??= setTimeout(tell, Math.max(0, last.current + everyMs - Date.now()));
  });
  const known = useRef(version);
  useEffect(() => {
    if (known.current === version || liveState.peek() === "live") return;
    known.current = version;
    pending.current.all = true;
    timer.current ??= setTimeout(tell, Math.max(0, last.current + everyMs - Date.now()));
  }, [version]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return count.value;
}
