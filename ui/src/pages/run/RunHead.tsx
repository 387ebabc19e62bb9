/** The head of a run's page: where it is, what it is called, how it is, and what can be done with it. */

import type { Run } from "@schema/calls";
import { useState } from "preact/hooks";
import { call } from "../../api/call";
import { Code } from "../../components/Code";
import { copyText } from "../../components/CopyButton";
import { CopyButton } from "../../components/CopyButton";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { EditableText } from "../../components/EditableText";
import { Menu } from "../../components/Menu";
import { StatusDot } from "../../components/StatusDot";
import { Tag } from "../../components/Tag";
import { Duration, TimeAgo } from "../../components/TimeAgo";
import { perform } from "../../lib/actions";
import { useLoad } from "../../lib/load";
import { toRun } from "../../lib/places";
import { runNames } from "../../lib/runs";
import { toast } from "../../lib/toasts";
import { zipUrl } from "./artifacts/source";
import { type Change, END_REASON, nameOf, PARENT, type Shown, tagOf, withTag } from "./data";
import { pythonSnippet } from "./snippet";

interface RunHeadProps {
  shown: Shown;
  change: Change;
  reload: () => void;
}

/** The head. */
export function RunHead({ shown, change, reload }: RunHeadProps) {
  const [snippet, setSnippet] = useState(false);
  const { run } = shown;
  const { info } = run;
  const deleted = info.lifecycle_stage === "deleted";
  const parent = tagOf(run, PARENT);
  const rename = async (name: string) => {
    const before = nameOf(run);
    const set = async (to: string) => {
      await call("UpdateRun", { run_id: info.run_id, run_name: to });
      change((now) => withTag(now, "mlflow.runName", to));
    };
    await perform({ done: `Renamed the run to “${name}”`, run: () => set(name), undo: () => set(before) });
  };
  const remove = () => {
    const set = (name: "DeleteRun" | "RestoreRun") => async () => {
      await call(name, { run_id: info.run_id });
      change((now) => ({ ...now, info: { ...now.info, lifecycle_stage: name === "DeleteRun" ? "deleted" : "active" } }));
    };
    const [there, back] = [set("DeleteRun"), set("RestoreRun")];
    void perform(deleted ? { done: "Restored the run", run: back, undo: there } : { done: "Deleted the run", run: there, undo: back });
  };
  return (
    <header class="run-head">
      <div class="run-title">
        <h1>
          <EditableText label="Name of the run" value={nameOf(run)} onSave={rename} class="run-name" />
        </h1>
        <StatusDot status={info.status} word />
        {deleted && <Tag tone="bad">Deleted</Tag>}
        {parent && <ParentTag id={parent} experiment={info.experiment_id} />}
        <span class="quiet run-when">
          <TimeAgo at={info.start_time} /> · <Duration from={info.start_time} to={info.end_time} />
          {info.status === "RUNNING" && <LastSeen run={run} />}
        </span>
        <span class="run-id mono quiet">
          {info.run_id}
          <CopyButton text={info.run_id} label="Copy the run's id" />
        </span>
        <div class="run-actions">
          <Button small icon="note" onClick={() => setSnippet(true)}>
            Use in Python
          </Button>
          <Menu
            label="More about this run"
            iconOnly
            icon="more"
            small
            align="end"
            items={[
              { label: "Copy the id", icon: "copy", run: () => void copyText(info.run_id).then((done) => done && toast("Copied the run's id.")) },
              { label: "Copy a link", icon: "link", run: () => void copyText(location.href).then((done) => done && toast("Copied the link.")) },
              { label: "Download all artifacts", icon: "download", run: () => location.assign(zipUrl({ run_id: info.run_id }, "")) },
              { label: "Load again", icon: "refresh", run: reload },
              "line",
              deleted ? { label: "Restore the run", icon: "restore", run: remove } : { label: "Delete the run", icon: "trash", danger: true, run: remove },
            ]}
          />
        </div>
      </div>
      <EndReason run={run} />
      {snippet && (
        <Dialog title="Use this run in Python" onClose={() => setSnippet(false)} wide>
          <Code text={pythonSnippet(run, location.origin + location.pathname.replace(/\/[^/]*$/, ""))} label="Copy this code" />
        </Dialog>
      )}
    </header>
  );
}

/** The run above this one, by its name as soon as that is known. */
function ParentTag({ id, experiment }: { id: string; experiment: string }) {
  const names = useLoad((signal) => runNames([id], signal), [id]);
  const found = names.data.value?.get(id);
  return (
    <Tag icon="tree" href={toRun(found?.experiment || experiment, id)} tip={`The parent run ${id}`}>
      child of {found?.name || id.slice(0, 8)}
    </Tag>
  );
}

/** Why a run ended, where that was not just that it was over. */
function EndReason({ run }: { run: Run }) {
  const reason = tagOf(run, END_REASON);
  if (!reason || run.info.status === "RUNNING") return null;
  const [said, ...where] = reason.split("\n");
  return (
    <p class="run-reason">
      <strong>{said}</strong>
      {where.length > 0 && <span class="mono">{where.join("\n")}</span>}
    </p>
  );
}

const SILENT_MS = 10 * 60_000;

/** When a run that goes on gave its last sign of life. */
function LastSeen({ run }: { run: Run }) {
  const last = (run.data?.metrics ?? []).reduce((latest, metric) => Math.max(latest, metric.timestamp), run.info.start_time ?? 0);
  if (!last) return null;
  const silent = Date.now() - last > SILENT_MS;
  return (
    <span class={silent ? "run-silent" : ""}>
      {" "}
      · last point <TimeAgo at={last} />
    </span>
  );
}
