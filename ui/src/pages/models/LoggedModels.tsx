/** The models that the runs of an experiment logged. */

import { useSignal } from "@preact/signals";
import type { LoggedModel, ModelOrder } from "@schema/calls";
import { useMemo, useRef } from "preact/hooks";
import { call } from "../../api/call";
import { Button } from "../../components/Button";
import { Code } from "../../components/Code";
import { Empty } from "../../components/Empty";
import { ExperimentHeader } from "../../components/ExperimentHeader";
import { Failure } from "../../components/Failure";
import { SearchInput } from "../../components/fields";
import { ListTable, type Order } from "../../components/ListTable";
import { Loaded } from "../../components/Loaded";
import { experimentById } from "../../lib/experiments";
import { asFilter, isFilter } from "../../lib/filters";
import { plural } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { useLive, useThrottled } from "../../lib/live";
import { useLoad } from "../../lib/load";
import { place, setQuery } from "../../lib/route";
import { type NamedRun, runNames } from "../../lib/runs";
import { useTitle } from "../../lib/title";
import type { PageProps } from "../routes";
import { modelColumns } from "./columns";
import { currentRegistrations, type Registrations } from "./registrations";

/** So many come at first, and so many more whenever the last ones come near the screen. */
const PAGE = 500;

/** The models that are here, and what the page knows of them. */
interface Held {
  models: readonly LoggedModel[];
  runs: ReadonlyMap<string, NamedRun>;
  versions: Registrations;
  /** Where the server goes on; "" after the last one. */
  token: string;
}

const nothing: Held = { models: [], runs: new Map(), versions: new Map(), token: "" };

/** The page. */
export default function LoggedModels({ fields }: PageProps) {
  const id = fields["id"] ?? "";
  const { query } = place.value;
  const filter = query.get("searchFilter") ?? "";
  const order: Order = { id: query.get("orderByKey") ?? "creation_time", down: query.get("orderByAsc") !== "true" };
  useTitle("Models", { of: experimentById(id).data.value?.name ?? "" });
  const question = JSON.stringify([id, filter, order]);
  const held = useRef<{ question: string; found: Held } | null>(null);
  const growing = useRef(false);
  const load = useLoad(
    async (given) => {
      const before = held.current?.question === question ? held.current.found : nothing;
      const grow = growing.current && before.token !== "";
      growing.current = false;
      // A page more of what is here; or all of that anew, after a change.
      const size = grow ? PAGE : Math.max(PAGE, before.models.length);
      const answer = await call(
        "SearchLoggedModels",
        { experiment_ids: [id], filter: asFilter(filter), max_results: size, order_by: [orderOf(order)], page_token: grow ? before.token : "" },
        given,
      );
      const models = answer.models ?? [];
      const sources = models.map((model) => model.info.source_run_id ?? "");
      const [runs, versions] = await Promise.all([runNames(sources, given), currentRegistrations(models, given)]);
      const token = answer.next_page_token ?? "";
      const found: Held = grow
        ? { models: [...before.models, ...models], runs: new Map([...before.runs, ...runs]), versions: new Map([...before.versions, ...versions]), token }
        : { models, runs, versions, token };
      held.current = { question, found };
      return found;
    },
    [question],
    { keep: true },
  );
  const grow = () => {
    if (load.loading.peek() || !held.current?.found.token || held.current.question !== question) return;
    growing.current = true;
    load.reload();
  };
  const whole = load.data.value !== undefined && !load.data.value.token;
  const counted = useLoad(
    (given) => (whole ? null : call("CountLoggedModels", { experiment_ids: [id], filter: asFilter(filter) }, given)),
    [id, filter, whole, load.data.value],
    { keep: true },
  );
  const total = whole ? load.data.value?.models.length : counted.data.value?.count;
  const reloadSoon = useThrottled(load.reload, 2000);
  useLive([id], (change) => (change.all || change.experiments.includes(id)) && reloadSoon());
  const unknown = experimentById(id).error.value !== null && !experimentById(id).data.value;
  const error = load.error.value;
  const data = load.data.value;
  return (
    <div class="page">
      <ExperimentHeader ids={[id]} tab="models" {...(data && !filter && total !== undefined ? { counts: { models: total } } : {})} />
      {!unknown && <Toolbar filter={filter} count={data && (total ?? data.models.length)} more={total === undefined} />}
      {error !== null && data !== undefined && <Failure error={error} what="The models could not be loaded." retry={load.reload} />}
      {!unknown && (
        <Loaded load={load} what="The models could not be loaded.">
          {(shown) => <Table id={id} models={shown.models} runs={shown.runs} versions={shown.versions} order={order} filtered={filter !== ""} onEnd={grow} />}
        </Loaded>
      )}
    </div>
  );
}

