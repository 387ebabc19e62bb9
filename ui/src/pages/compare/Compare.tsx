/** Runs beside each other: what they have in common and what not, their charts, their files. */

import { useEffect, useMemo } from "preact/hooks";
import { ink } from "../../charts/theme";
import { Empty } from "../../components/Empty";
import { Checkbox, Choice } from "../../components/fields";
import { SearchInput } from "../../components/fields";
import { lazy } from "../../components/lazy";
import { Loaded } from "../../components/Loaded";
import { Tabs } from "../../components/Tabs";
import { experimentById } from "../../lib/experiments";
import { useLoad } from "../../lib/load";
import { href, place, setQuery } from "../../lib/route";
import { useTitle } from "../../lib/title";
import { ChartsView, chartRuns } from "../charts/ChartsView";
import { LazyAdded } from "../charts/later";
import { goBy } from "../runs/directions";
import { catalogueOf, runTable, type RunTable, type Search, searchOf } from "../charts/data";
import { matching } from "../charts/sections";
import type { Added } from "../charts/state";
import type { PageProps } from "../routes";
import { CompareTable } from "./CompareTable";
import { list } from "./OldMetric";
import { columnsFor, compareRows, runColumns } from "./rows";
import type { ColumnFacts } from "@schema/calls";
import "../charts/charts.css";
import "./compare.css";

const ArtifactPanes = lazy(() => import("./ArtifactPanes").then((module) => module.ArtifactPanes));

/** How many runs are compared in the table at most; charts draw more. */
const MOST_RUNS = 100;
/** How many keys are read at once; a search finds the others. */
const MOST_KEYS = 600;

const tabs = [
  { id: "table", label: "Table", icon: "table" },
  { id: "charts", label: "Charts", icon: "chart" },
  { id: "relations", label: "Relations", icon: "compare" },
  { id: "artifacts", label: "Artifacts", icon: "file" },
] as const;

type TabId = (typeof tabs)[number]["id"];

const relations: Added[] = [
  { kind: "parallel", columns: [] },
  { kind: "scatter", columns: [] },
  { kind: "box", columns: [] },
  { kind: "heat", columns: [] },
  { kind: "importance", columns: [] },
];

/** The page `/compare-runs`. */
export default function Compare(_: PageProps) {
  const { query } = place.value;
  const text = query.get("runs");
  const experiments = query.get("experiments");
  const runIds = useMemo(() => list(text), [text]);
  const experimentIds = useMemo(() => list(experiments), [experiments]);
  if (!runIds.length) {
    return (
      <>
        <h1 class="hidden-visually">Compare runs</h1>
        <Empty title="No runs to compare" icon="compare">
          <p>Select runs in the table of an experiment, and press c.</p>
          <a href={href(experimentIds[0] ? `/experiments/${experimentIds[0]}/runs` : "/experiments")}>To the {experimentIds[0] ? "runs" : "experiments"}</a>
        </Empty>
      </>
    );
  }
  return <CompareRuns runIds={runIds} experimentIds={experimentIds} />;
}

function CompareRuns({ runIds, experimentIds }: { runIds: string[]; experimentIds: string[] }) {
  useEffect(() => goBy(experimentIds), [experimentIds]);
  useTitle(`Compare ${runIds.length} runs`);
  const asked = place.value.query.get("tab");
  const tab: TabId = tabs.find((one) => one.id === asked)?.id ?? "table";
  const search = useMemo(() => searchOf(experimentIds, runIds), [runIds, experimentIds]);
  const load = useLoad(
    async (signal) => {
      const [facts, runs] = await Promise.all([
        catalogueOf(search, signal),
        runTable(search, runIds.slice(0, MOST_RUNS), [...runColumns, "tags.mlflow.runColor"], MOST_RUNS, signal),
      ]);
      return { facts, runs };
    },
    [search],
    { keep: true },
  );
  return (
    <div class="compare-page">
      <header class="compare-head">
        <h1>
          Compare {runIds.length} {runIds.length === 1 ? "run" : "runs"}
        </h1>
        {experimentIds.slice(0, 8).map((id) => (
          <a key={id} href={href(`/experiments/${id}/runs`)} class="quiet">
            {experimentById(id).data.value?.name ?? `Experiment ${id}`}
          </a>
        ))}
      </header>
      <Tabs label="Comparison" tabs={tabs} current={tab} panel="comparison" onSelect={(id) => setQuery({ tab: id === "table" ? "" : id })} />
      <div id="comparison" role="tabpanel" aria-label={tabs.find((one) => one.id === tab)?.label} class="compare-panel">
        <Loaded load={load} what="The runs could not be loaded.">
          {({ facts, runs }) =>
            runs.ids.length === 0 ? (
              <Empty title="None of these runs exists" icon="search">
                <p>Looked for: {runIds.slice(0, 5).join(", ")}</p>
              </Empty>
            ) : (
              <Panel {...{ tab, runIds, experimentIds, search, facts, runs }} />
            )
          }
        </Loaded>
      </div>
    </div>
  );
}

interface PanelProps {
  tab: TabId;
  runIds: string[];
  experimentIds: string[];
  search: Search;
  facts: ColumnFacts[];
  runs: RunTable;
}

const none: string[] = [];
const noNames = new Map<string, string>();

