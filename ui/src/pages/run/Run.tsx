/** One run: what it is and logged, its metrics, files, traces and output. */

import { useEffect } from "preact/hooks";
import { lazy } from "../../components/lazy";
import { Loaded } from "../../components/Loaded";
import { LinkTabs } from "../../components/Tabs";
import { experimentById } from "../../lib/experiments";
import { useLoad } from "../../lib/load";
import { useKeys } from "../../lib/keys";
import { go, href, place, replace } from "../../lib/route";
import { useTitle } from "../../lib/title";
import type { PageProps } from "../routes";
import { type Change, getShown, isSystem, nameOf, type Shown } from "./data";
import { RunHead } from "./RunHead";
import { Overview } from "./overview/Overview";
import { useRunChanges, type Versions } from "./changes";
import { isUnknown, UnknownRun } from "./UnknownRun";
import "./run.css";

const Artifacts = lazy(() => import("./artifacts/ArtifactBrowser").then((module) => module.ArtifactBrowser));
const Metrics = lazy(() => import("./RunMetrics").then((module) => module.RunMetrics));
const Console = lazy(() => import("./console/Console").then((module) => module.Console));
const TracesOf = lazy(() => import("../traces/TracesOf").then((module) => module.TracesOf));

const TABS = [
  ["overview", "Overview"],
  ["model-metrics", "Model metrics"],
  ["system-metrics", "System metrics"],
  ["artifacts", "Artifacts"],
  ["traces", "Traces"],
  ["console", "Console"],
] as const;
type TabId = (typeof TABS)[number][0];

/** The page of a run; the tab and what is open in it are in the address. */
export default function RunPage({ fields }: PageProps) {
  const id = fields.run ?? "";
  const experiment = fields.id ?? "";
  const load = useLoad((signal) => getShown(id, signal), [id], { keep: false });
  const versions = useRunChanges(id, load.data.value?.run.info.experiment_id ?? "", load);
  const run = load.data.value?.run;
  const actual = run?.info.experiment_id;
  useEffect(() => {
    // A link with another experiment's id still finds its run.
    if (actual && actual !== experiment) replace(href(place.peek().path.replace(`/experiments/${experiment}/`, `/experiments/${actual}/`), place.peek().query));
  }, [actual, experiment]);
  const named = experimentById(actual ?? experiment).data.value?.name;
  useTitle(run && nameOf(run), { of: named ?? "", kind: "run" });
  const change: Change = (update) => {
    const now = load.data.peek();
    if (now) load.set({ run: update(now.run) });
  };
  if (isUnknown(load.error.value) && !run) return <UnknownRun id={id} experiment={experiment} />;
  return (
    <Loaded page load={load} what={`The run ${id} could not be loaded.`}>
      {(shown) => <Page shown={shown} fields={fields} versions={versions} change={change} reload={load.reload} />}
    </Loaded>
  );
}

interface PartProps {
  shown: Shown;
  fields: Record<string, string>;
  versions: Versions;
  change: Change;
  reload: () => void;
}

function Page({ shown, fields, versions, change, reload }: PartProps) {
  const { run } = shown;
  const base = `/experiments/${run.info.experiment_id}/runs/${run.info.run_id}`;
  const asked = fields.tab === "artifactPath" ? "artifacts" : fields.tab;
  const current: TabId = TABS.find(([id]) => id === asked)?.[0] ?? "overview";
  const metrics = run.data?.metrics ?? [];
  const system = metrics.filter((metric) => isSystem(metric.key)).length;
  const counts: Partial<Record<TabId, number>> = { "model-metrics": metrics.length - system, "system-metrics": system };
  const tabs = TABS.filter(([id]) => id !== "system-metrics" || system > 0 || current === id).map(([id, label]) => ({
    id,
    label,
    count: counts[id],
    href: href(id === "overview" ? base : `${base}/${id}`),
  }));
  useKeys(
    "Run",
    TABS.map(([id, label], index) => ({
      keys: String(index + 1),
      does: label,
      run: () => go(href(id === "overview" ? base : `${base}/${id}`)),
    })),
  );
  return (
    <div class="run-page">
      <RunHead shown={shown} change={change} reload={reload} />
      <LinkTabs label="Parts of this run" tabs={tabs} current={current} />
      <div class={`run-body ${current}`}>
        {current === "overview" ? (
          <Overview shown={shown} change={change} others={versions.others} />
        ) : (
          <Tab current={current} shown={shown} version={versions.run} path={fields["*"] ?? ""} base={base} />
        )}
      </div>
    </div>
  );
}

interface TabProps {
  current: TabId;
  shown: Shown;
  version: number;
  path: string;
  base: string;
}

function Tab({ current, shown, version, path, base }: TabProps) {
  const { run } = shown;
  const id = run.info.run_id;
  switch (current) {
    case "artifacts": {
      const onPath = (to: string) => go(href(`${base}/artifacts${to && `/${to.split("/").map(encodeURIComponent).join("/")}`}`));
      return <Artifacts key={id} owner={{ run_id: id }} path={path} onPath={onPath} />;
    }
    case "model-metrics":
      return <Metrics key="model" run={run} version={version} />;
    case "system-metrics":
      return <Metrics key="system" run={run} version={version} system />;
    case "console":
      return <Console run={run} />;
    case "traces":
      return <TracesOf experiment={run.info.experiment_id} run={id} />;
    default:
      return null;
  }
}
