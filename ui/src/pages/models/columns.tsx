/** The columns of the table of logged models: what they are, the metrics that they have, the params that tell them apart. */

import type { LoggedModel, LoggedModelRegistration, Metric } from "@schema/calls";
import { asNumber } from "../../api/numbers";
import type { Column } from "../../components/ListTable";
import { datasetOf } from "../../components/model/MetricTable";
import { StatusDot } from "../../components/StatusDot";
import { Tag } from "../../components/Tag";
import { TimeAgo } from "../../components/TimeAgo";
import { formatNumber, shortId } from "../../lib/format";
import { toLoggedModel, toRun, toVersion } from "../../lib/places";
import type { NamedRun } from "../../lib/runs";
import { isMachines } from "../../lib/tags";
import type { Registrations } from "./registrations";

const mostMetrics = 24;
const mostParams = 12;

/** A metric on a dataset: a column of its own. */
export interface MetricColumn {
  id: string;
  key: string;
  dataset: string;
  name?: string;
  digest?: string;
}

/** Which metrics on which datasets some models have, those that most have first. */
export function metricColumns(models: readonly LoggedModel[]): MetricColumn[] {
  const counts = new Map<string, { column: MetricColumn; count: number }>();
  for (const metric of models.flatMap((model) => model.data?.metrics ?? [])) {
    const id = metricId(metric);
    const known = counts.get(id);
    if (known) known.count += 1;
    else counts.set(id, { count: 1, column: columnOf(metric, id) });
  }
  return [...counts.values()]
    .sort((a, b) => b.count - a.count || a.column.dataset.localeCompare(b.column.dataset) || a.column.key.localeCompare(b.column.key))
    .map((one) => one.column);
}

function columnOf(metric: Metric, id: string): MetricColumn {
  const column: MetricColumn = { id, key: metric.key, dataset: datasetOf(metric) };
  if (metric.dataset_name) column.name = metric.dataset_name;
  if (metric.dataset_digest) column.digest = metric.dataset_digest;
  return column;
}

function metricId(metric: Metric): string {
  return JSON.stringify([metric.key, metric.dataset_name ?? "", metric.dataset_digest ?? ""]);
}

/** The params that not all models have in the same way. */
export function varyingParams(models: readonly LoggedModel[]): string[] {
  const values = new Map<string, Set<string>>();
  for (const [index, model] of models.entries()) {
    for (const { key, value } of model.data?.params ?? []) {
      const all = values.get(key) ?? new Set(index > 0 ? ["\0none"] : []);
      all.add(value ?? "");
      values.set(key, all);
    }
    for (const [key, all] of values) if (!model.data?.params?.some((param) => param.key === key)) all.add("\0none");
  }
  return [...values].filter(([, all]) => all.size > 1).map(([key]) => key).sort();
}

/** The columns for some models; `runs` names their source runs, `versions` says what was made of them. */
export function modelColumns(
  models: readonly LoggedModel[],
  runs: ReadonlyMap<string, NamedRun>,
  versions: Registrations,
): Column<LoggedModel>[] {
  const metrics = metricColumns(models).slice(0, mostMetrics);
  const params = varyingParams(models).slice(0, mostParams);
  return [
    { id: "name", label: "Model", width: "minmax(180px, 1.5fr)", sort: "up", cell: (model) => <Name model={model} /> },
    { id: "creation_time", label: "Created", width: "110px", sort: "down", cell: (model) => <TimeAgo at={model.info.creation_timestamp_ms} /> },
    { id: "run", label: "Source run", width: "minmax(120px, 1fr)", cell: (model) => <Source model={model} runs={runs} /> },
    { id: "versions", label: "Registered as", width: "minmax(150px, 1fr)", cell: (model) => <Registered versions={versions.get(model.info.model_id) ?? []} /> },
    ...metrics.map(
      (metric): Column<LoggedModel> => ({
        id: metric.id,
        label: metric.key,
        ...(metric.name ? { detail: metric.name } : {}),
        tip: metric.dataset ? `${metric.key} on ${metric.dataset}` : metric.key,
        width: "minmax(104px, 0.6fr)",
        align: "end",
        sort: "down",
        cell: (model) => {
          const found = model.data?.metrics?.find((one) => metricId(one) === metric.id);
          return found ? <span data-tip={String(found.value)}>{formatNumber(asNumber(found.value))}</span> : <span class="quiet">–</span>;
        },
      }),
    ),
    ...params.map(
      (key): Column<LoggedModel> => ({
        id: `param ${key}`,
        label: key,
        width: "minmax(90px, 0.6fr)",
        cell: (model) => {
          const found = model.data?.params?.find((one) => one.key === key);
          return found ? <span class="cut">{found.value}</span> : <span class="quiet">–</span>;
        },
      }),
    ),
    { id: "tags", label: "Tags", width: "minmax(140px, 1fr)", cell: (model) => <Tags model={model} /> },
  ];
}

function Name({ model: { info } }: { model: LoggedModel }) {
  return (
    <>
      <StatusDot status={info.status} />
      <a class="cut" data-main href={toLoggedModel(info.experiment_id, info.model_id)}>
        {info.name || shortId(info.model_id)}
      </a>
      {info.model_type && <span class="quiet cut">{info.model_type}</span>}
    </>
  );
}

function Source({ model: { info }, runs }: { model: LoggedModel; runs: ReadonlyMap<string, NamedRun> }) {
  const id = info.source_run_id;
  if (!id) return <span class="quiet">–</span>;
  const run = runs.get(id);
  return (
    <a class="cut" href={toRun(run?.experiment ?? info.experiment_id, id)}>
      {run?.name ?? shortId(id)}
    </a>
  );
}

function Registered({ versions }: { versions: readonly LoggedModelRegistration[] }) {
  return (
    <>
      {versions.map((one) => (
        <Tag key={`${one.name} ${one.version}`} icon="layers" tone="accent" href={toVersion(one.name, one.version)}>
          <span class="cut">{one.name}</span> v{one.version}
        </Tag>
      ))}
    </>
  );
}

function Tags({ model }: { model: LoggedModel }) {
  return (
    <>
      {(model.info.tags ?? [])
        .filter((tag) => !isMachines(tag.key))
        .slice(0, 3)
        .map((tag) => (
          <Tag key={tag.key} name={tag.key} value={tag.value ?? ""} />
        ))}
    </>
  );
}
