/** The charts of a run's metrics. */

import type { Run } from "@schema/calls";
import { Empty } from "../../components/Empty";
import { isSystem } from "./data";

/** The charts; `system` those of the machine. */
export function RunMetrics({ run, system = false }: { run: Run; system?: boolean }) {
  const keys = (run.data?.metrics ?? []).map((metric) => metric.key).filter((key) => isSystem(key) === system);
  if (keys.length === 0) return <Empty title={system ? "This run has logged no system metrics" : "This run has logged no metrics"} icon="chart" />;
  return <p>{keys.length}</p>;
}
