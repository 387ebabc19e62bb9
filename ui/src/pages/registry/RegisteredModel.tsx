/** One registered model: its aliases, tags and description, and all its versions. */

import { useSignal } from "@preact/signals";
import type { ModelVersion, RegisteredModel as Model } from "@schema/calls";
import { useMemo } from "preact/hooks";
import { call } from "../../api/call";
import { Button, LinkButton } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { Empty } from "../../components/Empty";
import { Checkbox } from "../../components/fields";
import { type Column, ListTable } from "../../components/ListTable";
import { Loaded } from "../../components/Loaded";
import { Menu } from "../../components/Menu";
import { Notes } from "../../components/Notes";
import { StatusDot } from "../../components/StatusDot";
import { Tag } from "../../components/Tag";
import { TagEditor } from "../../components/TagEditor";
import { TimeAgo } from "../../components/TimeAgo";
import { plural, shortId } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { useLive, useThrottled } from "../../lib/live";
import { type Load, useLoad } from "../../lib/load";
import { toRun, toVersion } from "../../lib/places";
import { go, href } from "../../lib/route";
import { type NamedRun, runNames } from "../../lib/runs";
import { useTitle } from "../../lib/title";
import type { PageProps } from "../routes";
import { Aliases } from "./Aliases";
import { describe, setModelTag, setVersionTag, stageOf, versionsOf } from "./data";
import { deleteModel, isGoing, deleteVersion, renameModel } from "./deeds";
import "./registry.css";

/** The page. */
export default function RegisteredModel({ fields }: PageProps) {
  const name = fields["name"] ?? "";
  useTitle(name, { kind: "registered" });
  const load = useLoad(
    async (given) => {
      const [model, versions] = await Promise.all([call("GetRegisteredModel", { name }, given), versionsOf(name, given)]);
      return { model: model.registered_model, versions };
    },
    [name],
  );
  const ids = (load.data.value?.versions ?? []).map((one) => one.run_id ?? "").filter(Boolean);
  // The table does not wait for the names of the runs.
  const runs = useLoad((given) => runNames(ids, given), [ids.join()], { keep: true });
  const reloadSoon = useThrottled(() => isGoing(name) || load.reload(), 2000);
  useLive(null, (change) => (change.all || change.registry) && reloadSoon());
  return (
    <div class="page">
      <Loaded page load={load} what={`The registered model “${name}” could not be loaded.`}>
        {({ model, versions }) => <One model={model} versions={versions} runs={runs} reload={load.reload} />}
      </Loaded>
    </div>
  );
}

interface OneProps {
  model: Model;
  versions: readonly ModelVersion[];
  runs: Load<Map<string, NamedRun>>;
  reload: () => void;
}

function One({ model, versions, runs, reload }: OneProps) {
  const { name } = model;
  const selected = useSignal<ReadonlySet<string>>(new Set());
  const cursor = useSignal<number | undefined>(undefined);
  const chosen = versions.filter((one) => selected.value.has(one.version));
  const select = (version: string, on: boolean) => {
    const next = new Set(selected.value);
    on ? next.add(version) : next.delete(version);
    selected.value = next;
  };
  const move = (by: number) => {
    cursor.value = Math.max(0, Math.min(versions.length - 1, (cursor.value ?? -1) + by));
  };
  const here = () => versions[cursor.value ?? -1];
  const flip = (version: string | undefined) => version !== undefined && select(version, !selected.value.has(version));
  useKeys("Versions", [
    { keys: "j", does: "Next row", run: () => move(1) },
    { keys: "k", does: "Previous row", run: () => move(-1) },
    { keys: "x", does: "Select or leave the row", run: () => flip(here()?.version) },
    { keys: "c", does: "Compare the selected versions", when: () => chosen.length > 1, run: () => go(compareLink(name, chosen)) },
  ]);
  const columns = useColumns({ model, versions, runs: runs.data.value ?? new Map(), reload, selected: selected.value, select });
  return (
    <>
      <div class="model-head">
        <h1 class="cut">{name}</h1>
        <CopyButton text={name} label="Copy the name" />
        <span class="toolbar-space" />
        {chosen.length > 1 && (
          <LinkButton icon="compare" kind="primary" href={compareLink(name, chosen)}>
            Compare {chosen.length}
          </LinkButton>
        )}
        <span class="quiet">{plural(versions.length, "version")}</span>
        <Button icon="edit" onClick={() => void renameModel(name)}>
          Rename
        </Button>
        <Menu
          iconOnly
          icon="more"
          label="Model menu"
          align="end"
          items={[{ label: "Delete…", icon: "trash", danger: true, run: () => void deleteModel(name, versions.length) }]}
        />
      </div>
      <Top model={model} reload={reload} />
      <ListTable
        label={`Versions of ${name}`}
        rows={versions}
        columns={columns}
        keyOf={(one) => one.version}
        isSelected={(one) => selected.value.has(one.version)}
        cursor={cursor.value}
        empty={
          <Empty title="No version yet" icon="layers">
            <p>Register a logged model under this name, from its page or by code.</p>
          </Empty>
        }
      />
    </>
  );
}

