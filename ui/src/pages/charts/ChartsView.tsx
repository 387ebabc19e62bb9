/** What the charts of runs are shown for. */
export interface ChartsViewProps {
  experimentIds: string[];
  filter: string;
  orderBy: string[];
  /** The visible runs; empty for the first ones of the search. */
  runIds: string[];
  names: Map<string, string>;
}

/** The charts of the runs of a search (being built). */
export function ChartsView({ runIds }: ChartsViewProps) {
  return <p class="quiet">{runIds.length} runs</p>;
}
