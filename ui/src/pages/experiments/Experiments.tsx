/** The first page: all experiments as a tree, with what goes on in them. */

import { useSignal } from "@preact/signals";
import type { ExperimentFacts } from "@schema/calls";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { call } from "../../api/call";
import { askWhether } from "../../components/ask";
import { Button, IconButton, LinkButton } from "../../components/Button";
import { Code } from "../../components/Code";
import { ListTable } from "../../components/ListTable";
import { Empty } from "../../components/Empty";
import { Choice, SearchInput } from "../../components/fields";
import { Loaded } from "../../components/Loaded";
import { Menu, MenuList } from "../../components/Menu";
import { experimentChanges, removeExperiments } from "../../lib/experiments";
import { plural } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { useLoad } from "../../lib/load";
import { useLive, useThrottled } from "../../lib/live";
import { remember, remembered } from "../../lib/memory";
import { toExperiment, toExperiments } from "../../lib/places";
import { place, setQuery } from "../../lib/route";
import { useTitle } from "../../lib/title";
import type { PageProps } from "../routes";
import { experimentColumns } from "./columns";
import { menuOf, newExperiment } from "./deeds";
import { tagsOf } from "./tags";
import { type ExperimentRow, experimentRows, folders, matching } from "./tree";
import "./experiments.css";

const closedKey = "experiments.closed";

/** All experiments that are active, or all that are deleted. */
export default function Experiments(_: PageProps) {
  const deleted = place.value.query.get("lifecycleFilter") === "Deleted";
  useTitle("Experiments");
  const load = useLoad(
    async (given) => {
      const view = deleted ? "DELETED_ONLY" : "ACTIVE_ONLY";
      return (await call("GetExperimentOverview", { view_type: view }, given)).experiments ?? [];
    },
    [deleted, experimentChanges.value],
    { keep: true },
  );
  // A training that logs all the time is no reason to read everything all the time.
  const reloadSoon = useThrottled(load.reload, Math.max(3000, (load.data.value?.length ?? 0) * 5));
  useLive(null, reloadSoon);
  return (
    <Loaded page load={load} what="The experiments could not be loaded.">
      {(all) => <Overview all={all} deleted={deleted} reload={load.reload} />}
    </Loaded>
  );
}

/** What the address says about the list. */
function wishOf(query: URLSearchParams) {
  let tags: string[] = [];
  try {
    const read: unknown = JSON.parse(query.get("tags") ?? "[]");
    if (Array.isArray(read)) tags = read.map(String);
  } catch {
    // A mangled link shows everything.
  }
  const id = query.get("orderBy") ?? "activity";
  const down = query.has("orderBy") ? query.get("orderAsc") !== "true" : true;
  return { search: query.get("search") ?? "", tags, order: { id, down }, flat: query.get("view") === "flat" };
}