function orderOf(order: Order): ModelOrder {
  if (!order.id.startsWith("[")) return { field_name: order.id, ascending: !order.down };
  const [key, name, digest] = JSON.parse(order.id) as [string, string, string];
  const by: ModelOrder = { field_name: `metrics.${key}`, ascending: !order.down };
  return name ? { ...by, dataset_name: name, dataset_digest: digest } : by;
}

function Toolbar({ filter, count, more }: { filter: string; count: number | undefined; more: boolean }) {
  const typed = useSignal(filter);
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const set = (text: string) => {
    clearTimeout(timer.current);
    setQuery({ searchFilter: text.trim() });
  };
  useKeys("Models", [{ keys: "/", does: "Filter", run: () => field.current?.focus() }]);
  return (
    <div class="toolbar">
      <SearchInput
        class="mono models-filter"
        label="Filter the models"
        placeholder="name, or a filter: metrics.rmse < 60 AND params.alpha = '0.1'"
        value={typed.value}
        innerRef={field}
        onInput={(text) => {
          typed.value = text;
          clearTimeout(timer.current);
          // A part of a name filters as it is typed; a filter is only whole when Enter says so.
          if (!isFilter(text)) timer.current = setTimeout(() => set(text), 250);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") set(typed.value);
        }}
      />
      <span class="toolbar-space" />
      {count !== undefined && (
        <span class="quiet" role="status">
          {more ? `the first ${plural(count, "model")}; more come while you scroll` : plural(count, "model")}
        </span>
      )}
    </div>
  );
}

interface TableProps {
  id: string;
  models: readonly LoggedModel[];
  runs: ReadonlyMap<string, NamedRun>;
  versions: Registrations;
  order: Order;
  filtered: boolean;
  onEnd: () => void;
}

function Table({ id, models, runs, versions, order, filtered, onEnd }: TableProps) {
  const cursor = useSignal<number | undefined>(undefined);
  const columns = useMemo(() => modelColumns(models, runs, versions), [models, runs, versions]);
  const move = (by: number) => {
    cursor.value = Math.max(0, Math.min(models.length - 1, (cursor.value ?? -1) + by));
  };
  useKeys("Models", [
    { keys: "j", does: "Next row", run: () => move(1) },
    { keys: "k", does: "Previous row", run: () => move(-1) },
  ]);
  if (models.length === 0) return <None id={id} filtered={filtered} />;
  return (
    <ListTable
      label="Logged models"
      rows={models}
      columns={columns}
      keyOf={(model) => model.info.model_id}
      order={order}
      onOrder={(wanted) => setQuery({ orderByKey: wanted.id, orderByAsc: String(!wanted.down) })}
      cursor={cursor.value}
      onEnd={onEnd}
    />
  );
}

function None({ id, filtered }: { id: string; filtered: boolean }) {
  if (filtered) {
    return (
      <Empty title="No model matches" icon="search">
        <Button onClick={() => setQuery({ searchFilter: undefined })}>Show all</Button>
      </Empty>
    );
  }
  const name = experimentById(id).data.value?.name ?? "…";
  return (
    <Empty title="No model was logged here" icon="box">
      <p>A run logs one with the flavor of its library:</p>
      <Code text={`import mlflow\n\nmlflow.set_experiment(${JSON.stringify(name)})\nwith mlflow.start_run():\n    mlflow.sklearn.log_model(model, name="model")`} />
    </Empty>
  );
}
