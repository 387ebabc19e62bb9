/** The metrics of a model: one row a metric, one column a dataset that it was measured on. */

import type { Metric } from "@schema/calls";
import { asNumber } from "../../api/numbers";
import { formatNumber } from "../../lib/format";

/** What a metric was measured on, "" for none. */
export function datasetOf(metric: Metric): string {
  return metric.dataset_name ? `${metric.dataset_name} (${metric.dataset_digest ?? ""})` : "";
}

/** The table; a model without metrics says so. */
export function MetricTable({ metrics }: { metrics: readonly Metric[] }) {
  if (metrics.length === 0) return <p class="quiet">None was logged for it.</p>;
  const datasets = [...new Set(metrics.map(datasetOf))].sort();
  const keys = [...new Set(metrics.map((metric) => metric.key))].sort();
  const cell = new Map(metrics.map((metric) => [`${metric.key}\n${datasetOf(metric)}`, metric]));
  return (
    <div class="scroll-x">
      <table class="plain-table numbers">
        <thead>
          <tr>
            <th scope="col">Metric</th>
            {datasets.map((dataset) => (
              <th key={dataset} scope="col">
                {dataset || "no dataset"}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key}>
              <th scope="row">{key}</th>
              {datasets.map((dataset) => {
                const metric = cell.get(`${key}\n${dataset}`);
                return (
                  <td key={dataset} data-tip={metric ? `${String(metric.value)}${metric.step ? `\nstep ${metric.step}` : ""}` : undefined}>
                    {metric ? formatNumber(asNumber(metric.value)) : <span class="quiet">–</span>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Names with values as a table, e.g. params; long lists get a filter by the browser's own search. */
export function ParamTable({ params, label }: { params: readonly { key: string; value?: string }[]; label: string }) {
  if (params.length === 0) return <p class="quiet">None.</p>;
  return (
    <table class="plain-table" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        {params.map((param) => (
          <tr key={param.key}>
            <th scope="row">{param.key}</th>
            <td class="mono">{param.value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
