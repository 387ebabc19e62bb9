/** One logged model: what it scored, what it is, how to load it, its files. */

import type { LoggedModel as Model, LoggedModelRegistration } from "@schema/calls";
import { call } from "../../api/call";
import { Button } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { ExperimentHeader } from "../../components/ExperimentHeader";
import { KeyValues } from "../../components/KeyValues";
import { lazy } from "../../components/lazy";
import { Loaded } from "../../components/Loaded";
import { Menu } from "../../components/Menu";
import { datasetOf, MetricTable, ParamTable } from "../../components/model/MetricTable";
import { loggedModelFile, ModelFile, useModelFile } from "../../components/model/ModelFile";
import { Section } from "../../components/Section";
import { StatusDot } from "../../components/StatusDot";
import { LinkTabs } from "../../components/Tabs";
import { Tag } from "../../components/Tag";
import { TagEditor } from "../../components/TagEditor";
import { TimeAgo } from "../../components/TimeAgo";
import { perform } from "../../lib/actions";
import { experimentById } from "../../lib/experiments";
import { shortId } from "../../lib/format";
import { useLive, useThrottled } from "../../lib/live";
import { useLoad } from "../../lib/load";
import { toExperiment, toLoggedModel, toRun, toVersion } from "../../lib/places";
import { go, replace } from "../../lib/route";
import { type NamedRun, runNames } from "../../lib/runs";
import { tagOf } from "../../lib/tags";
import { useTitle } from "../../lib/title";
import type { PageProps } from "../routes";
import { deleteModel, registerModel } from "./deeds";
import { currentRegistrations } from "./registrations";

const TracesOf = lazy(async () => (await import("../traces/TracesOf")).TracesOf);
const ArtifactBrowser = lazy(async () => (await import("../run/artifacts/ArtifactBrowser")).ArtifactBrowser);

/** The page: an overview and the files. */
export default function LoggedModel({ fields }: PageProps) {
  const experiment = fields["id"] ?? "";
  const id = fields["model"] ?? "";
  const load = useLoad(
    async (given) => {
      const { model } = await call("GetLoggedModel", { model_id: id }, given);
      const source = model.info.source_run_id ?? "";
      const [runs, versions] = await Promise.all([runNames([source], given), currentRegistrations([model], given)]);
      return { model, run: runs.get(source), versions: versions.get(model.info.model_id) ?? [] };
    },
    [id],
  );
  const reloadSoon = useThrottled(load.reload, 3000);
  useLive([experiment], (change) => (change.all || change.experiments.includes(experiment)) && reloadSoon());
  useTitle(load.data.value?.model.info.name, { of: experimentById(experiment).data.value?.name ?? "", kind: "model" });
  return (
    <div class="page">
      <ExperimentHeader ids={[experiment]} tab="models" />
      <Loaded load={load} what={`The logged model ${id} could not be loaded.`}>
        {({ model, run, versions }) => <One model={model} run={run} versions={versions} tab={fields["tab"] ?? ""} path={fields["*"] ?? ""} reload={load.reload} />}
      </Loaded>
    </div>
  );
}

interface OneProps {
  model: Model;
  run: NamedRun | undefined;
  versions: readonly LoggedModelRegistration[];
  tab: string;
  path: string;
  reload: () => void;
}

function One({ model, run, versions, tab, path, reload }: OneProps) {
  const { info } = model;
  const here = toLoggedModel(info.experiment_id, info.model_id);
  const artifacts = tab === "artifacts";
  return (
    <>
      <div class="model-head">
        <StatusDot status={info.status} />
        <h1 class="cut">{info.name || info.model_id}</h1>
        <CopyButton text={info.model_id} label={`Copy the id ${info.model_id}`} />
        <LinkTabs
          label="Model"
          current={artifacts ? "artifacts" : tab === "traces" ? "traces" : "overview"}
          tabs={[
            { id: "overview", label: "Overview", href: here },
            { id: "artifacts", label: "Artifacts", href: `${here}/artifacts` },
            { id: "traces", label: "Traces", href: `${here}/traces` },
          ]}
        />
        <span class="toolbar-space" />
        <Button icon="layers" onClick={() => void registerModel(model).then((done) => done && reload())}>
          Register
        </Button>
        <Menu
          iconOnly
          icon="more"
          label="Model menu"
          align="end"
          items={[
            {
              label: "Delete…",
              icon: "trash",
              danger: true,
              run: () => void deleteModel(model).then((done) => done && go(toExperiment(info.experiment_id, "models"))),
            },
          ]}
        />
      </div>
      {artifacts ? (
        <ArtifactBrowser
          owner={{ model_id: info.model_id }}
          path={path}
          onPath={(next) => replace(`${here}/artifacts/${next.split("/").map(encodeURIComponent).join("/")}`)}
        />
      ) : tab === "traces" ? (
        <TracesOf experiment={info.experiment_id} model={info.model_id} />
      ) : (
        <Overview model={model} run={run} versions={versions} reload={reload} />
      )}
    </>
  );
}