function Panel({ tab, runIds, experimentIds, search, facts, runs }: PanelProps) {
  const theme = ink.value.theme;
  const shown = useMemo(() => chartRuns(runs, noNames, theme), [runs, theme]);
  const experimentOf = (id: string) => String(runs.columns.get("attributes.experiment_id")?.[runs.ids.indexOf(id)] ?? experimentIds[0] ?? "0");
  if (tab === "charts") return <ChartsView experimentIds={experimentIds} filter={search.filter} orderBy={none} view="ALL" runIds={runIds} names={noNames} />;
  if (tab === "artifacts") return <ArtifactPanes runs={[...shown.values()]} />;
  if (tab === "relations") {
    return (
      <div class="charts-view">
        <h2 class="hidden-visually">Relations</h2>
        <div class="chart-grid">
          {relations.map((added) => (
            <Relation key={added.kind} added={added} {...{ facts, search, runIds, shown }} />
          ))}
        </div>
      </div>
    );
  }
  return <Differences {...{ facts, runs, shown, search, runIds, experimentOf }} />;
}

function Relation({ added, facts, search, runIds, shown }: { added: Added; runIds: string[]; shown: ReturnType<typeof chartRuns> } & Pick<PanelProps, "facts" | "search">) {
  const text = place.value.query.get(`columns.${added.kind}`);
  const chosen = useMemo(() => ({ kind: added.kind, columns: list(text) }), [added.kind, text]);
  return (
    <LazyAdded
      added={chosen}
      facts={facts}
      search={search}
      given={runIds}
      runs={shown}
      version={0}
      onChange={(next) => setQuery({ [`columns.${added.kind}`]: next.columns.length ? JSON.stringify(next.columns) : "" })}
    />
  );
}

interface DifferencesProps extends Pick<PanelProps, "facts" | "runs" | "search" | "runIds"> {
  shown: ReturnType<typeof chartRuns>;
  experimentOf: (id: string) => string;
}

function Differences({ facts, runs, shown, search, runIds, experimentOf }: DifferencesProps) {
  const { query } = place.value;
  const onlyDiffering = query.get("differing") !== "0";
  const across = query.get("runsAs") === "rows";
  const find = query.get("find") ?? "";
  const internal = query.get("internal") === "1";
  const asked = query.get("baseline");
  const baseline = asked === "" || asked === "none" ? -1 : Math.max(0, asked ? runs.ids.indexOf(asked) : 0);
  const keys = useMemo(() => {
    const found = new Set(matching(facts.map((fact) => fact.name), find));
    const kept = facts.filter((fact) => found.has(fact.name) && (internal || !fact.name.startsWith("tags.mlflow.")));
    // What surely is the same in all runs need not be read to be hidden.
    const varying = onlyDiffering ? kept.filter((fact) => (fact.distinct ?? 2) !== 1 || fact.runs < runs.ids.length) : kept;
    return { shown: varying.slice(0, MOST_KEYS), equal: kept.length - varying.length, cut: varying.length - Math.min(varying.length, MOST_KEYS) };
  }, [facts, find, internal, onlyDiffering, runs]);
  const columns = columnsFor(keys.shown);
  const load = useLoad(
    (signal) => (columns.length ? runTable(search, runs.ids, columns, runs.ids.length, signal) : Promise.resolve({ ...runs, columns: new Map() })),
    [runs, columns.join("\n")],
    { keep: true },
  );
  return (
    <>
      <div class="compare-bar">
        <SearchInput label="Find keys" placeholder="Find keys (regex)" value={find} onInput={(value) => setQuery({ find: value })} />
        <Choice
          label="Runs are"
          value={across ? "rows" : "columns"}
          options={[
            { value: "columns", label: "Runs as columns" },
            { value: "rows", label: "as rows" },
          ]}
          onChange={(value) => setQuery({ runsAs: value === "rows" ? "rows" : "" })}
        />
        <Checkbox label="Differing only" checked={onlyDiffering} onChange={(on) => setQuery({ differing: on ? "" : "0" })} />
        <Checkbox label="Tags of the tracker" checked={internal} onChange={(on) => setQuery({ internal: on ? "1" : "" })} />
        {runIds.length > runs.ids.length && (
          <span class="quiet">
            {runs.ids.length} of {runIds.length} runs are shown here.
          </span>
        )}
        {keys.cut > 0 && <span class="quiet">{keys.cut.toLocaleString("en-US")} more keys: find them by name.</span>}
      </div>
      <Loaded load={load} what="The values could not be loaded.">
        {(table) => {
          const whole = { ...table, ids: runs.ids, columns: new Map([...runs.columns, ...table.columns]) };
          const rows = compareRows(whole, keys.shown);
          const visible = onlyDiffering ? rows.filter((row) => row.differs) : rows;
          if (!visible.length) {
            return (
              <Empty title={find ? "No key matches" : "These runs do not differ"} icon="compare">
                <p>{find ? `Nothing is named like “${find}”.` : "All their params, metrics and tags are the same."}</p>
              </Empty>
            );
          }
          return (
            <CompareTable
              rows={visible}
              runs={[...shown.values()]}
              experimentOf={experimentOf}
              baseline={baseline}
              onBaseline={(id) => setQuery({ baseline: id || "none" })}
              onRemove={(id) => setQuery({ runs: JSON.stringify(runIds.filter((one) => one !== id)) })}
              across={across}
              hidden={keys.equal + rows.length - visible.length}
            />
          );
        }}
      </Loaded>
    </>
  );
}
