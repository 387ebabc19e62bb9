/** One version of a registered model. */

import type { LoggedModel, ModelVersion as Version, RegisteredModel } from "@schema/calls";
import { call, orNull } from "../../api/call";
import { IconButton } from "../../components/Button";
import { KeyValues } from "../../components/KeyValues";
import { lazy } from "../../components/lazy";
import { Loaded } from "../../components/Loaded";
import { Menu } from "../../components/Menu";
import { MetricTable, ParamTable } from "../../components/model/MetricTable";
import { ModelFile, useModelFile, versionFile } from "../../components/model/ModelFile";
import { Notes } from "../../components/Notes";
import { Section } from "../../components/Section";
import { StatusDot } from "../../components/StatusDot";
import { LinkTabs } from "../../components/Tabs";
import { Tag } from "../../components/Tag";
import { TagEditor } from "../../components/TagEditor";
import { TimeAgo } from "../../components/TimeAgo";
import { shortId } from "../../lib/format";
import { useLive, useThrottled } from "../../lib/live";
import { useLoad } from "../../lib/load";
import { toLoggedModel, toRegistered, toRun, toVersion } from "../../lib/places";
import { go, href, place, setQuery } from "../../lib/route";
import { type NamedRun, runNames } from "../../lib/runs";
import { useTitle } from "../../lib/title";
import type { PageProps } from "../routes";
import { Aliases } from "./Aliases";
import { describe, moveTo, setVersionTag, stageOf, stages } from "./data";
import { deleteVersion } from "./deeds";
import "./registry.css";

const ArtifactBrowser = lazy(async () => (await import("../run/artifacts/ArtifactBrowser")).ArtifactBrowser);

interface Data {
  version: Version;
  model: RegisteredModel;
  logged: LoggedModel | null;
  run: NamedRun | undefined;
}

/** The page. */
export default function ModelVersion({ fields }: PageProps) {
  const name = fields["name"] ?? "";
  const number = fields["version"] ?? "";
  useTitle(`Version ${number}`, { of: name, kind: "registered" });
  const load = useLoad((given) => loaded(name, number, given), [name, number]);
  const reloadSoon = useThrottled(load.reload, 3000);
  useLive(null, (change) => (change.all || change.registry) && reloadSoon());
  return (
    <div class="page">
      <Loaded page load={load} what={`Version ${number} of “${name}” could not be loaded.`}>
        {(data) => <One {...data} reload={load.reload} />}
      </Loaded>
    </div>
  );
}

async function loaded(name: string, number: string, given: AbortSignal): Promise<Data> {
  const [{ model_version: version }, { registered_model: model }] = await Promise.all([
    call("GetModelVersion", { name, version: number }, given),
    call("GetRegisteredModel", { name }, given),
  ]);
  const id = version.run_id ?? "";
  const [logged, runs] = await Promise.all([
    version.model_id ? orNull(call("GetLoggedModel", { model_id: version.model_id }, given)) : null,
    runNames([id], given),
  ]);
  return { version, model, logged: logged?.model ?? null, run: runs.get(id) };
}

function One({ version, model, logged, run, reload }: Data & { reload: () => void }) {
  const { name } = version;
  const here = toVersion(name, version.version);
  const tab = place.value.query.get("tab") === "artifacts" && logged ? "artifacts" : "overview";
  return (
    <>
      <div class="model-head">
        <StatusDot status={version.status ?? "READY"} />
        <h1 class="cut">
          <a href={toRegistered(name)}>{name}</a> version {version.version}
        </h1>
        {stageOf(version) && <Tag>{stageOf(version)}</Tag>}
        {logged && (
          <LinkTabs
            label="Version"
            current={tab}
            tabs={[
              { id: "overview", label: "Overview", href: here },
              { id: "artifacts", label: "Artifacts", href: `${here}?tab=artifacts` },
            ]}
          />
        )}
        <span class="toolbar-space" />
        <Around model={model} version={version} />
        <Menu
          label={stageOf(version) ? `Stage: ${stageOf(version)}` : "Stage"}
          align="end"
          items={[
            { heading: "Move to a stage" },
            ...stages.map((stage) => ({
              label: stage === "None" ? "No stage" : stage,
              checked: (version.current_stage ?? "None") === stage,
              run: () => void moveTo(version, stage, reload),
            })),
          ]}
        />
        <Menu
          iconOnly
          icon="more"
          label="Version menu"
          align="end"
          items={[
            {
              label: "Delete…",
              icon: "trash",
              danger: true,
              run: () => void deleteVersion(version).then((done) => done && go(toRegistered(name))),
            },
          ]}
        />
      </div>
      {tab === "artifacts" && logged ? (
        <ArtifactBrowser
          owner={{ model_id: logged.info.model_id }}
          path={place.value.query.get("path") ?? ""}
          onPath={(path) => setQuery({ path })}
        />
      ) : (
        <Overview version={version} model={model} logged={logged} run={run} reload={reload} />
      )}
    </>
  );
}

