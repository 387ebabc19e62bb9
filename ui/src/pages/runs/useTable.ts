/** Everything that the parts of the runs page share: the state in the address, the rows, what the columns hold. */

import { type Signal, useSignal } from "@preact/signals";
import type { ColumnCatalogue, ColumnFacts } from "@schema/calls";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { call } from "../../api/call";
import { perform } from "../../lib/actions";
import { experimentById } from "../../lib/experiments";
import { type Load, useLoad } from "../../lib/load";
import { href, place, replace, setQuery } from "../../lib/route";
import { tagOf } from "../../lib/tags";
import { type Chosen, columnsQuestion, defaultColumns, kindOf, MOST_COLUMNS, NAME, serverName, viewOf } from "./columns";
import { goBy } from "./directions";
import { datasetFilter, versionFilter } from "./extras";
import { allOf, asFilter } from "./filter";
import { GroupRows } from "./groups";
import { type Question, RunRows } from "./rows";
import { NOTHING, type Selection } from "./selection";
import { orderBy, readState, type TableState, TIMES, writeState } from "./state";

/** What the parts of the page share. */
export interface Table {
  ids: readonly string[];
  state: TableState;
  /** Change what the address carries; undo takes it back. */
  change: (to: Partial<TableState>) => void;
  /** The filter as the server gets it: what is typed, and the choices beside it. */
  filter: string;
  question: Question;
  rows: RunRows;
  groups: GroupRows | null;
  catalogue: Load<ColumnCatalogue>;
  /** What columns hold over the runs that match, summaries of metrics that are shown among them. */
  facts: ReadonlyMap<string, ColumnFacts>;
  /** What columns hold over all runs, whatever the filter. */
  allFacts: readonly ColumnFacts[];
  wholeFacts: ReadonlyMap<string, ColumnFacts>;
  columns: Chosen[];
  selection: Signal<Selection>;
  nested: boolean;
  tree: "none" | "open" | "closed";
  /** Grows with every change of runs that is seen here: charts load anew. */
  changes: number;
  /** Open or close a parent's children. */
  toggle: (id: string) => void;
  /** Let charts load anew. */
  touch: () => void;
  /** Fetch anew what is shown: after changes. */
  refresh: () => void;
  /** Look again which rows there are, and in which order. */
  reorder: () => void;
  /** Look again which columns there are, and what they hold. */
  recount: () => void;
  /** Have all columns in `allFacts` soon: at first, of very many there are only those that say most. */
  findAll: () => void;
}

/** So many columns of a kind are known where somebody looks for one. */
const ALL_COLUMNS = 20_000;

