/** The charts of one run: the same as those beside the table of runs, with one line each. */

import { useEffect, useMemo } from "preact/hooks";
import { runColours } from "../../charts/colours";
import { seriesSource } from "../../charts/source";
import { ink } from "../../charts/theme";
import { LazyImages } from "./later";
import type { ChartRun } from "./lines";
import { Sections } from "./Sections";
import { matching, sectionsOf } from "./sections";
import { SeriesCard } from "./SeriesCard";
import { heights } from "./ChartsView";
import { settingsOf } from "./state";
import { Toolbar } from "./Toolbar";
import { useWorkspace } from "./useWorkspace";
import "./charts.css";

/** The metrics of one run to draw. */
export interface RunChartsProps {
  runId: string;
  keys: string[];
  /** Whether these are system metrics, which are drawn over time. */
  system?: boolean;
  /** When the run began, in milliseconds. */
  start?: number;
  name?: string;
  experimentId?: string;
  /** Grows when the run's metrics have changed on the server. */
  version?: number;
}

/** The charts of one run. Their settings are in the address. */
export function RunCharts({ runId, keys, system = false, start, name = "this run", experimentId, version = 0 }: RunChartsProps) {
  const [workspace, change] = useWorkspace(system ? "x:relative" : "");
  useEffect(() => {
    if (version) seriesSource.forget(new Set([runId]));
  }, [version]);
  const theme = ink.value.theme;
  const runs = useMemo(() => {
    const colour = runColours([runId], theme).get(runId) as string;
    return new Map<string, ChartRun>([[runId, { id: runId, name, colour, start: start ?? null }]]);
  }, [runId, name, start, theme]);
  const found = useMemo(() => matching(keys, workspace.find), [keys, workspace.find]);
  // System metrics have a tab of their own: there, the section around all of them would say nothing.
  const sections = useMemo(() => {
    const made = sectionsOf(found);
    return system ? made.flatMap((one) => (one.prefix === "system" ? [{ ...one, prefix: "", title: "" }] : [one])) : made;
  }, [found, system]);
  const toggle = (prefix: string) => {
    const { toggled } = workspace;
    change({ toggled: toggled.includes(prefix) ? toggled.filter((one) => one !== prefix) : [...toggled, prefix] });
  };
  return (
    <div class={`charts-view size-${workspace.size}`}>
      <Toolbar workspace={workspace} change={change} metrics={system ? [] : keys.map((key) => `metrics.${key}`)} groupable={[]} matches={1} shown={1} />
      <Sections
        sections={sections}
        toggled={workspace.toggled}
        onToggle={toggle}
        chart={(key, few) => (
          <SeriesCard
            key={key}
            metric={key}
            runs={runs}
            groups={null}
            settings={settingsOf(workspace, key)}
            height={heights[workspace.size] + (few ? 50 : 0)}
            version={version}
            hasOwn={key in workspace.own}
            onOwn={(own) => {
              const { [key]: before, ...rest } = workspace.own;
              change({ own: own ? { ...rest, [key]: { ...before, ...own } } : rest });
            }}
          />
        )}
      />
      {!system && <LazyImages runs={runs} version={version} experimentIds={experimentId ? [experimentId] : []} />}
      {workspace.find && found.length === 0 && <p class="quiet charts-none">No metric matches “{workspace.find}”.</p>}
    </div>
  );
}
