/** The traces of an experiment: the list, or one of them. */

import { ExperimentHeader } from "../../components/ExperimentHeader";
import { href, place, setQuery } from "../../lib/route";
import { useTitle } from "../../lib/title";
import type { PageProps } from "../routes";
import { TraceList } from "./TraceList";
import { TraceView } from "./TraceView";
import "./traces.css";

/** The page; a trace is in the path, or in the parameters that MLflow's page had for it. */
export default function Traces({ fields }: PageProps) {
  const experiment = fields.id ?? "";
  const { query } = place.value;
  const asked = query.get("selectedEvaluationId") || query.get("selectedTraceId") || "";
  const trace = fields.trace || asked;
  useTitle(trace ? `Trace ${trace}` : "Traces");
  const open = (id: string) => {
    location.hash = href(`/experiments/${experiment}/traces/${encodeURIComponent(id)}`, query);
  };
  const close = () => {
    if (fields.trace) location.hash = href(`/experiments/${experiment}/traces`, query);
    else setQuery({ selectedEvaluationId: undefined, selectedTraceId: undefined });
  };
  return (
    <div class="traces-page">
      <ExperimentHeader ids={[experiment]} tab="traces" />
      {trace ? (
        <TraceView key={trace} id={trace} experiment={experiment} onClose={close} />
      ) : (
        <TraceList experiment={experiment} onOpen={open} />
      )}
    </div>
  );
}
