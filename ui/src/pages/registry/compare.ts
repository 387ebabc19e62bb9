/** Versions side by side: the rows of the table that compares them. */

import type { LoggedModel, ModelVersion, Run } from "@schema/calls";
import { asNumber } from "../../api/numbers";
import { datasetOf } from "../../components/model/MetricTable";
import type { Field, ModelFacts } from "../../lib/mlmodel";
import type { NamedRun } from "../../lib/runs";
import { isMachines } from "../../lib/tags";

/** All that is known of a version. */
export interface Compared {
  version: ModelVersion;
  logged?: LoggedModel | undefined;
  /** Where it came from. */
  source?: NamedRun | undefined;
  /** The run with what it logged, where the version has no logged model. */
  run?: Run | undefined;
  file?: ModelFacts | undefined;
}

/** One fact, with each version's value: numbers for metrics, undefined where it has none. */
export interface CompareRow {
  group: string;
  name: string;
  values: (string | number | undefined)[];
  differs: boolean;
}

/** The model that an address asks for; MLflow's addresses hold its name as JSON. */
export function wantedModel(query: URLSearchParams): string {
  const name = query.get("name") ?? "";
  if (!/^".*"$/.test(name)) return name;
  try {
    return String(JSON.parse(name));
  } catch {
    return name;
  }
}

/** The versions that an address asks for: by our list, or by MLflow's map of runs. */
export function wantedVersions(query: URLSearchParams): string[] {
  for (const name of ["versions", "runs"]) {
    try {
      const read: unknown = JSON.parse(query.get(name) ?? "null");
      const found = Array.isArray(read) ? read : read && typeof read === "object" ? Object.values(read) : [];
      if (found.length > 0) return [...new Set(found.map(String))].sort((a, b) => Number(a) - Number(b));
    } catch {
      // The other may be whole.
    }
  }
  return [];
}

/** The rows, by group: metrics, params, the signature's parts, tags. */
export function compareRows(all: readonly Compared[]): CompareRow[] {
  const side = (group: string, of: (one: Compared) => Map<string, string | number>): CompareRow[] => {
    const maps = all.map(of);
    const names = [...new Set(maps.flatMap((map) => [...map.keys()]))];
    return names.map((name) => {
      const values = maps.map((map) => map.get(name));
      return { group, name, values, differs: new Set(values).size > 1 };
    });
  };
  return [
    ...side("Metrics", metricsOf),
    ...side("Params", paramsOf),
    ...side("Inputs", (one) => fieldsOf(one.file?.inputs)),
    ...side("Outputs", (one) => fieldsOf(one.file?.outputs)),
    ...side("Params of the signature", (one) => fieldsOf(one.file?.params)),
    ...side("Tags", (one) => new Map((one.version.tags ?? []).filter((tag) => !isMachines(tag.key)).map((tag) => [tag.key, tag.value ?? ""]))),
  ];
}

/** The metrics of the model itself; a model without any takes its run's. */
function metricsOf({ logged, run, version }: Compared): Map<string, number> {
  const own = logged?.data?.metrics ?? version.model_metrics ?? [];
  const metrics = own.length > 0 ? own : (run?.data?.metrics ?? []);
  return new Map(metrics.map((metric) => [datasetOf(metric) ? `${metric.key} on ${datasetOf(metric)}` : metric.key, asNumber(metric.value)]));
}

function paramsOf({ logged, run }: Compared): Map<string, string> {
  const params = logged?.data?.params?.length ? logged.data.params : (run?.data?.params ?? []);
  return new Map(params.map((param) => [param.key, param.value ?? ""]));
}

function fieldsOf(fields: readonly Field[] = []): Map<string, string> {
  return new Map(fields.map((field, index) => [field.name || `unnamed ${index + 1}`, field.required ? field.type : `${field.type}, optional`]));
}
