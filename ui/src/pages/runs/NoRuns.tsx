/** An experiment without runs: what it holds instead, or how the first run is logged. */

import { useEffect } from "preact/hooks";
import { Button, LinkButton } from "../../components/Button";
import { Code } from "../../components/Code";
import { Empty } from "../../components/Empty";
import { prefix } from "../../api/call";
import { call } from "../../api/call";
import { experimentById } from "../../lib/experiments";
import { plural } from "../../lib/format";
import { useLoad } from "../../lib/load";
import { toExperiment } from "../../lib/places";
import { href, place, replace } from "../../lib/route";
import type { Table } from "./useTable";

/** Shown in place of the table when a search finds nothing. */
export function NoRuns({ table }: { table: Table }) {
  const { state, change, filter } = table;
  if (filter)
    return (
      <Empty title="No run matches." icon="filter">
        <p class="quiet">The filter, the time or the datasets leave none.</p>
        <Button onClick={() => change({ filter: "", time: "ALL", datasets: [], models: "" })}>Show all runs</Button>
      </Empty>
    );
  if (state.lifecycle === "Deleted")
    return (
      <Empty title="No run is deleted." icon="trash">
        <Button onClick={() => change({ lifecycle: "Active" })}>Show active runs</Button>
      </Empty>
    );
  return <FirstRun table={table} />;
}

const located = (experiment_id: string) => ({ type: "MLFLOW_EXPERIMENT", mlflow_experiment: { experiment_id } });

function FirstRun({ table }: { table: Table }) {
  const [id = ""] = table.ids;
  const name = experimentById(id).data.value?.name ?? id;
  const gone = experimentById(id).data.value?.lifecycle_stage === "deleted";
  const overview = useLoad((given) => call("SearchLoggedModels", { experiment_ids: [...table.ids], max_results: 50 }, given), [table.ids.join()]);
  const models = overview.data.value?.models?.length ?? 0;
  const traces = useLoad((given) => call("SearchTracesV3", { locations: table.ids.map(located), max_results: 1 }, given), [table.ids.join()]).data.value?.traces?.length ?? 0;
  // A link to the experiment, and not to its runs, leads to what there is.
  const leads = traces > 0 && models === 0 && place.value.path === `/experiments/${encodeURIComponent(id)}`;
  useEffect(() => {
    if (leads) replace(toExperiment(id, "traces"));
  }, [leads]);
  const code = `import mlflow

mlflow.set_tracking_uri("${location.origin}${prefix}")
mlflow.set_experiment(${JSON.stringify(name)})

with mlflow.start_run():
    mlflow.log_param("learning_rate", 0.01)
    for step in range(100):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
`;
  if (gone && table.ids.length === 1)
    return (
      <Empty title="This experiment is deleted." icon="trash">
        <p class="quiet">Its runs are deleted with it. The menu beside its name restores it.</p>
        <Button onClick={() => table.change({ lifecycle: "Deleted" })}>Show deleted runs</Button>
      </Empty>
    );
  return (
    <Empty title={models || traces ? `No runs, but ${[models && "models", traces && "traces"].filter(Boolean).join(" and ")}.` : "No runs yet."} icon="flask">
      {models > 0 && (
        <LinkButton href={href(`/experiments/${id}/models`)} icon="box" kind="primary">
          Open {overview.data.value?.next_page_token ? "its models" : plural(models, "model")}
        </LinkButton>
      )}
      {traces > 0 && (
        <LinkButton href={toExperiment(id, "traces")} icon="trace" kind="primary">
          Open its traces
        </LinkButton>
      )}
      <p class="quiet">This logs the first run; it appears here by itself.</p>
      <Code text={code} label="Copy this code" />
    </Empty>
  );
}
