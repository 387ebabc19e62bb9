/** The list of traces, newest first, fetched page by page as it is scrolled. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Empty } from "../../components/Empty";
import { Failure } from "../../components/Failure";
import { Choice, SearchInput } from "../../components/fields";
import { Loading } from "../../components/Loaded";
import { Rows } from "../../components/Rows";
import { Tag } from "../../components/Tag";
import { TimeAgo } from "../../components/TimeAgo";
import { formatCount, formatDuration } from "../../lib/format";
import { useLive, useThrottled } from "../../lib/live";
import { place, setQuery } from "../../lib/route";
import { AssessmentTag } from "./Assessments";
import type { TraceInfo } from "./model";
import { MOST, PAGE, searchTraces } from "./source";
import { StateDot } from "./StateDot";

const ROW = 32;
const HEAD = 28;
const ORDERS = { time: "timestamp_ms DESC", slow: "execution_time_ms DESC" } as const;

interface TraceListProps {
  experiment: string;
  /** Only those of a run. */
  run?: string;
  /** Only those of a logged model. */
  model?: string;
  onOpen: (id: string) => void;
}

/** The list is looked at again at most once in so long while traces come in. */
const AGAIN_MS = 2000;

interface Got {
  traces: readonly TraceInfo[];
  next: string;
  loading: boolean;
  error: unknown;
}

/** The list. Its filter, state and order are in the address. */
export function TraceList({ experiment, run, model, onOpen }: TraceListProps) {
  const { query } = place.value;
  const filter = query.get("searchFilter") ?? "";
  const state = query.get("state") ?? "";
  const order = query.get("order") === "slow" ? "slow" : "time";
  const [typed, setTyped] = useState(filter);
  const [got, setGot] = useState<Got>({ traces: [], next: "", loading: true, error: null });
  const [at, setAt] = useState(0);
  const stop = useRef(new AbortController());
  const whole = [
    run && `attributes.run_id = '${run}'`,
    model && `metadata.\`mlflow.modelId\` = '${model}'`,
    state && `attributes.status = '${state}'`,
    asFilter(filter),
  ]
    .filter(Boolean)
    .join(" AND ");
  const look = (token: string, most: number) => searchTraces({ experiment, filter: whole, order: ORDERS[order], token, most }, stop.current.signal);
  const more = (before: readonly TraceInfo[], token: string) => {
    setGot({ traces: before, next: "", loading: true, error: null });
    const { signal } = stop.current;
    look(token, PAGE).then(
      (page) => !signal.aborted && setGot({ traces: joined(before, page.traces), next: page.next, loading: false, error: null }),
      (error: unknown) => !signal.aborted && setGot({ traces: before, next: "", loading: false, error }),
    );
  };
  useEffect(() => {
    stop.current = new AbortController();
    setAt(0);
    more([], "");
    return () => stop.current.abort();
  }, [experiment, whole, order]);
  const again = useThrottled(() => {
    const { signal } = stop.current;
    const most = Math.min(MOST, Math.max(PAGE, got.traces.length));
    look("", most).then(
      (page) => !signal.aborted && setGot((now) => (now.loading ? now : renewed(now, page, order === "time"))),
      () => {}, // what is shown stays; the next change tries again
    );
  }, AGAIN_MS);
  useLive([experiment], (change) => (change.all || change.traces.length > 0) && again());
  useEffect(() => {
    const timer = setTimeout(() => typed !== filter && setQuery({ searchFilter: typed }), 350);
    return () => clearTimeout(timer);
  }, [typed]);
  const { traces } = got;
  const walk = (event: KeyboardEvent) => {
    let to = at;
    if (event.key === "ArrowDown" || event.key === "j") to = Math.min(traces.length - 1, at + 1);
    else if (event.key === "ArrowUp" || event.key === "k") to = Math.max(0, at - 1);
    else if (event.key === "Enter" && traces[at] && event.target === event.currentTarget) onOpen(traces[at].id);
    else return;
    event.preventDefault();
    setAt(to);
  };
  return (
    <div class="trace-list">
      <div class="trace-tools">
        <SearchInput label="Filter traces" placeholder="Text of requests, or a filter: tags.team = 'search'" value={typed} onInput={setTyped} />
        <Choice
          label="State"
          value={state || "all"}
          onChange={(value) => setQuery({ state: value === "all" ? undefined : value })}
          options={[
            { value: "all", label: "All" },
            { value: "OK", label: "OK" },
            { value: "ERROR", label: "Errors" },
          ]}
        />
        <Choice
          label="Order"
          value={order}
          onChange={(value) => setQuery({ order: value === "time" ? undefined : value })}
          options={[
            { value: "time", label: "Newest" },
            { value: "slow", label: "Slowest" },
          ]}
        />
        <span class="quiet" role="status">
          {got.loading ? "Loading…" : `${traces.length.toLocaleString("en-US")}${got.next ? "+" : ""} ${traces.length === 1 ? "trace" : "traces"}`}
        </span>
      </div>
      {got.error && traces.length === 0 ? (
        <Failure error={got.error} what="The traces could not be loaded." retry={() => more(traces, "")} />
      ) : traces.length === 0 && got.loading ? (
        <Loading />
      ) : traces.length === 0 ? (
        <Empty title={filter || state ? "No traces match" : "No traces yet"} icon="trace">
          {!filter && !state && (
            <p class="quiet">
              Decorate a function with <code>@mlflow.trace</code>, or turn on autologging of the library that you call.
            </p>
          )}
        </Empty>
      ) : (
        <Rows
          count={traces.length}
          height={ROW}
          headHeight={HEAD}
          role="table"
          label="Traces"
          class="trace-table"
          onKeyDown={walk}
          reveal={{ index: at, stamp: at }}
          attributes={{ "aria-rowcount": got.next ? -1 : traces.length + 1 }}
          onWindow={(_, to) => {
            if (to >= traces.length - 20 && got.next && !got.loading) more(traces, got.next);
          }}
          head={
            <div class="trace-head" role="rowgroup">
              <div role="row" class="trace-row">
                {["Request", "Response", "Started", "Duration", "Tokens", "Assessments", "Tags"].map((title, index) => (
                  <span key={title} role="columnheader" class={index === 3 || index === 4 ? "number" : ""}>
                    {title}
                  </span>
                ))}
              </div>
            </div>
          }
          render={(index) => {
            const trace = traces[index];
            return trace && <Row trace={trace} index={index} current={index === at} open={() => onOpen(trace.id)} />;
          }}
        />
      )}
    </div>
  );
}

