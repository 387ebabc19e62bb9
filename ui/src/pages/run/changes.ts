/** A run's page kept true: what changed is fetched again when the server's feed says so. */

import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../../api/call";
import { type Change, listen } from "../../lib/live";
import type { Load } from "../../lib/load";
import type { Shown } from "./data";

const LEAST_PAUSE_MS = 1500;
/** A run with many metrics is a large answer, which is asked for less often. */
const MANY_METRICS = 1000;
const LONG_PAUSE_MS = 6000;

/** What grows when the server has something new: of the run itself, and of other runs of its experiment. */
export interface Versions {
  run: number;
  others: number;
}

/** Follow the changes of a run and of its experiment while the page is shown; a change of the run loads it again. */
export function useRunChanges(runId: string, experiment: string, load: Load<Shown>): Versions {
  const [versions, setVersions] = useState<Versions>({ run: 0, others: 0 });
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    if (!experiment) return;
    const stop = new AbortController();
    const pending = { run: false, others: false };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const fetch = async () => {
      timer = undefined;
      const { run, others } = pending;
      pending.run = pending.others = false;
      setVersions((before) => ({ run: before.run + Number(run), others: before.others + Number(others) }));
      const shown = latest.current.data.peek();
      if (!run || !shown) return;
      try {
        const answer = await call("GetRun", { run_id: runId }, stop.signal);
        latest.current.set({ run: answer.run });
      } catch {
        // What is shown stays; the next change tries again.
      }
    };
    const hear = (changed: Change) => {
      if (changed.all || changed.runs.some((one) => one.run_id === runId)) pending.run = true;
      if (changed.all || changed.experiments.length > 0 || changed.runs.some((one) => one.run_id !== runId)) pending.others = true;
      const metrics = latest.current.data.peek()?.run.data?.metrics?.length ?? 0;
      if (pending.run || pending.others) timer ??= setTimeout(() => void fetch(), metrics > MANY_METRICS ? LONG_PAUSE_MS : LEAST_PAUSE_MS);
    };
    const leave = listen([experiment], hear);
    return () => {
      leave();
      stop.abort();
      clearTimeout(timer);
    };
  }, [runId, experiment]);
  return versions;
}
