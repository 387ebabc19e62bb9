/** The traces of one run, or of one logged model. */

import { place, setQuery } from "../../lib/route";
import { TraceList } from "./TraceList";
import { TraceView } from "./TraceView";
import "./traces.css";

/** The list, or the trace that is chosen from it. */
export function TracesOf({ experiment, ...of }: { experiment: string; run?: string; model?: string }) {
  const { query } = place.value;
  const trace = query.get("selectedEvaluationId") || query.get("selectedTraceId") || "";
  return (
    <div class="traces-page in-run">
      {trace ? (
        <TraceView key={trace} id={trace} experiment={experiment} onClose={() => setQuery({ selectedEvaluationId: undefined, selectedTraceId: undefined, span: undefined })} />
      ) : (
        <TraceList experiment={experiment} {...of} onOpen={(id) => setQuery({ selectedEvaluationId: id })} />
      )}
    </div>
  );
}
