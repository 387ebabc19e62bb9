/** The spans of a trace: on the left the tree, on the right when each ran. Any number of them: only those in view are drawn. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { IconButton } from "../../components/Button";
import { Checkbox, SearchInput } from "../../components/fields";
import { Icon } from "../../components/icons";
import { Rows } from "../../components/Rows";
import { formatDuration } from "../../lib/format";
import { kindClass } from "./kinds";
import { holds, type Node, shownNodes, ticks } from "./tree";

const ROW = 26;
const HEAD = 24;

interface WaterfallProps {
  roots: readonly Node[];
  duration: number;
  chosen: string;
  onChoose: (id: string) => void;
  wanted: string;
  onWanted: (text: string) => void;
}

/** Tree and waterfall. Arrows walk it and open and close; Enter opens and closes, too. */
export function Waterfall({ roots, duration, chosen, onChoose, wanted, onWanted }: WaterfallProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [critical, setCritical] = useState(false);
  const [jumps, setJumps] = useState(0);
  const hits = useMemo(() => (wanted ? shownNodes(roots, new Set()).filter((node) => holds(node.span, wanted)) : []), [roots, wanted]);
  const hitIds = useMemo(() => new Set(hits.map((node) => node.span.id)), [hits]);
  const nodes = useMemo(() => shownNodes(roots, wanted ? new Set() : closed), [roots, closed, wanted]);
  const here = nodes.findIndex((node) => node.span.id === chosen);
  const toggle = (node: Node) => {
    const next = new Set(closed);
    if (!next.delete(node.span.id)) next.add(node.span.id);
    setClosed(next);
  };
  useEffect(() => {
    if (hits[0] && !hitIds.has(chosen)) onChoose(hits[0].span.id);
  }, [hits]);
  const step = (by: number) => {
    if (hits.length === 0) return;
    const at = hits.findIndex((node) => node.span.id === chosen);
    const next = hits[(at + by + hits.length) % hits.length];
    if (next) onChoose(next.span.id);
    setJumps(jumps + 1);
  };
  const walk = (event: KeyboardEvent) => {
    const node = nodes[here];
    let to = here;
    if (event.key === "ArrowDown" || event.key === "j") to = Math.min(nodes.length - 1, here + 1);
    else if (event.key === "ArrowUp" || event.key === "k") to = Math.max(0, here - 1);
    else if (event.key === "Home") to = 0;
    else if (event.key === "End") to = nodes.length - 1;
    else if (event.key === "ArrowRight" && node && node.children.length > 0 && closed.has(node.span.id)) toggle(node);
    else if (event.key === "ArrowLeft" && node && node.children.length > 0 && !closed.has(node.span.id)) toggle(node);
    else if (event.key === "ArrowLeft" && node) {
      while (to > 0 && (nodes[to]?.depth ?? 0) >= node.depth) to--;
    } else if (event.key === "Enter" && node) toggle(node);
    else return;
    event.preventDefault();
    const next = nodes[to];
    if (next && to !== here) onChoose(next.span.id);
  };
  const closeAll = () => setClosed(new Set(closed.size > 0 ? [] : nodes.filter((node) => node.depth > 0 && node.children.length > 0).map((node) => node.span.id)));
  return (
    <section class="waterfall" aria-label="Spans">
      <div class="waterfall-tools">
        <SearchInput
          label="Search in the spans"
          value={wanted}
          onInput={onWanted}
          onKeyDown={(event) => {
            if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
          }}
        />
        {wanted && (
          <span class="quiet" role="status">
            {hits.length === 0 ? "not found" : `${hits.findIndex((node) => node.span.id === chosen) + 1} of ${hits.length.toLocaleString("en-US")}`}
          </span>
        )}
        <Checkbox label="Critical path" checked={critical} onChange={setCritical} />
        <IconButton small icon={closed.size > 0 ? "plus" : "minus"} label={closed.size > 0 ? "Open all spans" : "Close all spans"} onClick={closeAll} />
      </div>
      <Rows
        count={nodes.length}
        height={ROW}
        headHeight={HEAD}
        role="tree"
        label="Spans of the trace"
        class={`spans ${critical ? "critical" : ""}`}
        onKeyDown={walk}
        reveal={{ index: here, stamp: `${here} ${jumps}` }}
        attributes={{ "aria-activedescendant": here >= 0 ? `span-${here}` : undefined }}
        head={<Ruler duration={duration} />}
        render={(index) => {
          const node = nodes[index];
          return node && <Line node={node} index={index} duration={duration} chosen={index === here} hit={hitIds.has(node.span.id)} open={wanted !== "" || !closed.has(node.span.id)} choose={() => onChoose(node.span.id)} toggle={() => toggle(node)} />;
        }}
      />
    </section>
  );
}

function Ruler({ duration }: { duration: number }) {
  return (
    <div class="span-ruler" aria-hidden="true">
      <span class="span-name quiet">Span</span>
      <span class="span-times">
        {ticks(duration, 6).map((at) => (
          <span key={at} class="span-tick" style={{ left: `${(100 * at) / (duration || 1)}%` }}>
            {at === 0 ? "0" : formatDuration(at)}
          </span>
        ))}
      </span>
    </div>
  );
}

interface LineProps {
  node: Node;
  index: number;
  duration: number;
  chosen: boolean;
  hit: boolean;
  open: boolean;
  choose: () => void;
  toggle: () => void;
}

function Line({ node, index, duration, chosen, hit, open, choose, toggle }: LineProps) {
  const { span } = node;
  const share = (time: number) => `${(100 * time) / (duration || 1)}%`;
  const took = span.end - span.start;
  const late = span.start / (duration || 1) > 0.72;
  return (
    <div
      id={`span-${index}`}
      role="treeitem"
      class={`span-line ${chosen ? "chosen" : ""} ${hit ? "hit" : ""} ${node.critical ? "on-path" : ""}`}
      aria-level={node.depth + 1}
      aria-selected={chosen}
      aria-expanded={node.children.length > 0 ? open : undefined}
      onClick={choose}
    >
      <span class="span-name" style={{ paddingLeft: `${6 + Math.min(node.depth, 24) * 14}px` }}>
        {node.children.length > 0 ? (
          <span
            class="span-toggle"
            onClick={(event) => {
              event.stopPropagation();
              toggle();
            }}
          >
            <Icon name={open ? "down" : "right"} size={12} />
          </span>
        ) : (
          <span class="span-toggle" />
        )}
        <span class={`span-kind ${kindClass(span.kind)}`} data-tip={span.kind} aria-hidden="true" />
        <span class="cut">{span.name}</span>
        {!open && node.below > 0 && <span class="panel-count">{node.below.toLocaleString("en-US")}</span>}
        {(span.state === "ERROR" || (node.failedBelow && !open)) && (
          <span class="span-failed" data-tip={span.message || "Failed"}>
            <Icon name="warning" size={13} />
            <span class="hidden-visually">failed</span>
          </span>
        )}
      </span>
      <span class="span-times">
        <span class={`span-bar ${kindClass(span.kind)} ${span.state === "ERROR" ? "failed" : ""}`} style={{ left: share(span.start), width: `max(2px, ${share(took)})` }} />
        <span class={`span-took ${late ? "before" : ""}`} style={late ? { right: `calc(100% - ${share(span.start)} + 4px)` } : { left: `calc(${share(span.end)} + 4px)` }}>
          {formatDuration(took)}
          {node.children.length > 0 && node.self > 0.05 * took && <span class="quiet"> self {formatDuration(node.self)}</span>}
        </span>
      </span>
    </div>
  );
}