function Overview({ all, deleted, reload }: { all: readonly ExperimentFacts[]; deleted: boolean; reload: () => void }) {
  const wish = wishOf(place.value.query);
  const closed = useSignal<ReadonlySet<string>>(new Set(remembered<string[]>(closedKey, [])));
  const selected = useSignal<ReadonlySet<string>>(new Set());
  const lastSelected = useRef<string | null>(null);
  const cursor = useSignal<number | undefined>(undefined);
  const context = useSignal<{ row: ExperimentRow; at: { x: number; y: number } | HTMLElement } | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const key = JSON.stringify(wish);
  const rows = useMemo(() => experimentRows(all, { ...wish, closed: closed.value }), [all, key, closed.value]);
  const found = useMemo(() => matching(all, wish), [all, key]);
  const chosen = found.filter((one) => selected.value.has(one.experiment_id));
  useEffect(() => {
    selected.value = new Set();
    cursor.value = undefined;
  }, [deleted]);

  const close = (paths: readonly string[], opened: boolean) => {
    const next = new Set(closed.value);
    for (const path of paths) opened ? next.delete(path) : next.add(path);
    closed.value = next;
    remember(closedKey, next.size ? [...next].slice(0, 5000) : undefined);
  };
  const select = (row: ExperimentRow, on: boolean, range: boolean) => {
    const next = new Set(selected.value);
    for (const id of idsOf(row, rows, all, range ? lastSelected.current : null)) on ? next.add(id) : next.delete(id);
    selected.value = next;
    lastSelected.current = row.path;
  };
  const setTags = (tags: readonly string[]) => setQuery({ tags: tags.length ? JSON.stringify(tags) : undefined });
  const flipTag = (tag: string) => setTags(wish.tags.includes(tag) ? wish.tags.filter((one) => one !== tag) : [...wish.tags, tag]);
  useExperimentKeys({ rows, cursor, search, close, select, selected });

  const columns = experimentColumns({
    flat: wish.flat,
    tags: wish.tags,
    onTag: flipTag,
    onOpen: (row) => close([row.path], row.opened === false),
    isSelected: (row) => idsOf(row, rows, all, null).every((id) => selected.value.has(id)),
    onSelect: select,
    allSelected: chosen.length === 0 ? false : chosen.length === found.length ? true : "some",
    onSelectAll: (on) => {
      selected.value = new Set(on ? found.map((one) => one.experiment_id) : []);
    },
    // One menu for all rows: thousands of them would each have one of their own.
    menu: (row) => (
      <IconButton
        small
        icon="more"
        label={`Menu of ${row.path}`}
        aria-haspopup="menu"
        onClick={(event) => {
          context.value = { row, at: event.currentTarget };
        }}
      />
    ),
  });
  return (
    <div class="page">
      <div class="toolbar">
        <h1>Experiments</h1>
        <SearchInput
          label="Search names, tags, ids"
          value={wish.search}
          innerRef={search}
          onInput={(text) => {
            cursor.value = undefined;
            setQuery({ search: text });
          }}
        />
        <TagFilter all={all} tags={wish.tags} onChange={setTags} />
        <Choice
          label="Which experiments"
          value={deleted ? "Deleted" : "Active"}
          options={[
            { value: "Active", label: "Active" },
            { value: "Deleted", label: "Deleted" },
          ]}
          onChange={(which) => setQuery({ lifecycleFilter: which === "Deleted" ? which : undefined })}
        />
        <Choice
          label="How they are listed"
          value={wish.flat ? "flat" : "tree"}
          options={[
            { value: "tree", label: "Tree" },
            { value: "flat", label: "Flat" },
          ]}
          onChange={(view) => setQuery({ view: view === "flat" ? view : undefined })}
        />
        {!wish.flat && <Fold all={all} closed={closed.value} onChange={close} />}
        <span class="toolbar-space" />
        {chosen.length > 0 ? (
          <Selected chosen={chosen} deleted={deleted} onDone={() => (selected.value = new Set())} />
        ) : (
          <>
            <span class="quiet" role="status">
              {found.length === all.length ? plural(all.length, "experiment") : `${found.length} of ${plural(all.length, "experiment")}`}
            </span>
            <IconButton icon="refresh" label="Load again" onClick={reload} />
          </>
        )}
        {chosen.length === 0 && (
          <Button kind="primary" icon="plus" onClick={() => void newExperiment()}>
            New experiment
          </Button>
        )}
      </div>
      <ListTable
        label="Experiments"
        rows={rows}
        columns={columns}
        keyOf={(row) => row.facts?.experiment_id ?? `folder ${row.path}`}
        rowHeight={28}
        order={wish.order}
        onOrder={(order) => setQuery({ orderBy: order.id, orderAsc: order.down ? undefined : "true" })}
        isSelected={(row) => row.facts !== undefined && selected.value.has(row.facts.experiment_id)}
        tree={(row) => row}
        cursor={cursor.value}
        onContextMenu={(row, at) => {
          context.value = { row, at };
        }}
        empty={<Nothing all={all} deleted={deleted} />}
      />
      {context.value && (
        <MenuList
          items={menuOf(context.value.row)}
          label={`Menu of ${context.value.row.path}`}
          anchor={context.value.at}
          align={context.value.at instanceof HTMLElement ? "end" : "start"}
          onClose={() => {
            context.value = null;
          }}
        />
      )}
    </div>
  );
}

/** The experiments of a row, those in a folder too; with a range, of all rows from the one selected last. */
function idsOf(row: ExperimentRow, rows: readonly ExperimentRow[], all: readonly ExperimentFacts[], from: string | null): string[] {
  if (from !== null) {
    const ends = [rows.findIndex((one) => one.path === from), rows.indexOf(row)].sort((a, b) => a - b);
    if ((ends[0] ?? -1) >= 0) return rows.slice(ends[0], (ends[1] ?? 0) + 1).flatMap((one) => one.facts?.experiment_id ?? []);
  }
  if (row.facts) return [row.facts.experiment_id];
  return all.filter((one) => one.name.startsWith(`${row.path}/`)).map((one) => one.experiment_id);
}

interface KeysOf {
  rows: readonly ExperimentRow[];
  cursor: { value: number | undefined };
  search: { current: HTMLInputElement | null };
  close: (paths: readonly string[], opened: boolean) => void;
  select: (row: ExperimentRow, on: boolean, range: boolean) => void;
  selected: { value: ReadonlySet<string> };
}

