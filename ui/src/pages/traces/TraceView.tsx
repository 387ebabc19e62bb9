/** One trace: what it was, its spans as a tree with a waterfall, and what the chosen span did. */

import { useMemo, useState } from "preact/hooks";
import { Button } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { Empty } from "../../components/Empty";
import { Loaded } from "../../components/Loaded";
import { Tag } from "../../components/Tag";
import { TimeAgo } from "../../components/TimeAgo";
import { formatDuration, plural } from "../../lib/format";
import { useLoad } from "../../lib/load";
import { place, setQuery } from "../../lib/route";
import { toRun } from "../../lib/places";
import { isUnknown } from "../run/UnknownRun";
import { AssessmentTag } from "./Assessments";
import type { Trace, TraceInfo } from "./model";
import type { TraceSource } from "./source";
import { SpanPanel } from "./SpanPanel";
import { StateDot } from "./StateDot";
import { spanTree } from "./tree";
import { Waterfall } from "./Waterfall";

interface TraceViewProps {
  source: TraceSource;
  id: string;
  experiment: string;
  onClose: () => void;
}

/** The trace. */
export function TraceView({ source, id, experiment, onClose }: TraceViewProps) {
  const load = useLoad((signal) => source.get(id, signal), [id]);
  if (isUnknown(load.error.value) && !load.data.value) {
    return (
      <Empty title="There is no such trace in this experiment" icon="search">
        <p>
          Looked for the trace <code>{id}</code>.
        </p>
        <Button onClick={onClose}>All traces</Button>
      </Empty>
    );
  }
  return (
    <Loaded load={load} what={`The trace ${id} could not be loaded.`}>
      {(trace) => <Shown trace={trace} experiment={experiment} onClose={onClose} />}
    </Loaded>
  );
}

function Shown({ trace, experiment, onClose }: { trace: Trace; experiment: string; onClose: () => void }) {
  const roots = useMemo(() => spanTree(trace.spans), [trace]);
  const [wanted, setWanted] = useState("");
  const asked = place.value.query.get("span") ?? "";
  const byId = useMemo(() => new Map(trace.spans.map((span) => [span.id, span])), [trace]);
  const span = byId.get(asked) ?? roots[0]?.span ?? null;
  return (
    <div class="trace-view">
      <Head info={trace.info} experiment={experiment} spans={trace.spans.length} onClose={onClose} />
      {trace.spans.length === 0 ? (
        <Empty title={trace.info.state === "IN_PROGRESS" ? "This trace goes on: its spans come when it ends" : "This trace has no spans"} icon="trace" />
      ) : (
        <div class="trace-parts">
          <Waterfall roots={roots} duration={trace.spans.reduce((most, one) => Math.max(most, one.end), 0)} chosen={span?.id ?? ""} onChoose={(id) => setQuery({ span: id })} wanted={wanted} onWanted={setWanted} />
          {span && <SpanPanel key={span.id} span={span} assessments={trace.info.assessments} isRoot={span === roots[0]?.span} wanted={wanted} />}
        </div>
      )}
    </div>
  );
}

function Head({ info, experiment, spans, onClose }: { info: TraceInfo; experiment: string; spans: number; onClose: () => void }) {
  const { tokens } = info;
  return (
    <header class="trace-title">
      <Button small icon="left" onClick={onClose}>
        All traces
      </Button>
      <h2 class="cut">{info.name || info.request || info.id}</h2>
      <StateDot state={info.state} word />
      {info.duration !== null && <strong>{formatDuration(info.duration)}</strong>}
      <span class="quiet">
        {info.start !== null && (
          <>
            <TimeAgo at={info.start} /> ·{" "}
          </>
        )}
        {plural(spans, "span")}
        {tokens.total !== null && ` · ${tokens.total.toLocaleString("en-US")} tokens`}
        {tokens.input !== null && tokens.output !== null && ` (${tokens.input.toLocaleString("en-US")} in, ${tokens.output.toLocaleString("en-US")} out)`}
      </span>
      <span class="mono quiet with-copy">
        {info.id}
        <CopyButton text={info.id} label="Copy the trace's id" />
      </span>
      {info.run && (
        <Tag icon="run" href={toRun(info.experiment || experiment, info.run)} tip={`The run ${info.run}`}>
          run {info.run.slice(0, 8)}
        </Tag>
      )}
      {info.session && <Tag name="session" value={info.session} />}
      {info.user && <Tag name="user" value={info.user} />}
      {info.tags.map((tag) => (
        <Tag key={tag.key} name={tag.key} value={tag.value} />
      ))}
      {info.assessments
        .filter((one) => !one.span)
        .map((one) => (
          <AssessmentTag key={one.id} one={one} />
        ))}
    </header>
  );
}
