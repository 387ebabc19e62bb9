/** The settings of all charts, in one row. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../components/Button";
import { Choice, SearchInput, Select } from "../../components/fields";
import { Menu, type MenuEntry } from "../../components/Menu";
import { zooms } from "../../charts/shared";
import type { Smoothing } from "../../charts/smoothing";
import { keyOf } from "./data";
import type { AddedKind, Workspace } from "./state";

interface ToolbarProps {
  workspace: Workspace;
  change: (changes: Partial<Workspace>) => void;
  /** Metrics that may be on the x axis. */
  metrics: readonly string[];
  /** Columns by which runs may be grouped. */
  groupable: readonly string[];
  onAdd?: (kind: AddedKind) => void;
  /** How many runs are to be drawn, where that can be changed here. */
  number?: number;
  onNumber?: (number: number) => void;
  /** How many runs there are to draw. */
  matches: number;
  shown: number;
}

const addable: [AddedKind, string][] = [
  ["scatter", "Scatter"],
  ["bar", "Bars"],
  ["parallel", "Parallel coordinates"],
  ["box", "Boxes"],
  ["heat", "Heat map"],
  ["importance", "Importance of params"],
];

/** By so many columns runs are grouped at most. */
const MOST_GROUPS = 4;

/** How many choices a list has at most: more are found by typing into the filter of the table. */
const MOST_CHOICES = 300;

/** The row above the charts. */
export function Toolbar({ workspace, change, metrics, groupable, onAdd, number, onNumber, matches, shown }: ToolbarProps) {
  const sizes = [...new Set([10, 20, 50, 100, 200, number ?? 10])].sort((a, b) => a - b);
  const more: MenuEntry[] = addable.map(([kind, label]) => ({ label, run: () => onAdd?.(kind) }));
  return (
    <div class="charts-bar" role="toolbar" aria-label="Settings of all charts">
      <h2 class="hidden-visually">Charts</h2>
      <SearchInput label="Find metrics" placeholder="Find metrics (regex)" value={workspace.find} onInput={(find) => change({ find })} />
      <Labelled text="X">
        <Select
          label="X axis"
          hideLabel
          value={workspace.x}
          options={[
            { value: "step", label: "Step" },
            { value: "relative", label: "Relative time" },
            { value: "wall", label: "Wall time" },
            ...including(metrics, workspace.x.startsWith("metrics.") ? workspace.x : "").map((value) => ({ value, label: keyOf(value) })),
          ]}
          onChange={(x) => change({ x })}
        />
      </Labelled>
      <SmoothingField smoothing={workspace.smoothing} amount={workspace.amount} onChange={change} />
      <Button small kind="bare" aria-pressed={workspace.log} onClick={() => change({ log: !workspace.log })}>
        Log
      </Button>
      <Button
        small
        kind="bare"
        aria-pressed={workspace.cut}
        data-tip="Leave values beyond the 1st and 99th percentile out of the picture"
        onClick={() => change({ cut: !workspace.cut })}
      >
        No outliers
      </Button>
      {zooms.value.size > 0 && (
        <Button small icon="undo" onClick={() => (zooms.value = new Map())}>
          Reset zoom
        </Button>
      )}
      {groupable.length + workspace.groups.length > 0 && (
        <Labelled text="Group">
          <Grouping columns={workspace.groups} groupable={groupable} onChange={(groups) => change({ groups })} />
        </Labelled>
      )}
      {onNumber && (
        <Labelled text="Runs">
          <Select
            label="Number of runs drawn"
            hideLabel
            value={String(number)}
            options={sizes.map((size) => ({ value: String(size), label: `first ${size}` }))}
            onChange={(size) => onNumber(Number(size))}
          />
          {shown < matches && (
            <span class="quiet charts-count">
              {shown.toLocaleString("en-US")} of {matches.toLocaleString("en-US")}
            </span>
          )}
        </Labelled>
      )}
      <span class="charts-end">
        <Choice
          label="Size of charts"
          value={workspace.size}
          options={[
            { value: "s", label: "S" },
            { value: "m", label: "M" },
            { value: "l", label: "L" },
          ]}
          onChange={(size) => change({ size })}
        />
        {onAdd && <Menu small label="Add chart" icon="plus" items={more} align="end" />}
      </span>
    </div>
  );
}

/** A choice for each column that runs are grouped by, and one for a further one. */
function Grouping({ columns, groupable, onChange }: { columns: readonly string[]; groupable: readonly string[]; onChange: (columns: string[]) => void }) {
  const more = columns.length < MOST_GROUPS && groupable.some((one) => !columns.includes(one));
  return (
    <>
      {[...columns, ...(more ? [""] : [])].map((chosen, at) => {
        const free = groupable.filter((one) => one === chosen || !columns.includes(one));
        return (
          <Select
            key={at}
            label={at === 0 ? "Group runs by" : `Group runs also by, ${at + 1}`}
            hideLabel
            value={chosen}
            options={[
              { value: "", label: chosen || at === 0 ? "None" : "and…" },
              ...including(free, chosen).map((value) => ({ value, label: keyOf(value) })),
            ]}
            onChange={(column) => onChange([...columns.slice(0, at), ...(column ? [column] : []), ...columns.slice(at + 1)])}
          />
        );
      })}
    </>
  );
}

function including(values: readonly string[], chosen: string): string[] {
  const some = values.slice(0, MOST_CHOICES);
  return chosen && !some.includes(chosen) ? [chosen, ...some] : some;
}

function Labelled({ text, children }: { text: string; children: preact.ComponentChildren }) {
  return (
    <span class="charts-field">
      <span class="quiet" aria-hidden="true">
        {text}
      </span>
      {children}
    </span>
  );
}

const widest: Record<Smoothing, number> = { none: 1, ema: 0.99, gaussian: 50, mean: 101 };
const usual: Record<Smoothing, number> = { none: 0.6, ema: 0.6, gaussian: 5, mean: 11 };

function SmoothingField({ smoothing, amount, onChange }: { smoothing: Smoothing; amount: number; onChange: (changes: Partial<Workspace>) => void }) {
  // While the slider is pulled, only it moves; the charts follow a moment later, not with every pixel.
  const pulled = useSignal<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const shown = pulled.value ?? amount;
  const set = (value: number) => {
    pulled.value = value;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      pulled.value = null;
      onChange({ amount: value });
    }, 60);
  };
  return (
    <Labelled text="Smooth">
      <Select
        label="Smoothing"
        hideLabel
        value={smoothing}
        options={[
          { value: "none", label: "None" },
          { value: "ema", label: "Moving average (EMA)" },
          { value: "gaussian", label: "Gaussian" },
          { value: "mean", label: "Running mean" },
        ]}
        onChange={(kind) => onChange({ smoothing: kind, amount: usual[kind] })}
      />
      {smoothing !== "none" && (
        <>
          <input
            type="range"
            aria-label="Strength of smoothing"
            min={smoothing === "ema" ? 0 : 1}
            max={widest[smoothing]}
            step={smoothing === "ema" ? 0.01 : smoothing === "mean" ? 2 : 0.5}
            value={shown}
            onInput={(event) => set(Number(event.currentTarget.value))}
          />
          <output class="charts-amount">{smoothing === "ema" ? shown.toFixed(2) : shown}</output>
        </>
      )}
    </Labelled>
  );
}