/** The runs of some experiments, as the address wants them. */
export function useTable(ids: readonly string[]): Table {
  useMemo(() => goBy(ids), [ids.join()]);
  const { query } = place.value;
  const text = query.toString();
  const state = useMemo(() => readState(query), [text]);
  const key = ids.join();
  const extra = useExtraFilter(state);
  const filter = allOf(asFilter(state.filter), sinceFilter(state.time), extra);
  const runViewType = viewOf(state.lifecycle);

  const base = { experiment_ids: [...ids], run_view_type: runViewType };
  // With very many columns the table knows those that say most, until somebody looks for others.
  const wide = useSignal(false);
  const max_columns = wide.value ? ALL_COLUMNS : MOST_COLUMNS;
  const own = useRef<readonly Chosen[]>(state.columns ?? []);
  const known = useRef<ReadonlySet<string>>(new Set());
  const missing = (state.columns ?? []).map((one) => one.id).filter((id) => !known.current.has(id) && kindOf(id) !== "attributes");
  const names = () => [...new Set([...own.current, ...(state.columns ?? [])].map((one) => one.id))].filter((id) => kindOf(id) !== "attributes");
  const catalogue = useLoad(
    (given) => call("GetRunColumns", columnsQuestion(ids, runViewType, max_columns, names()), given),
    [key, runViewType, max_columns, known.current.size ? missing.join("\n") : ""],
    { keep: true },
  );
  const matching = useLoad(
    (given) => (filter ? call("GetRunColumns", { ...base, filter, max_columns, names: names() }, given) : null),
    [key, runViewType, filter, max_columns],
    { keep: true },
  );
  const aggregates = (state.columns ?? []).filter((one) => kindOf(one.id) === "metrics" && one.aggregate !== "last").map(serverName);
  const summaries = useLoad(
    (given) => (aggregates.length ? call("GetRunColumns", { ...base, filter, max_columns: 0, names: aggregates }, given) : null),
    [key, runViewType, filter, aggregates.join("\n")],
    { keep: true },
  );
  const all = catalogue.data.value;
  const some = filter ? (matching.data.value ?? all) : all;
  const wholeFacts = useMemo(() => new Map((all?.columns ?? []).map((one) => [one.name, one])), [all]);
  const summed = summaries.data.value;
  const facts = useMemo(
    () => new Map([...(some?.columns ?? []), ...(summed?.summaries ?? [])].map((one) => [one.name, one])),
    [some, summed],
  );
  known.current = useMemo(() => new Set([...wholeFacts.keys(), ...missing]), [wholeFacts, missing.join("\n")]);

  const nested = all?.columns?.some((one) => one.name === "tags.mlflow.parentRunId" && one.runs > 0) ?? false;
  const tree = state.tree === "flat" || (state.tree === "auto" && !nested) ? "none" : state.tree === "closed" ? "closed" : "open";
  const order = orderBy(state.sorts);
  const identity = JSON.stringify([key, runViewType, filter, order, tree, state.toggled]);
  const question = useMemo<Question>(
    () => ({ ...base, filter, order_by: order, ...(tree === "none" ? {} : { tree, toggled: state.toggled }) }),
    [identity],
  );
  const rows = useRows(question, identity);
  const grouped = state.groupBy.join();
  const groups = useMemo(
    () => (state.groupBy.length ? new GroupRows(question, state.groupBy) : null),
    [grouped, identity],
  );
  useEffect(() => () => groups?.close(), [groups]);

  const primary = primaryMetric(ids);
  const columns = useMemo(() => {
    const named = state.columns;
    if (named) return [{ id: NAME, aggregate: "last" as const }, ...named.filter((one) => one.id !== NAME)];
    const source = state.differing ? some : all;
    return defaultColumns({
      runs: source?.runs ?? 0,
      facts: source?.columns ?? [],
      several: ids.length > 1,
      differing: state.differing,
      primary,
    });
  }, [state.columns, state.differing, state.differing ? some : all, key, primary]);

  own.current = columns;

  const changes = useSignal(0);
  const selection = useSignal<Selection>(NOTHING);
  useEffect(() => {
    selection.value = NOTHING;
  }, [key, runViewType]);
  useEffect(() => {
    // "All that match" means what was seen to match, not what another filter finds.
    if (selection.peek().all) selection.value = NOTHING;
  }, [filter]);

  const touch = () => {
    changes.value += 1;
  };
  const reorder = () => {
    rows.refresh();
    groups?.refresh();
  };
  const recount = () => {
    catalogue.reload();
    if (filter) matching.reload();
    if (aggregates.length) summaries.reload();
  };
  const findAll = () => {
    const counts = new Map<string, number>();
    for (const one of all?.columns ?? []) counts.set(kindOf(one.name), (counts.get(kindOf(one.name)) ?? 0) + 1);
    if ([...counts.values()].some((count) => count >= MOST_COLUMNS)) wide.value = true;
  };
  return {
    ids,
    state,
    change: changeState,
    filter,
    question,
    rows,
    groups,
    catalogue,
    facts,
    allFacts: all?.columns ?? [],
    wholeFacts,
    columns,
    selection,
    nested,
    tree,
    changes: changes.value,
    touch,
    refresh: () => {
      touch();
      reorder();
      recount();
    },
    reorder,
    recount,
    findAll,
    toggle: (id) => {
      const now = state.toggled;
      changeState({ toggled: now.includes(id) ? now.filter((one) => one !== id) : [...now, id] });
    },
  };
}

/** The experiment's tag that names its primary metric. */
export const PRIMARY_TAG = "mlflow.experiment.primaryMetric.name";

/** Change the address; going back to how it was is one undo away. */
function changeState(to: Partial<TableState>): void {
  const before = place.peek();
  const here = href(before.path, before.query);
  setQuery(writeState(to));
  const there = href(place.peek().path, place.peek().query);
  if (here === there) return;
  const show = (link: string) => () => {
    if (place.peek().path === before.path) replace(link);
  };
  void perform({ done: "Changed the view", silent: true, run: show(there), undo: show(here) });
}

function useRows(question: Question, identity: string): RunRows {
  const rows = useMemo(() => new RunRows(question), [identity]);
  useEffect(() => () => rows.close(), [rows]);
  return rows;
}

/** The clause of a span of time, to the minute so that the question stays the same for a while. */
function sinceFilter(time: string): string {
  const ms = TIMES[time]?.ms ?? 0;
  if (!ms) return "";
  return `attributes.start_time >= ${Math.floor((Date.now() - ms) / 60_000) * 60_000}`;
}

function useExtraFilter(state: TableState): string {
  const versions = useLoad((given) => versionFilter(state.models, given), [state.models]);
  return allOf(datasetFilter(state.datasets), versions.data.value ?? "");
}

/** The metric that an experiment's tags call its primary one. */
function primaryMetric(ids: readonly string[]): string | undefined {
  const [id] = ids;
  if (ids.length !== 1 || id === undefined) return undefined;
  return tagOf(experimentById(id).data.value?.tags, PRIMARY_TAG);
}
