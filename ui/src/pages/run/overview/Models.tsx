/** The models that a run made and used, and what was registered of them. */

import type { LoggedModel, ModelVersion, Run } from "@schema/calls";
import { Failure } from "../../../components/Failure";
import { StatusDot } from "../../../components/StatusDot";
import { Tag } from "../../../components/Tag";
import { useLoad } from "../../../lib/load";
import { href } from "../../../lib/route";
import { getModels } from "../data";
import { Panel } from "./Panel";

/** The lists; a run without models has none. */
export function Models({ run }: { run: Run }) {
  // Runs that go on are loaded again and again, their models only when there are others.
  const linked = [...(run.outputs?.model_outputs ?? []), ...(run.inputs?.model_inputs ?? [])].map((one) => one.model_id).join();
  const load = useLoad((signal) => getModels(run, signal), [run.info.run_id, linked], { keep: true });
  const models = load.data.value;
  if (load.error.value && !models) {
    return (
      <Panel title="Models">
        <Failure error={load.error.value} what="The models of this run could not be loaded." retry={load.reload} />
      </Panel>
    );
  }
  if (!models) return null;
  const shown = new Set([...models.made.map((one) => one.model.info.model_id), ...models.used.map((one) => one.info.model_id)]);
  const loose = models.versions.filter((version) => !version.model_id || !shown.has(version.model_id));
  const count = models.made.length + models.used.length + loose.length;
  if (count === 0) return null;
  return (
    <Panel title="Models" count={count}>
      <ul class="model-list">
        {models.made.map(({ model, step }) => (
          <Model key={model.info.model_id} model={model} versions={models.versions} note={step ? `made at step ${step}` : "made"} />
        ))}
        {models.used.map((model) => (
          <Model key={`used-${model.info.model_id}`} model={model} versions={[]} note="used" />
        ))}
        {loose.map((version) => (
          <li key={`${version.name}-${version.version}`}>
            <VersionTag version={version} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Model({ model, versions, note }: { model: LoggedModel; versions: readonly ModelVersion[]; note: string }) {
  const { info } = model;
  return (
    <li>
      <StatusDot status={info.status} />
      <a class="cut" href={href(`/experiments/${info.experiment_id}/models/${info.model_id}`)} data-tip={info.model_id}>
        {info.name || info.model_id}
      </a>
      {info.model_type && <span class="quiet cut">{info.model_type}</span>}
      <span class="quiet">{note}</span>
      {versions
        .filter((version) => version.model_id === info.model_id)
        .map((version) => (
          <VersionTag key={`${version.name}-${version.version}`} version={version} />
        ))}
    </li>
  );
}

function VersionTag({ version }: { version: ModelVersion }) {
  return (
    <Tag tone="accent" icon="box" href={href(`/models/${encodeURIComponent(version.name)}/versions/${version.version}`)}>
      {version.name} v{version.version}
    </Tag>
  );
}
