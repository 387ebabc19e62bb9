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
import { place, setQuery } from "../../lib/route";
import { AssessmentTag } from "./Assessments";
import type { TraceInfo } from "./model";
import type { TraceSource } from "./source";
import { StateDot } from "./StateDot";

const ROW = 32;
const HEAD = 28;
const ORDERS = { time: "timestamp_ms DESC", slow: "execution_time_ms DESC" } as const;

interface TraceListProps {
  source: TraceSource;
  experiment: string;
  run?: string;
  onOpen: (id: string) => void;
}

interface Got {
  traces: readonly TraceInfo[];
  next: string;
  loading: boolean;
  error: unknown;
}

/** The list. Its filter, state and order are in the address. */
export function TraceList({ source, experiment, run, onOpen }: TraceListProps) {
  const { query } = place.value;
  const filter = query.get("searchFilter") ?? "";
  const state = query.get("state") ?? "";
  const order = query.get("order") === "slow" ? "slow" : "time";
  const [typed, setTyped] = useState(filter);
  const [got, setGot] = useState<Got>({ traces: [], next: "", loading: true, error: null });
  const [at, setAt] = useState(0);
  const stop = useRef(new AbortController());
  const whole = [run && `metadata.\`mlflow.sourceRun\` = '${run}'`, state && `status = '${state}'`, asFilter(filter)].filter(Boolean).join(" AND ");
  const more = (before: readonly TraceInfo[], token: string) => {
    setGot({ traces: before, next: "", loading: true, error: null });
    const { signal } = stop.current;
    source.search({ experiment, filter: whole, order: ORDERS[order], token }, signal).then(
      (page) => !signal.aborted && setGot({ traces: [...before, ...page.traces], next: page.next, loading: false, error: null }),
      (error: unknown) => !signal.aborted && setGot({ traces: before, next: "", loading: false, error }),
    );
  };
  useEffect(() => {
    stop.current = new AbortController();
    setAt(0);
    more([], "");
    return () => stop.current.abort();
  }, [source, experiment, whole, order]);
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
      {got.error ? (
        <Failure error={got.error} what="The traces could not be loaded." retry={() => more(traces, "")} />
      ) : traces.length === 0 && got.loading ? (
        <Loading />
      ) : traces.length === 0 ? (
        <Empty title={whole ? "No traces match" : "No traces yet"} icon="trace" />
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

/** A text that is no filter looks through the texts of the traces. */
export function asFilter(text: string): string {
  const bare = text.trim();
  if (!bare) return "";
  if (/[=<>]|\b(?:LIKE|ILIKE|IN|IS)\b/.test(bare)) return bare;
  return `trace.text LIKE '%${bare.replaceAll("'", "")}%'`;
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
