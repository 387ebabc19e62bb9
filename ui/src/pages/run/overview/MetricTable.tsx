/** A run's metrics with what their series come to. */

import type { Run } from "@schema/calls";
import { useMemo } from "preact/hooks";
import { CopyButton } from "../../../components/CopyButton";
import { formatCount, formatNumber } from "../../../lib/format";
import { href } from "../../../lib/route";
import { formatWorkspace, initial } from "../../charts/state";
import { isSystem, type MetricRow, metricRows } from "../data";
import { type KeyColumn, KeyTable } from "./KeyTable";

/** The table; the metrics of the machine have a tab of their own. */
export function MetricTable({ run }: { run: Run }) {
  const rows = useMemo(() => metricRows(run).filter((row) => !isSystem(row.key)), [run.data]);
  const base = `/experiments/${run.info.experiment_id}/runs/${run.info.run_id}/model-metrics`;
  const series = rows.some((row) => row.count > 1);
  const columns: KeyColumn<MetricRow>[] = [
    {
      title: "Metric",
      cell: (row) => (
        <a class="cut" href={href(base, { charts: formatWorkspace({ ...initial, find: `^${row.key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$` }) })} data-tip={row.key}>
          {row.key}
        </a>
      ),
    },
    { title: series ? "Last" : "Value", number: true, cell: (row) => <Value value={row.latest} strong /> },
  ];
  if (series) {
    columns.push(
      { title: "Min", number: true, cell: (row) => row.count > 1 && <Value value={row.min} /> },
      { title: "Max", number: true, cell: (row) => row.count > 1 && <Value value={row.max} /> },
      { title: "Mean", number: true, cell: (row) => row.count > 1 && <Value value={row.mean} /> },
      { title: "Step", number: true, cell: (row) => <span class="quiet">{row.step ? formatNumber(row.step) : ""}</span> },
      { title: "Points", number: true, cell: (row) => <span class="quiet">{formatCount(row.count)}</span> },
    );
  }
  columns.push({ title: "Copy", hidden: true, cell: (row) => <CopyButton text={String(row.latest)} label={`Copy the value of ${row.key}`} /> });
  return (
    <KeyTable
      title="Metrics"
      rows={rows}
      keyOf={(row) => row.key}
      columns={columns}
      tracks={series ? "minmax(120px, 2.2fr) repeat(4, minmax(84px, 1fr)) minmax(56px, 0.7fr) minmax(56px, 0.7fr) 30px" : "minmax(120px, 2fr) minmax(80px, 1fr) 30px"}
      empty="This run has logged no metrics yet."
    />
  );
}

function Value({ value, strong = false }: { value: number; strong?: boolean }) {
  const odd = !Number.isFinite(value);
  return (
    <span class={`${strong ? "strong" : ""} ${odd && strong ? "odd-value" : ""}`} data-tip={odd ? undefined : String(value)}>
      {odd && !strong ? "–" : formatNumber(value, 6)}
    </span>
  );
}
