/** The plain facts about a run. */

import type { Run } from "@schema/calls";
import { CopyButton } from "../../../components/CopyButton";
import { KeyValues } from "../../../components/KeyValues";
import { StatusDot } from "../../../components/StatusDot";
import { Duration } from "../../../components/TimeAgo";
import { formatTime } from "../../../lib/format";
import { tagOf } from "../data";
import { commitLink } from "../source";
import { Panel } from "./Panel";

/** Status, times, who and from where. */
export function Facts({ run }: { run: Run }) {
  const { info } = run;
  const tag = (key: string) => tagOf(run, key);
  const commit = tag("mlflow.source.git.commit");
  const source = tag("mlflow.source.name");
  const repository = tag("mlflow.source.git.repoURL");
  const link = commit ? commitLink(repository, commit) : null;
  return (
    <Panel title="About">
      <KeyValues
        items={[
          ["Status", <StatusDot status={info.status} word />],
          ["Started", info.start_time ? formatTime(info.start_time) : "–"],
          ["Ended", info.end_time ? formatTime(info.end_time) : null],
          ["Duration", <Duration from={info.start_time} to={info.end_time} />],
          ["User", tag("mlflow.user") || info.user_id || null],
          ["Source", source ? <Source name={source} kind={tag("mlflow.source.type")} /> : null],
          ["Entry point", tag("mlflow.project.entryPoint") || null],
          ["Backend", tag("mlflow.project.backend") || null],
          [
            "Git commit",
            commit ? (
              <span class="with-copy mono">
                {link ? (
                  <a href={link} rel="noopener noreferrer" target="_blank">
                    {commit.slice(0, 10)}
                  </a>
                ) : (
                  <span data-tip={commit}>{commit.slice(0, 10)}</span>
                )}
                <CopyButton text={commit} label="Copy the commit" />
              </span>
            ) : null,
          ],
          ["Git branch", tag("mlflow.source.git.branch") || null],
          ["Repository", repository || null],
          ["Run id", <Copied text={info.run_id} label="Copy the run's id" />],
          ["Experiment id", info.experiment_id],
          ["Artifacts", info.artifact_uri ? <Copied text={info.artifact_uri} label="Copy the artifact address" /> : null],
        ]}
      />
    </Panel>
  );
}

function Copied({ text, label }: { text: string; label: string }) {
  return (
    <span class="with-copy">
      <span class="mono cut" data-tip={text}>
        {text}
      </span>
      <CopyButton text={text} label={label} />
    </span>
  );
}

function Source({ name, kind }: { name: string; kind: string }) {
  const short = name.slice(name.lastIndexOf("/") + 1) || name;
  return (
    <span class="with-copy">
      <span data-tip={name}>{short}</span>
      {kind && <span class="quiet">{kind.toLowerCase()}</span>}
      <CopyButton text={name} label="Copy the source" />
    </span>
  );
}
