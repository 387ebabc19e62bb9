/** A run's parent and children. */

import type { Run } from "@schema/calls";
import { useState } from "preact/hooks";
import { IconButton } from "../../../components/Button";
import { Failure } from "../../../components/Failure";
import { Rows } from "../../../components/Rows";
import { StatusDot } from "../../../components/StatusDot";
import { formatDuration } from "../../../lib/format";
import { useLoad } from "../../../lib/load";
import { href } from "../../../lib/route";
import { toastFailure } from "../../../lib/toasts";
import { type Family, getFamily, nameOf, PARENT, type Relative, tagOf } from "../data";
import { Panel } from "./Panel";

const ROW = 26;

interface Line extends Relative {
  depth: number;
  open: boolean | null;
  here: boolean;
}

/** The list; runs without relatives have none. Children of children come when their parent is opened. `version` loads it anew. */
export function FamilyList({ run, version }: { run: Run; version: number }) {
  const { run_id, experiment_id } = run.info;
  const parent = tagOf(run, PARENT);
  const load = useLoad((signal) => getFamily(experiment_id, run_id, parent, signal), [run_id, version], { keep: true });
  const [below, setBelow] = useState<ReadonlyMap<string, Family>>(new Map());
  const family = load.data.value;
  if (load.error.value && !family) {
    return (
      <Panel title="Nested runs">
        <Failure error={load.error.value} what="The parent and the children of this run could not be loaded." retry={load.reload} />
      </Panel>
    );
  }
  if (!family || (!family.parent && family.children.length === 0)) return null;
  const toggle = async (line: Line) => {
    const next = new Map(below);
    if (!next.delete(line.id)) {
      try {
        next.set(line.id, await getFamily(line.experiment, line.id, "", new AbortController().signal));
      } catch (error) {
        toastFailure(error);
      }
    }
    setBelow(next);
  };
  const lines: Line[] = [];
  if (family.parent) lines.push({ ...family.parent, depth: 0, open: null, here: false });
  const depth = lines.length;
  lines.push({ id: run_id, name: nameOf(run), status: run.info.status, start: run.info.start_time, duration: null, experiment: experiment_id, children: 0, depth, open: null, here: true });
  addChildren(lines, family.children, depth + 1, below);
  return (
    <Panel title="Nested runs" {...(family.count > 0 && { count: family.count })}>
      <div style={{ height: `${Math.min(lines.length, 12) * ROW}px` }} class="family">
        <Rows
          count={lines.length}
          height={ROW}
          role="list"
          label="Parent and children of this run"
          render={(index) => {
            const line = lines[index];
            return line && <FamilyLine line={line} toggle={() => void toggle(line)} />;
          }}
        />
      </div>
      {family.count > family.children.length && (
        <p class="quiet panel-empty">
          The first {family.children.length} of {family.count} children are listed.{" "}
          <a href={href(`/experiments/${experiment_id}/runs`, { searchFilter: `tags.\`${PARENT}\` = '${run_id}'` })}>Show all</a>
        </p>
      )}
    </Panel>
  );
}

function addChildren(lines: Line[], children: readonly Relative[], depth: number, below: ReadonlyMap<string, Family>): void {
  for (const child of children) {
    const opened = below.get(child.id);
    lines.push({ ...child, depth, open: child.children ? opened !== undefined : null, here: false });
    if (opened) addChildren(lines, opened.children, depth + 1, below);
  }
}

function FamilyLine({ line, toggle }: { line: Line; toggle: () => void }) {
  return (
    <div class={`family-line ${line.here ? "here" : ""}`} style={{ paddingLeft: `${4 + line.depth * 16}px` }}>
      {line.open === null ? (
        <span class="family-gap" />
      ) : (
        <IconButton small icon={line.open ? "down" : "right"} label={`${line.open ? "Hide" : "Show"} the children of ${line.name}`} aria-expanded={line.open} onClick={toggle} />
      )}
      <StatusDot status={line.status} />
      {line.here ? (
        <strong class="cut" aria-current="page">
          {line.name}
        </strong>
      ) : (
        <a class="cut" href={href(`/experiments/${line.experiment}/runs/${line.id}`)}>
          {line.name}
        </a>
      )}
      {line.duration !== null && <span class="quiet family-time">{formatDuration(line.duration)}</span>}
    </div>
  );
}
