/** The registry: all registered models. */

import { useSignal } from "@preact/signals";
import type { RegisteredModel } from "@schema/calls";
import { useMemo, useRef } from "preact/hooks";
import { Button } from "../../components/Button";
import { Code } from "../../components/Code";
import { Empty } from "../../components/Empty";
import { Failure } from "../../components/Failure";
import { SearchInput } from "../../components/fields";
import { type Column, ListTable, type Order } from "../../components/ListTable";
import { Loaded } from "../../components/Loaded";
import { Tag } from "../../components/Tag";
import { TimeAgo } from "../../components/TimeAgo";
import { isFilter } from "../../lib/filters";
import { plural } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { useLive, useThrottled } from "../../lib/live";
import { useLoad } from "../../lib/load";
import { rank } from "../../lib/match";
import { toRegistered, toVersion } from "../../lib/places";
import { place, setQuery } from "../../lib/route";
import { isMachines } from "../../lib/tags";
import { useTitle } from "../../lib/title";
import type { PageProps } from "../routes";
import { registeredModels, stageOf } from "./data";
import { createModel } from "./deeds";
import "./registry.css";

/** The page. A text finds names, aliases and tags on the page; a filter goes to the server. */
export default function RegisteredModels(_: PageProps) {
  useTitle("Registered models");
  const { query } = place.value;
  const search = query.get("searchQuery") ?? "";
  const order: Order = { id: query.get("orderByKey") ?? "name", down: query.get("orderByAsc") === "false" };
  const filter = isFilter(search) ? search : "";
  const load = useLoad((given) => registeredModels(filter, given), [filter], { keep: true });
  const reloadSoon = useThrottled(load.reload, 2000);
  useLive(null, (change) => (change.all || change.registry) && reloadSoon());
  const typed = useSignal(search);
  const field = useRef<HTMLInputElement>(null);
  useKeys("Registered models", [
    { keys: "/", does: "Search", run: () => field.current?.focus() },
    { keys: "n", does: "New registered model", run: () => void createModel() },
  ]);
  const all = load.data.value;
  const error = load.error.value;
  return (
    <div class="page">
      <div class="toolbar">
        <h1>Registered models</h1>
        <SearchInput
          class="models-filter"
          label="Search the registered models"
          placeholder="name, alias, tag, or a filter: tags.task = 'regression'"
          value={typed.value}
          innerRef={field}
          onInput={(text) => {
            typed.value = text;
            if (!isFilter(text)) setQuery({ searchQuery: text });
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") setQuery({ searchQuery: typed.value });
          }}
        />
        <span class="toolbar-space" />
        {all && <span class="quiet">{plural(all.length, "model")}</span>}
        <Button kind="primary" icon="plus" onClick={() => void createModel()}>
          New model
        </Button>
      </div>
      {error !== null && all !== undefined && <Failure error={error} what="The search failed." retry={load.reload} />}
      <Loaded load={load} what="The registered models could not be loaded.">
        {(models) => <Table models={models} text={filter ? "" : search} order={order} />}
      </Loaded>
    </div>
  );
}

function Table({ models, text, order }: { models: readonly RegisteredModel[]; text: string; order: Order }) {
  const cursor = useSignal<number | undefined>(undefined);
  const rows = useMemo(() => sorted(rank(models, text, searchText), order), [models, text, order.id, order.down]);
  const move = (by: number) => {
    cursor.value = Math.max(0, Math.min(rows.length - 1, (cursor.value ?? -1) + by));
  };
  useKeys("Registered models", [
    { keys: "j", does: "Next row", run: () => move(1) },
    { keys: "k", does: "Previous row", run: () => move(-1) },
  ]);
  if (models.length === 0 && !text) return <None />;
  return (
    <ListTable
      label="Registered models"
      rows={rows}
      columns={columns}
      keyOf={(model) => model.name}
      order={order}
      onOrder={(wanted) => setQuery({ orderByKey: wanted.id, orderByAsc: String(!wanted.down) })}
      cursor={cursor.value}
      empty={<Empty title="No registered model matches" icon="search" />}
    />
  );
}

function searchText(model: RegisteredModel): string {
  const tags = (model.tags ?? []).map((tag) => `${tag.key} ${tag.value ?? ""}`);
  const aliases = (model.aliases ?? []).map((one) => `@${one.alias}`);
  return [model.name, ...aliases, ...tags, model.description ?? ""].join(" ");
}

function sorted(models: readonly RegisteredModel[], { id, down }: Order): RegisteredModel[] {
  const names = new Intl.Collator("en", { numeric: true });
  const time = (model: RegisteredModel) => model.last_updated_timestamp ?? model.creation_timestamp;
  const by = (a: RegisteredModel, b: RegisteredModel) => (id === "last_updated_timestamp" ? time(a) - time(b) : names.compare(a.name, b.name));
  return [...models].sort((a, b) => (down ? by(b, a) : by(a, b)));
}

function latestOf(model: RegisteredModel): string {
  return String(Math.max(0, ...(model.latest_versions ?? []).map((one) => Number(one.version))) || "");
}

const columns: Column<RegisteredModel>[] = [
  {
    id: "name",
    label: "Name",
    width: "minmax(200px, 1.6fr)",
    sort: "up",
    cell: (model) => (
      <a class="cut registry-name" data-main href={toRegistered(model.name)}>
        {model.name}
      </a>
    ),
  },
  {
    id: "latest",
    label: "Latest",
    width: "80px",
    cell: (model) => {
      const latest = latestOf(model);
      return latest ? <a href={toVersion(model.name, latest)}>v{latest}</a> : <span class="quiet">–</span>;
    },
  },
  {
    id: "aliases",
    label: "Aliases",
    width: "minmax(200px, 1.4fr)",
    cell: (model) => (
      <>
        {(model.aliases ?? []).map((one) => (
          <Tag key={one.alias} tone="good" href={toVersion(model.name, one.version)} tip={`@${one.alias} is version ${one.version}`}>
            <span class="cut">@{one.alias}</span> v{one.version}
          </Tag>
        ))}
        {(model.latest_versions ?? []).filter(stageOf).map((one) => (
          <Tag key={`stage ${one.version}`} href={toVersion(model.name, one.version)}>
            {stageOf(one)} v{one.version}
          </Tag>
        ))}
      </>
    ),
  },
  {
    id: "tags",
    label: "Tags",
    width: "minmax(160px, 1.2fr)",
    cell: (model) =>
      (model.tags ?? [])
        .filter((tag) => !isMachines(tag.key))
        .slice(0, 4)
        .map((tag) => <Tag key={tag.key} name={tag.key} value={tag.value ?? ""} />),
  },
  {
    id: "description",
    label: "Description",
    width: "minmax(160px, 2fr)",
    cell: (model) => <span class="quiet cut">{(model.description ?? "").replace(/^#+\s*/, "").split("\n")[0]}</span>,
  },
  {
    id: "last_updated_timestamp",
    label: "Last change",
    width: "120px",
    sort: "down",
    cell: (model) => <TimeAgo at={model.last_updated_timestamp ?? model.creation_timestamp} />,
  },
];

function None() {
  return (
    <Empty title="No model is registered yet" icon="layers">
      <p>Register a logged model from its page, or by code:</p>
      <Code text={`import mlflow\n\nmlflow.register_model("models:/<model id>", "my-model")`} />
    </Empty>
  );
}