/** Traces and those of the next page; none twice, where some came in meanwhile. */
function joined(before: readonly TraceInfo[], more: readonly TraceInfo[]): TraceInfo[] {
  const known = new Set(before.map((one) => one.id));
  return [...before, ...more.filter((one) => !known.has(one.id))];
}

/** The list after another look at its first traces; those behind them stay. */
export function renewed<T extends { traces: readonly TraceInfo[]; next: string }>(now: T, page: { traces: readonly TraceInfo[]; next: string }, byTime: boolean): T {
  const last = page.traces.at(-1);
  if (!page.next || !last || !byTime) return { ...now, traces: page.traces, next: page.next };
  const rest = joined(page.traces, now.traces.filter((one) => (one.start ?? 0) < (last.start ?? 0))).slice(page.traces.length);
  return rest.length > 0 ? { ...now, traces: [...page.traces, ...rest] } : { ...now, traces: page.traces, next: page.next };
}

/** A text that is no filter looks through the texts of the traces. */
export function asFilter(text: string): string {
  const bare = text.trim();
  if (!bare) return "";
  if (/[=<>]|\b(?:LIKE|ILIKE|IN|IS)\b/.test(bare)) return bare;
  return `trace.text ILIKE '%${bare.replaceAll("'", "")}%'`;
}

function Row({ trace, index, current, open }: { trace: TraceInfo; index: number; current: boolean; open: () => void }) {
  return (
    <div role="row" aria-rowindex={index + 2} class={`trace-row ${current ? "current" : ""}`}>
      <span role="rowheader" class="trace-request">
        <StateDot state={trace.state} />
        <button type="button" class="value-button cut" onClick={open} aria-label={`Open the trace ${trace.name || trace.id}: ${trace.request}`}>
          {trace.request || trace.name || trace.id}
        </button>
      </span>
      <span role="cell" class="cut quiet">
        {trace.response}
      </span>
      <span role="cell">
        <TimeAgo at={trace.start} />
      </span>
      <span role="cell" class="number">
        {trace.duration === null ? "" : formatDuration(trace.duration)}
      </span>
      <span role="cell" class="number">
        {trace.tokens.total === null ? "" : formatCount(trace.tokens.total)}
      </span>
      <span role="cell" class="trace-tags">
        {trace.assessments.slice(0, 4).map((one) => (
          <AssessmentTag key={one.id} one={one} />
        ))}
      </span>
      <span role="cell" class="trace-tags">
        {trace.tags.slice(0, 4).map((tag) => (
          <Tag key={tag.key} name={tag.key} value={tag.value} />
        ))}
      </span>
    </div>
  );
}