function Overview({ model, run, versions, reload }: Pick<OneProps, "model" | "run" | "versions" | "reload">) {
  const { info, data } = model;
  const file = (path: string) => loggedModelFile(info.model_id, path);
  const facts = useModelFile(file("MLmodel"));
  return (
    <div class="page-scroll">
      <div class="model-page">
        <div>
          <Section title="Details">
            <Details model={model} run={run} versions={versions} />
          </Section>
          <Section title="Metrics" count={data?.metrics?.length ?? 0}>
            <MetricTable metrics={data?.metrics ?? []} />
          </Section>
          <Section title="Params" count={data?.params?.length ?? 0}>
            <ParamTable label="Params" params={data?.params ?? []} />
          </Section>
          <Section title="Tags">
            <TagEditor tags={info.tags ?? []} onSet={(key, value) => setTag(model, key, value, reload)} />
          </Section>
        </div>
        <div>
          <ModelFile load={facts} uris={[`models:/${info.model_id}`]} file={file} look={(path) => `${toLoggedModel(info.experiment_id, info.model_id)}/artifacts/${path}`} />
        </div>
      </div>
    </div>
  );
}

function Details({ model, run, versions }: Pick<OneProps, "model" | "run" | "versions">) {
  const { info } = model;
  const datasets = [...new Set((model.data?.metrics ?? []).map(datasetOf).filter(Boolean))];
  return (
    <KeyValues
      items={[
        ["Status", <StatusDot key="status" word status={info.status} />],
        ["Message", info.status_message || null],
        ["Id", <code key="id">{info.model_id}</code>],
        ["Type", info.model_type || null],
        ["Created", <TimeAgo key="created" at={info.creation_timestamp_ms} />],
        [
          "Source run",
          info.source_run_id ? (
            <a href={toRun(run?.experiment ?? info.experiment_id, info.source_run_id)}>{run?.name ?? shortId(info.source_run_id)}</a>
          ) : null,
        ],
        ["Source", tagOf(info.tags, "mlflow.source.name") ?? null],
        ["User", tagOf(info.tags, "mlflow.user") ?? null],
        [
          "Registered as",
          versions.length > 0 ? (
            <span class="tags-row">
              {versions.map((one) => (
                <Tag key={`${one.name} ${one.version}`} icon="layers" tone="accent" href={toVersion(one.name, one.version)}>
                  <span class="cut">{one.name}</span> v{one.version}
                </Tag>
              ))}
            </span>
          ) : null,
        ],
        ["Datasets", datasets.length > 0 ? datasets.join(", ") : null],
        [
          "Files",
          <span key="files">
            <code>{info.artifact_uri}</code> <CopyButton text={info.artifact_uri} label="Copy the location of its files" />
          </span>,
        ],
      ]}
    />
  );
}

async function setTag(model: Model, key: string, value: string | undefined, reload: () => void): Promise<void> {
  const before = tagOf(model.info.tags, key);
  const set = async (wanted: string | undefined) => {
    const { model_id } = model.info;
    if (wanted === undefined) await call("DeleteLoggedModelTag", { model_id, tag_key: key });
    else await call("SetLoggedModelTags", { model_id, tags: [{ key, value: wanted }] });
    reload();
  };
  await perform({
    done: value === undefined ? `Removed the tag “${key}”` : `Saved the tag “${key}”`,
    run: () => set(value),
    undo: () => set(before),
  });
}
