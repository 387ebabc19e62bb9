/** How a trace or a span ended, as a dot. */

import { StatusDot } from "../../components/StatusDot";
import type { State } from "./model";

const AS_RUN: Record<State, string> = { OK: "FINISHED", ERROR: "FAILED", IN_PROGRESS: "RUNNING", UNSET: "SCHEDULED" };
const WORDS: Record<State, string> = { OK: "OK", ERROR: "Error", IN_PROGRESS: "In progress", UNSET: "Unset" };

/** The dot, in the shapes and colours of runs; with `word` the state's name beside it. */
export function StateDot({ state, word = false }: { state: State; word?: boolean }) {
  return (
    <span class="trace-state">
      <StatusDot status={AS_RUN[state]} />
      {word && <span aria-hidden="true">{WORDS[state]}</span>}
    </span>
  );
}
