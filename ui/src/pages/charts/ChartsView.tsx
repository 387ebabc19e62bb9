/** The charts of the runs of a search: one for each metric, in sections, and those that were added by hand. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { runColours } from "../../charts/colours";
import { ink } from "../../charts/theme";
import { Code } from "../../components/Code";
import { Empty } from "../../components/Empty";
import { Loaded } from "../../components/Loaded";
import { useLoad } from "../../lib/load";
import type { ColumnFacts } from "@schema/calls";
import { catalogueOf, type RunTable, runTable, searchOf, type Search, type Value } from "./data";
import { LazyAdded, LazyImages } from "./later";
import { Legend } from "./Legend";
import { type ChartRun, groupName, type Groups } from "./lines";
import { Sections } from "./Sections";
import { matching, sectionsOf } from "./sections";
import { SeriesCard } from "./SeriesCard";
import { SingleValues } from "./SingleValues";
import { type AddedKind, heights, owning, settingsOf, toggling, type Workspace } from "./state";
import { Toolbar } from "./Toolbar";
import { useChanges } from "./useChanges";
import { useWorkspace } from "./useWorkspace";
import "./charts.css";

/** What the charts of runs are shown for. */
export interface ChartsViewProps {
  experimentIds: string[];
  filter: string;
  orderBy: string[];
  /** The visible runs; empty for the first ones of the search. */
  runIds: string[];
  names: Map<string, string>;
  /** Which runs the search is of: ACTIVE_ONLY when absent, DELETED_ONLY or ALL. */
  view?: string;
  /** Grows when runs have changed on the server. */
  version?: number;
  /** How many runs whoever embeds this shows, and how to change that; without it the charts' own number counts. */
  first?: number;
  onFirst?: (first: number) => void;
}

const none: string[] = [];

/** How many given runs are drawn at most. */
const MOST_RUNS = 1000;

/** Charts of given runs ask what those runs have, if these are few enough to be named; else what all have. */
const NAMED_RUNS = 300;

/** The workspace of charts. Its state is in the address. */
export function ChartsView({ experimentIds, filter, orderBy, runIds, names, view, version = 0, first, onFirst }: ChartsViewProps) {
  const [workspace, change] = useWorkspace();
  const search = useMemo<Search>(
    () => ({ experimentIds, filter, orderBy, ...(view ? { view } : {}) }),
    [experimentIds.join(), filter, orderBy.join(), view],
  );
  const wanted = useMemo(() => runIds, [runIds.join()]);
  const changes = useChanges(experimentIds, version);
  const narrow = wanted.length > 0 && wanted.length <= NAMED_RUNS;
  const catalogue = useLoad((signal) => catalogueOf(narrow ? searchOf(experimentIds, wanted) : search, signal), [search, narrow && wanted, changes], { keep: true });
  const adds = workspace.added.length > 0;
  const everything = useLoad((signal) => (adds ? catalogueOf(search, signal) : Promise.resolve([])), [search, adds, changes], { keep: true });
  // Runs that are given are all drawn: their number was chosen elsewhere.
  const most = wanted.length ? Math.min(wanted.length, MOST_RUNS) : workspace.runs;
  const columns = ["attributes.run_name", "attributes.start_time", "tags.mlflow.runColor"];
  columns.push(...workspace.groups);
  const table = useLoad((signal) => runTable(search, wanted, columns, most, signal), [search, wanted, most, workspace.groups.join("\n"), changes], { keep: true });
  return (
    <div class={`charts-view size-${workspace.size}`}>
      <Loaded load={catalogue} what="The metrics of these runs could not be loaded.">
        {(facts) => (
          <Loaded load={table} what="The runs could not be loaded.">
            {(runs) => (
              <Charts
                {...{ search, facts, runs, names, workspace, change }}
                all={everything.data.value ?? []}
                version={changes}
                given={wanted}
                {...(onFirst ? { number: first ?? wanted.length, onNumber: onFirst } : wanted.length ? {} : { number: workspace.runs, onNumber: (runs: number) => change({ runs }) })}
              />
            )}
          </Loaded>
        )}
      </Loaded>
    </div>
  );
}

interface ChartsProps {
  search: Search;
  /** What the drawn runs have, and what all runs of the search have (only while a chart needs it). */
  facts: ColumnFacts[];
  all: ColumnFacts[];
  runs: RunTable;
  given: readonly string[];
  names: ReadonlyMap<string, string>;
  workspace: Workspace;
  change: (changes: Partial<Workspace>) => void;
  version: number;
  /** How many runs are to be drawn, where that can be changed. */
  number?: number;
  onNumber?: (number: number) => void;
}

