/** The charts of a run's metrics. */

import type { Run } from "@schema/calls";
import { useMemo } from "preact/hooks";
import { Empty } from "../../components/Empty";
import { RunCharts } from "../charts/RunCharts";
import { isSystem, nameOf } from "./data";

/** The charts; `system` those of the machine. `version` grows when the server has more points. */
export function RunMetrics({ run, version, system = false }: { run: Run; version: number; system?: boolean }) {
  const metrics = run.data?.metrics;
  const keys = useMemo(() => (metrics ?? []).map((metric) => metric.key).filter((key) => isSystem(key) === system), [metrics, system]);
  if (keys.length === 0) return <Empty title={system ? "This run has logged no system metrics" : "This run has logged no metrics"} icon="chart" />;
  const { info } = run;
  return (
    <>
      <h2 class="hidden-visually">{system ? "System metrics" : "Model metrics"}</h2>
      <RunCharts runId={info.run_id} keys={keys} system={system} name={nameOf(run)} experimentId={info.experiment_id} version={version} {...(info.start_time ? { start: info.start_time } : {})} />
    </>
  );
}
