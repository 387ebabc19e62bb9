/** The metrics of one run to draw. */
export interface RunChartsProps {
  runId: string;
  keys: string[];
  /** Whether these are system metrics, which are drawn over time. */
  system?: boolean;
}

/** The charts of one run (being built). */
export function RunCharts({ keys }: RunChartsProps) {
  return <p class="quiet">{keys.length} metrics</p>;
}
