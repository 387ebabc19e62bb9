/** The traces of one run. */

import { place, setQuery } from "../../lib/route";
import { NoTraces } from "./NoTraces";
import { traceSource } from "./source";
import { TraceList } from "./TraceList";
import { TraceView } from "./TraceView";
import "./traces.css";

/** The list, or the trace that is chosen from it. */
export function RunTraces({ experiment, run }: { experiment: string; run: string }) {
  const source = traceSource();
  const { query } = place.value;
  const trace = query.get("selectedEvaluationId") || query.get("selectedTraceId") || "";
  if (!source) return <NoTraces />;
  return (
    <div class="traces-page in-run">
      {trace ? (
        <TraceView key={trace} source={source} id={trace} experiment={experiment} onClose={() => setQuery({ selectedEvaluationId: undefined, selectedTraceId: undefined, span: undefined })} />
      ) : (
        <TraceList source={source} experiment={experiment} run={run} onOpen={(id) => setQuery({ selectedEvaluationId: id })} />
      )}
    </div>
  );
}
