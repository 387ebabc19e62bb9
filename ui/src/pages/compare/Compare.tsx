import { useMemo } from "preact/hooks";
import { place } from "../../lib/route";
import { ChartsView } from "../charts/ChartsView";
import type { PageProps } from "../routes";
import { list } from "./OldMetric";

/** Being built. */
export default function Compare(_: PageProps) {
  const { query } = place.value;
  const runs = list(query.get("runs"));
  const names = useMemo(() => new Map<string, string>(), []);
  return <ChartsView experimentIds={list(query.get("experiments"))} filter={query.get("searchFilter") ?? ""} orderBy={[]} runIds={runs} names={names} />;
}
