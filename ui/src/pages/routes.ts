/** Which page is at which path: MLflow's table of routes, old ones included. A page is loaded when it is first shown. */

import type { ComponentType } from "preact";
import { callAhead } from "../api/call";
import { columnsQuestion, viewOf } from "./runs/columns";

/** What every page gets: the fields of its path. */
export interface PageProps {
  fields: Record<string, string>;
}

type Page = ComponentType<PageProps>;

/** A template of paths, and where its page comes from. */
export interface PageRoute {
  template: string;
  load: () => Promise<{ default: Page }>;
  /** What the page asks first: asked when the tab is opened, while the page's program is on its way. */
  ahead?: (fields: Record<string, string>, query: URLSearchParams) => Promise<void>[];
}

const experiments = () => import("./experiments/Experiments");
const runs = () => import("./runs/Runs");
const run = () => import("./run/Run");
const openRun = () => import("./run/OpenRun");
const compare = () => import("./compare/Compare");
const metric = () => import("./compare/OldMetric");
const models = () => import("./models/LoggedModels");
const model = () => import("./models/LoggedModel");
const registry = () => import("./registry/RegisteredModels");
const registered = () => import("./registry/RegisteredModel");
const version = () => import("./registry/ModelVersion");
const compareVersions = () => import("./registry/CompareVersions");
const traces = () => import("./traces/Traces");

const runsAhead: PageRoute["ahead"] = ({ id = "" }, query) => [
  callAhead("GetExperiment", { experiment_id: id }),
  ...(query.has("cols") || query.has("selectedColumns") ? [] : [callAhead("GetRunColumns", columnsQuestion([id], viewOf(query.get("lifecycleFilter"))))]),
];

/** The first that fits a path is taken. */
export const pageRoutes: PageRoute[] = [
  { template: "/", load: experiments },
  { template: "/experiments", load: experiments },
  { template: "/compare-experiments/*", load: runs },
  { template: "/compare-runs", load: compare },
  { template: "/metric/*", load: metric },
  { template: "/runs/:run", load: openRun },
  { template: "/experiments/:id", load: runs, ahead: runsAhead },
  { template: "/experiments/:id/runs", load: runs, ahead: runsAhead },
  { template: "/experiments/:id/models", load: models },
  { template: "/experiments/:id/models/:model", load: model },
  { template: "/experiments/:id/models/:model/:tab", load: model },
  { template: "/experiments/:id/models/:model/:tab/*", load: model },
  { template: "/experiments/:id/traces", load: traces },
  { template: "/experiments/:id/traces/:trace", load: traces },
  { template: "/experiments/:id/runs/:run", load: run },
  { template: "/experiments/:id/runs/:run/:tab", load: run },
  { template: "/experiments/:id/runs/:run/:tab/*", load: run },
  { template: "/experiments/:id/:search", load: runs },
  { template: "/models", load: registry },
  { template: "/models/:name", load: registered },
  { template: "/models/:name/versions/:version", load: version },
  { template: "/models/:name/:subpage", load: registered },
  { template: "/models/:name/:subpage/:version", load: version },
  { template: "/compare-model-versions", load: compareVersions },
];