function useExperimentKeys({ rows, cursor, search, close, select, selected }: KeysOf): void {
  const here = () => (cursor.value === undefined ? undefined : rows[cursor.value]);
  const move = (by: number) => {
    cursor.value = Math.max(0, Math.min(rows.length - 1, (cursor.value ?? -1) + by));
  };
  const fold = (opened: boolean) => {
    const row = here();
    if (row?.opened === !opened) close([row.path], opened);
  };
  useKeys("Experiments", [
    { keys: "/", does: "Search", run: () => search.current?.focus() },
    { keys: "j", does: "Next row", run: () => move(1) },
    { keys: "k", does: "Previous row", run: () => move(-1) },
    { keys: "ArrowDown", does: "Next row", run: () => move(1) },
    { keys: "ArrowUp", does: "Previous row", run: () => move(-1) },
    { keys: "ArrowRight", does: "Open the folder", when: () => here() !== undefined, run: () => fold(true) },
    { keys: "ArrowLeft", does: "Close the folder", when: () => here() !== undefined, run: () => fold(false) },
    {
      keys: "x",
      does: "Select or leave the row",
      run: () => {
        const row = here();
        if (row) select(row, !(row.facts && selected.value.has(row.facts.experiment_id)), false);
      },
    },
    { keys: "n", does: "New experiment", run: () => void newExperiment() },
  ]);
}

function TagFilter({ all, tags, onChange }: { all: readonly ExperimentFacts[]; tags: readonly string[]; onChange: (tags: readonly string[]) => void }) {
  const known = tagsOf(all);
  if (known.length === 0 && tags.length === 0) return null;
  return (
    <Menu
      icon="tag"
      label={tags.length ? plural(tags.length, "tag") : "Tags"}
      items={[
        ...known.slice(0, 40).map(({ text, count }) => ({
          label: `${text} (${count})`,
          checked: tags.includes(text),
          run: () => onChange(tags.includes(text) ? tags.filter((one) => one !== text) : [...tags, text]),
        })),
        tags.length > 0 && ("line" as const),
        tags.length > 0 && { label: "Show all", icon: "close" as const, run: () => onChange([]) },
      ]}
    />
  );
}

function Fold({ all, closed, onChange }: { all: readonly ExperimentFacts[]; closed: ReadonlySet<string>; onChange: (paths: readonly string[], opened: boolean) => void }) {
  const paths = useMemo(() => folders(all), [all]);
  if (paths.length === 0) return null;
  const anyClosed = paths.some((path) => closed.has(path));
  return (
    <IconButton
      icon={anyClosed ? "folderOpen" : "folder"}
      label={anyClosed ? "Open all folders" : "Close all folders"}
      onClick={() => onChange(paths, anyClosed)}
    />
  );
}

function Selected({ chosen, deleted, onDone }: { chosen: readonly ExperimentFacts[]; deleted: boolean; onDone: () => void }) {
  const ids = chosen.map((one) => one.experiment_id);
  const [first] = ids;
  const remove = async () => {
    const sure =
      chosen.length === 1 ||
      (await askWhether({
        title: `Delete ${plural(chosen.length, "experiment")}?`,
        text: "Their runs go with them. Deleted experiments can be restored.",
        action: `Delete ${chosen.length}`,
        danger: true,
      }));
    if (sure && (await removeExperiments(chosen, deleted))) onDone();
  };
  return (
    <div class="experiments-selected" role="group" aria-label="Selected experiments">
      <span role="status">{chosen.length} selected</span>
      {first !== undefined && (
        <LinkButton icon="table" href={ids.length === 1 ? toExperiment(first) : toExperiments(ids)}>
          {ids.length === 1 ? "Open" : "Runs together"}
        </LinkButton>
      )}
      {deleted ? (
        <Button icon="restore" onClick={() => void removeExperiments(chosen, true).then((done) => done && onDone())}>
          Restore
        </Button>
      ) : (
        <Button icon="trash" kind="danger" onClick={() => void remove()}>
          Delete
        </Button>
      )}
      <IconButton icon="close" label="Select none" onClick={onDone} />
    </div>
  );
}

function Nothing({ all, deleted }: { all: readonly ExperimentFacts[]; deleted: boolean }) {
  if (all.length > 0) {
    return (
      <Empty title="No experiment matches" icon="search">
        <Button onClick={() => setQuery({ search: undefined, tags: undefined })}>Show all</Button>
      </Empty>
    );
  }
  if (deleted) return <Empty title="No experiment is deleted" icon="trash" />;
  const server = location.origin + location.pathname.replace(/\/[^/]*$/, "");
  return (
    <Empty title="No experiments yet" icon="flask">
      <p>The first run makes one:</p>
      <Code
        text={`import mlflow\n\nmlflow.set_tracking_uri("${server}")\nmlflow.set_experiment("first")\nwith mlflow.start_run():\n    mlflow.log_param("lr", 0.01)\n    mlflow.log_metric("loss", 0.5)`}
      />
    </Empty>
  );
}