/** The way to the versions before and after. */
function Around({ model, version }: { model: RegisteredModel; version: Version }) {
  const latest = Math.max(...(model.latest_versions ?? []).map((one) => Number(one.version)), Number(version.version));
  const at = Number(version.version);
  return (
    <>
      <IconButton icon="left" label="The version before" disabled={at <= 1} onClick={() => go(toVersion(model.name, String(at - 1)))} />
      <IconButton icon="right" label="The version after" disabled={at >= latest} onClick={() => go(toVersion(model.name, String(at + 1)))} />
    </>
  );
}

function Overview({ version, model, logged, run, reload }: Data & { reload: () => void }) {
  const { name, version: number, aliases = [] } = version;
  const file = (path: string) => versionFile(name, number, path);
  const facts = useModelFile(file("MLmodel"));
  const metrics = logged?.data?.metrics ?? version.model_metrics ?? [];
  const params = logged?.data?.params ?? (version.model_params ?? []).map((one) => ({ key: one.name, value: one.value }));
  return (
    <div class="page-scroll">
      <div class="model-page">
        <div>
          <Section title="Details">
            <Details version={version} model={model} logged={logged} run={run} reload={reload} />
          </Section>
          <Section title="Description">
            <Notes of={`version ${number}`} text={version.description ?? ""} onSave={(text) => void describe(name, number, text, version.description ?? "", reload)} />
          </Section>
          <Section title="Metrics" count={metrics.length}>
            <MetricTable metrics={metrics} />
          </Section>
          <Section title="Params" count={params.length}>
            <ParamTable label="Params" params={params} />
          </Section>
        </div>
        <div>
          <ModelFile
            load={facts}
            uris={[...aliases.map((alias) => `models:/${name}@${alias}`), `models:/${name}/${number}`]}
            file={file}
            look={logged ? (path) => `${toVersion(name, number)}?${new URLSearchParams({ tab: "artifacts", path })}` : undefined}
          />
        </div>
      </div>
    </div>
  );
}

function Details({ version, model, logged, run, reload }: Data & { reload: () => void }) {
  const { name, version: number } = version;
  const runId = version.run_id;
  return (
    <KeyValues
      items={[
        ["Status", <StatusDot key="status" word status={version.status ?? "READY"} />],
        ["Message", version.status_message || null],
        ["Registered", <TimeAgo key="created" at={version.creation_timestamp} />],
        ["Last change", <TimeAgo key="changed" at={version.last_updated_timestamp} />],
        ["By", version.user_id || null],
        ["Stage", stageOf(version) || null],
        ["Aliases", <Aliases key="aliases" name={name} version={number} aliases={version.aliases ?? []} known={model.aliases ?? []} onChange={reload} />],
        ["Tags", <TagEditor key="tags" tags={version.tags ?? []} onSet={(key, value) => setVersionTag(version, key, value, reload)} />],
        ["Source run", runId ? <a href={run ? toRun(run.experiment, runId) : href(`/runs/${runId}`)}>{run?.name ?? shortId(runId)}</a> : null],
        ["Logged model", logged ? <a href={toLoggedModel(logged.info.experiment_id, logged.info.model_id)}>{logged.info.name || logged.info.model_id}</a> : null],
        ["Source", version.source ? <code>{version.source}</code> : null],
        ["Run link", version.run_link && /^https?:/.test(version.run_link) ? <a href={version.run_link}>{version.run_link}</a> : null],
      ]}
    />
  );
}
