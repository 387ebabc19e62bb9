/** How a trace or a span ended, as a dot. */

import { StatusDot } from "../../components/StatusDot";
import type { State } from "./model";

const AS_RUN: Record<State, string> = { OK: "FINISHED", ERROR: "FAILED", IN_PROGRESS: "RUNNING", UNSET: "SCHEDULED" };

/** The dot, in the shapes and colours of runs. */
export function StateDot({ state, word = false }: { state: State; word?: boolean }) {
  return <StatusDot status={AS_RUN[state]} word={word} />;
}
