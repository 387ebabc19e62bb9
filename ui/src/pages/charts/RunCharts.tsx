/** The charts of one run: the same as those beside the table of runs, with one line each. */

import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { ColumnFacts } from "@schema/calls";
import { asNumber } from "../../api/numbers";
import { Title } from "../../charts/Card";
import { runColours } from "../../charts/colours";
import { exact } from "../../charts/numbers";
import { seriesSource } from "../../charts/source";
import { ink } from "../../charts/theme";
import { Button } from "../../components/Button";
import { Loading } from "../../components/Loaded";
import { useLoad } from "../../lib/load";
import { catalogueOf, searchOf } from "./data";
import { LazyImages } from "./later";
import type { ChartRun } from "./lines";
import { Sections } from "./Sections";
import { matching, type Section, sectionsOf } from "./sections";
import { SeriesCard } from "./SeriesCard";
import { heights, owning, settingsOf, toggling } from "./state";
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
  // How many points each metric has: one alone is a number to read, not a chart.
  const facts = useLoad(
    async (signal) => {
      if (!experimentId) return null;
      const columns = await catalogueOf(searchOf([experimentId], [runId]), signal, ["metrics"]);
      return new Map(columns.map((column) => [column.name.slice("metrics.".length), column]));
    },
    [runId, experimentId, version],
    { keep: true },
  );
  const known = facts.data.value;
  const matched = useMemo(() => matching(keys, workspace.find), [keys, workspace.find]);
  const single = matched.filter((key) => known?.get(key)?.most_points === 1);
  const found = useMemo(() => matched.filter((key) => known?.get(key)?.most_points !== 1), [matched, known]);
  // System metrics have a tab of their own: there, the section around all of them would say nothing, and those of
  // each machine of several stand in a section of its own.
  const sections = useMemo(() => {
    const made = sectionsOf(found);
    const bare = (text: string) => text.replace(/^system(?:\/|$)/, "");
    const within = (one: Section): Section => ({ ...one, prefix: bare(one.prefix), title: bare(one.title), inner: one.inner.map(within) });
    return system ? made.map(within) : made;
  }, [found, system]);
  const toggle = (prefix: string) => change(toggling(workspace, prefix));
  return (
    <div class={`charts-view size-${workspace.size}`}>
      <Toolbar workspace={workspace} change={change} metrics={system ? [] : keys.map((key) => `metrics.${key}`)} groupable={[]} matches={1} shown={1} />
      {known === undefined && !facts.error.value && <Loading />}
      {single.length > 0 && <SingleTiles keys={single} facts={known ?? new Map()} />}
      <Sections
        sections={known === undefined && !facts.error.value ? [] : sections}
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
            onOwn={(own) => change(owning(workspace, key, own))}
          />
        )}
      />
      {!system && <LazyImages runs={runs} version={version} experimentIds={experimentId ? [experimentId] : []} />}
      {workspace.find && matched.length === 0 && <p class="quiet charts-none">No metric matches “{workspace.find}”.</p>}
    </div>
  );
}

/** How many numbers are shown before "more" is pressed. */
const FIRST_TILES = 60;

function SingleTiles({ keys, facts }: { keys: readonly string[]; facts: ReadonlyMap<string, ColumnFacts> }) {
  const all = useSignal(false);
  return (
    <section class="single-tiles" aria-label="Single values">
      <dl>
        {(all.value ? keys.slice(0, 2000) : keys.slice(0, FIRST_TILES)).map((key) => {
          const value = facts.get(key)?.maximum;
          return (
            <div key={key}>
              <dt class="cut" title={key}>
                <Title text={key} />
              </dt>
              <dd>{value === null || value === undefined ? "NaN" : exact(asNumber(value))}</dd>
            </div>
          );
        })}
      </dl>
      {keys.length > FIRST_TILES && (
        <Button small onClick={() => (all.value = !all.value)}>
          {all.value ? "Show fewer" : `Show all ${keys.length.toLocaleString("en-US")}`}
        </Button>
      )}
    </section>
  );
}
