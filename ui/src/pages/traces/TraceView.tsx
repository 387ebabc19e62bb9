/** One trace: what it was, its spans as a tree with a waterfall, and what the chosen span did. */

import { useMemo, useState } from "preact/hooks";
import { Button } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { Empty } from "../../components/Empty";
import { askWhether } from "../../components/ask";
import { Loaded } from "../../components/Loaded";
import { Menu } from "../../components/Menu";
import { Tag } from "../../components/Tag";
import { TagEditor } from "../../components/TagEditor";
import { TimeAgo } from "../../components/TimeAgo";
import { formatDuration, plural } from "../../lib/format";
import { useLoad } from "../../lib/load";
import { place, setQuery } from "../../lib/route";
import { toLoggedModel, toRun } from "../../lib/places";
import { perform } from "../../lib/actions";
import { useLive, useThrottled } from "../../lib/live";
import { toastFailure } from "../../lib/toasts";
import { isUnknown } from "../run/UnknownRun";
import { AssessmentTag } from "./Assessments";
import type { Trace, TraceInfo } from "./model";
import { deleteTrace, getTrace, setTraceTag } from "./source";
import { SpanPanel } from "./SpanPanel";
import { StateDot } from "./StateDot";
import { spanTree } from "./tree";
import { Waterfall } from "./Waterfall";

/** While a trace goes on, its spans are fetched at most once in so long. */
const AGAIN_MS = 1500;

interface TraceViewProps {
  id: string;
  experiment: string;
  onClose: () => void;
}

/** The trace. */
export function TraceView({ id, experiment, onClose }: TraceViewProps) {
  const load = useLoad((signal) => getTrace(id, signal), [id]);
  const again = useThrottled(load.reload, AGAIN_MS);
  useLive([experiment], (change) => (change.all || change.traces.length > 0) && again());
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
      {(trace) => <Shown trace={trace} experiment={experiment} onClose={onClose} reload={load.reload} />}
    </Loaded>
  );
}

interface ShownProps {
  trace: Trace;
  experiment: string;
  onClose: () => void;
  reload: () => void;
}

function Shown({ trace, experiment, onClose, reload }: ShownProps) {
  const roots = useMemo(() => spanTree(trace.spans), [trace]);
  const [wanted, setWanted] = useState("");
  const asked = place.value.query.get("span") ?? "";
  const byId = useMemo(() => new Map(trace.spans.map((span) => [span.id, span])), [trace]);
  const span = byId.get(asked) ?? roots[0]?.span ?? null;
  return (
    <div class="trace-view">
      <Head info={trace.info} experiment={experiment} spans={trace.spans.length} onClose={onClose} reload={reload} />
      {trace.spans.length === 0 ? (
        <Empty title={trace.info.state === "IN_PROGRESS" ? "This trace goes on: its spans come when it ends" : "This trace has no spans"} icon="trace" />
      ) : (
        <div class="trace-parts">
          <Waterfall roots={roots} duration={trace.spans.reduce((most, one) => Math.max(most, one.end), 0)} chosen={span?.id ?? ""} onChoose={(id) => setQuery({ span: id })} wanted={wanted} onWanted={setWanted} />
          {span && <SpanPanel key={span.id} trace={trace.info.id} span={span} assessments={trace.info.assessments} isRoot={span === roots[0]?.span} wanted={wanted} reload={reload} />}
        </div>
      )}
    </div>
  );
}

interface HeadProps {
  info: TraceInfo;
  experiment: string;
  spans: number;
  onClose: () => void;
  reload: () => void;
}

function Head({ info, experiment, spans, onClose, reload }: HeadProps) {
  const { tokens } = info;
  const home = info.experiment || experiment;
  const setTag = (key: string, value: string | undefined) => {
    const before = info.tags.find((tag) => tag.key === key)?.value;
    const set = async (wanted: string | undefined) => {
      await setTraceTag(info.id, key, wanted);
      reload();
    };
    return perform({ done: value === undefined ? `Removed the tag “${key}”` : `Saved the tag “${key}”`, run: () => set(value), undo: () => set(before) });
  };
  const remove = async () => {
    const meant = await askWhether({
      title: "Delete this trace?",
      text: "Its spans and assessments go with it. That cannot be taken back.",
      action: "Delete the trace",
      danger: true,
    });
    if (!meant) return;
    try {
      await deleteTrace(home, info.id);
      onClose();
    } catch (error) {
      toastFailure(error, "The trace could not be deleted.");
    }
  };
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
        <Tag icon="run" href={toRun(home, info.run)} tip={`The run ${info.run}`}>
          run {info.run.slice(0, 8)}
        </Tag>
      )}
      {info.model && (
        <Tag icon="box" href={toLoggedModel(home, info.model)} tip={`The logged model ${info.model}`}>
          model {info.model.slice(0, 10)}
        </Tag>
      )}
      {info.session && <Tag name="session" value={info.session} />}
      {info.user && <Tag name="user" value={info.user} />}
      <TagEditor tags={info.tags} onSet={(key, value) => void setTag(key, value)} />
      {info.assessments
        .filter((one) => !one.span)
        .map((one) => (
          <AssessmentTag key={one.id} one={one} />
        ))}
      <span class="toolbar-space" />
      <Menu iconOnly icon="more" label="Trace menu" align="end" items={[{ label: "Delete…", icon: "trash", danger: true, run: () => void remove() }]} />
    </header>
  );
}