function Top({ model, reload }: { model: Model; reload: () => void }) {
  const { name, description, aliases = [] } = model;
  return (
    <div class="registry-top">
      <div>
        <h2>Description</h2>
        <Notes of={name} text={description ?? ""} onSave={(text) => void describe(name, undefined, text, description ?? "", reload)} />
      </div>
      <div class="registry-facts">
        <div>
          <h2>Aliases</h2>
          <span class="tags-row">
            {aliases.length === 0 && <span class="quiet">None. Add one to a version below.</span>}
            {aliases.map((one) => (
              <Tag key={one.alias} tone="good" href={toVersion(name, one.version)}>
                @{one.alias} v{one.version}
              </Tag>
            ))}
          </span>
        </div>
        <div>
          <h2>Tags</h2>
          <TagEditor tags={model.tags ?? []} onSet={(key, value) => setModelTag(model, key, value, reload)} />
        </div>
        <div class="quiet">
          Created <TimeAgo at={model.creation_timestamp} />, last changed <TimeAgo at={model.last_updated_timestamp ?? model.creation_timestamp} />
        </div>
      </div>
    </div>
  );
}

interface ColumnsOf {
  model: Model;
  versions: readonly ModelVersion[];
  runs: ReadonlyMap<string, NamedRun>;
  reload: () => void;
  selected: ReadonlySet<string>;
  select: (version: string, on: boolean) => void;
}

function useColumns({ model, versions, runs, reload, selected, select }: ColumnsOf): Column<ModelVersion>[] {
  const staged = useMemo(() => versions.some(stageOf), [versions]);
  const { name, aliases = [] } = model;
  return [
    {
      id: "select",
      label: "Selected",
      head: <span class="hidden-visually">Selected</span>,
      width: "30px",
      cell: (one) => (
        <Checkbox hideLabel label={`Select version ${one.version}`} checked={selected.has(one.version)} onChange={(on) => select(one.version, on)} />
      ),
    },
    {
      id: "version",
      label: "Version",
      width: "110px",
      cell: (one) => (
        <>
          <StatusDot status={one.status ?? "READY"} />
          <a data-main class="registry-name" href={toVersion(name, one.version)}>
            Version {one.version}
          </a>
        </>
      ),
    },
    {
      id: "aliases",
      label: "Aliases",
      width: "minmax(190px, 1.2fr)",
      cell: (one) => <Aliases name={name} version={one.version} aliases={one.aliases ?? []} known={aliases} onChange={reload} />,
    },
    ...(staged ? [{ id: "stage", label: "Stage", width: "100px", cell: (one: ModelVersion) => stageOf(one) && <Tag>{stageOf(one)}</Tag> }] : []),
    { id: "created", label: "Registered", width: "110px", cell: (one) => <TimeAgo at={one.creation_timestamp} /> },
    { id: "run", label: "Source run", width: "minmax(120px, 1fr)", cell: (one) => <Source version={one} runs={runs} /> },
    {
      id: "tags",
      label: "Tags",
      width: "minmax(180px, 1.4fr)",
      cell: (one) => <TagEditor tags={one.tags ?? []} onSet={(key, value) => setVersionTag(one, key, value, reload)} />,
    },
    {
      id: "description",
      label: "Description",
      width: "minmax(140px, 1.6fr)",
      cell: (one) => <span class="quiet cut">{(one.description ?? "").split("\n")[0]}</span>,
    },
    {
      id: "menu",
      label: "Menu",
      head: <span class="hidden-visually">Menu</span>,
      width: "38px",
      cell: (one) => (
        <Menu
          iconOnly
          small
          icon="more"
          align="end"
          label={`Menu of version ${one.version}`}
          items={[
            { label: "Open", icon: "open", href: toVersion(name, one.version) },
            { label: "Delete…", icon: "trash", danger: true, run: () => void deleteVersion(one).then((done) => done && reload()) },
          ]}
        />
      ),
    },
  ];
}

function Source({ version, runs }: { version: ModelVersion; runs: ReadonlyMap<string, NamedRun> }) {
  const id = version.run_id;
  if (!id) return <span class="quiet">–</span>;
  const run = runs.get(id);
  return (
    <a class="cut" href={run ? toRun(run.experiment, id) : href(`/runs/${id}`)}>
      {run?.name ?? shortId(id)}
    </a>
  );
}

/** Where versions are compared: by MLflow's address, with the versions beside it, as two may be of one run. */
function compareLink(name: string, versions: readonly ModelVersion[]): string {
  const runs = Object.fromEntries(versions.map((one) => [one.run_id ?? "", one.version]));
  return href("/compare-model-versions", { name, runs: JSON.stringify(runs), versions: JSON.stringify(versions.map((one) => one.version)) });
}