function Charts({ search, facts, all, runs, given, names, workspace, change, version, number, onNumber }: ChartsProps) {
  const theme = ink.value.theme;
  const lined = useSignal<ReadonlySet<string>>(new Set());
  const shown = useMemo(() => chartRuns(runs, names, theme), [runs, names, theme]);
  const groups = useMemo(() => groupsOf(runs, workspace.groups, theme), [runs, workspace.groups.join("\n"), theme]);
  const metrics = facts.filter((fact) => fact.name.startsWith("metrics."));
  const keys = metrics.filter((fact) => (fact.most_points ?? 0) > 1).map((fact) => fact.name.slice("metrics.".length));
  const single = metrics.filter((fact) => (fact.most_points ?? 0) <= 1).map((fact) => fact.name.slice("metrics.".length));
  const found = useMemo(() => matching(keys, workspace.find), [facts, workspace.find]);
  // A few that were looked for stand together.
  const flat = workspace.find !== "" && found.length <= 6;
  const sections = useMemo(() => (flat ? [{ prefix: "", title: "", keys: found, inner: [], count: found.length }] : sectionsOf(found)), [found, flat]);
  const foundSingle = useMemo(() => matching(single, workspace.find), [facts, workspace.find]);
  const groupable = facts
    .filter(({ name, distinct }) => !name.startsWith("metrics.") && !name.startsWith("tags.mlflow.") && (distinct ?? 0) > 1 && (distinct ?? 0) <= 100)
    .map((fact) => fact.name);
  const toggle = (prefix: string) => change(toggling(workspace, prefix));
  const add = (kind: AddedKind) => change({ added: [...workspace.added, { kind, columns: [] }] });
  const experimentId = search.experimentIds[0];
  if (!runs.ids.length) {
    return (
      <Empty title="No runs to draw" icon="chart">
        <p>The filter finds no runs, or all of them are hidden.</p>
      </Empty>
    );
  }
  return (
    <>
      <Toolbar
        workspace={workspace}
        change={change}
        metrics={keys.map((key) => `metrics.${key}`)}
        groupable={groupable}
        onAdd={add}
        {...(onNumber ? { number: number ?? runs.ids.length, onNumber } : {})}
        matches={given.length || runs.matches}
        shown={runs.ids.length}
      />
      <Legend runs={withLines(shown, lined.value)} groups={groups} {...(experimentId ? { experimentId } : {})} />
      {workspace.added.length > 0 && (
        <div class="chart-grid">
          {workspace.added.map((added, i) => (
            <LazyAdded
              key={`${i} ${added.kind}`}
              added={added}
              facts={all}
              search={search}
              given={none}
              runs={shown}
              version={version}
              onChange={(next) => change({ added: workspace.added.map((one, j) => (j === i ? next : one)) })}
              onRemove={() => change({ added: workspace.added.filter((_, j) => j !== i) })}
            />
          ))}
        </div>
      )}
      <Sections
        sections={sections}
        toggled={workspace.toggled}
        onToggle={toggle}
        chart={(key, few) => (
          <SeriesCard
            key={key}
            metric={key}
            runs={shown}
            groups={groups}
            settings={settingsOf(workspace, key)}
            height={heights[workspace.size] + (few ? 50 : 0)}
            version={version}
            hasOwn={key in workspace.own}
            onRuns={(ids) => {
              if (ids.some((id) => !lined.peek().has(id))) lined.value = new Set([...lined.peek(), ...ids]);
            }}
            {...(experimentId ? { experimentId } : {})}
            onOwn={(own) => change(owning(workspace, key, own))}
          />
        )}
      />
      {foundSingle.length > 0 && (
        <SingleValues search={search} runIds={runs.ids} runs={shown} keys={foundSingle} version={version} open={!workspace.toggled.includes("·single")} onToggle={() => toggle("·single")} />
      )}
      {metrics.length === 0 && <NoMetrics />}
      <LazyImages experimentIds={search.experimentIds} runs={shown} find={workspace.find} version={version} />
      {workspace.find && metrics.length > 0 && found.length + foundSingle.length === 0 && <p class="quiet charts-none">No metric matches “{workspace.find}”.</p>}
    </>
  );
}

/** What stands where the charts would be. */
function NoMetrics() {
  return (
    <Empty title="These runs have no metrics yet" icon="chart">
      <p>Each metric that a run logs gets a chart here, as soon as it is logged:</p>
      <Code text={'with mlflow.start_run():\n    for step in range(100):\n        mlflow.log_metric("loss", 1 / (step + 1), step=step)'} />
    </Empty>
  );
}

/** The runs of a table as charts show them. */
export function chartRuns(table: RunTable, names: ReadonlyMap<string, string>, theme: "light" | "dark"): Map<string, ChartRun> {
  const column = (name: string): Value[] => table.columns.get(name) ?? [];
  const own = new Map<string, string>();
  for (const [i, id] of table.ids.entries()) {
    const colour = column("tags.mlflow.runColor")[i];
    if (typeof colour === "string") own.set(id, colour);
  }
  const colours = runColours(table.ids, theme, own);
  return new Map(
    table.ids.map((id, i) => {
      const start = column("attributes.start_time")[i];
      const name = names.get(id) ?? String(column("attributes.run_name")[i] ?? id.slice(0, 8));
      return [id, { id, name, colour: colours.get(id) ?? "#808080", start: typeof start === "number" ? start : null }];
    }),
  );
}

/** Only the runs that have a line: parents of sweeps have none. All, as long as no chart is drawn. */
function withLines(runs: ReadonlyMap<string, ChartRun>, lined: ReadonlySet<string>): ReadonlyMap<string, ChartRun> {
  return lined.size ? new Map([...runs].filter(([id]) => lined.has(id))) : runs;
}

function groupsOf(table: RunTable, columns: readonly string[], theme: "light" | "dark"): Groups | null {
  // Columns that were just chosen come with the next table.
  const here = columns.filter((column) => table.columns.has(column));
  if (!here.length) return null;
  const of = new Map(table.ids.map((id, i) => [id, groupName(here, here.map((column) => table.columns.get(column)?.[i] ?? null))]));
  return { of, colours: runColours([...new Set(of.values())], theme) };
}
