/** The head of every page of an experiment: its name, what can be done with it, and the tabs between its pages. */

import { useSignal } from "@preact/signals";
import type { Experiment } from "@schema/calls";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { CallError } from "../api/call";
import { experimentById, removeExperiments, renameExperiment, tagExperiment } from "../lib/experiments";
import { formatTime } from "../lib/format";
import { useKeys } from "../lib/keys";
import { useLive } from "../lib/live";
import { go, href } from "../lib/route";
import { noteTag, tagOf } from "../lib/tags";
import { useTitle } from "../lib/title";
import { toast } from "../lib/toasts";
import { IconButton, LinkButton } from "./Button";
import { CopyButton, copyText } from "./CopyButton";
import { EditableText } from "./EditableText";
import { Empty } from "./Empty";
import { Failure } from "./Failure";
import type { IconName } from "./icons";
import { KeyValues } from "./KeyValues";
import { Menu } from "./Menu";
import { askNotes, Notes } from "./Notes";
import { Popover } from "./Popover";
import { LinkTabs } from "./Tabs";
import { Tag } from "./Tag";
import { TagEditor } from "./TagEditor";
import "./experimentheader.css";

/** The pages of an experiment. */
export type ExperimentTab = "runs" | "models" | "traces";

interface ExperimentHeaderProps {
  /** One experiment, or several whose runs are shown together. */
  ids: readonly string[];
  tab: ExperimentTab;
  /** Numbers beside the tabs, where the page knows them. */
  counts?: Partial<Record<ExperimentTab, number>>;
  /** What else belongs into the row, at its end. */
  children?: ComponentChildren;
}

const tabs: { id: ExperimentTab; label: string; icon: IconName }[] = [
  { id: "runs", label: "Runs", icon: "table" },
  { id: "models", label: "Models", icon: "box" },
  { id: "traces", label: "Traces", icon: "trace" },
];

/** One row: the name with its menu, the tabs, and at the end what the page adds. */
export function ExperimentHeader({ ids, tab, counts = {}, children }: ExperimentHeaderProps) {
  const [id] = ids;
  // The other pages name themselves; that of the runs is the experiment's own.
  const name = ids.length === 1 && id !== undefined ? experimentById(id).data.value?.name : `${ids.length} experiments`;
  useTitle(tab === "runs" ? name : undefined, { kind: ids.length === 1 ? "experiment" : "" });
  useLive(ids, (change) => {
    // No more than those whose names are shown.
    for (const shown of ids.slice(0, 3)) if (change.all || change.experiments.includes(shown)) experimentById(shown).reload();
  });
  useKeys(
    "Experiment",
    tabs.map((one, index) => ({
      keys: String(index + 1),
      does: one.label,
      when: () => ids.length === 1,
      run: () => go(href(`/experiments/${id ?? ""}/${one.id}`)),
    })),
  );
  const only = ids.length === 1 && id !== undefined ? experimentById(id) : undefined;
  if (only && only.error.value && !only.data.value) {
    if (only.error.value instanceof CallError && only.error.value.status === 404) return <Unknown id={id ?? ""} />;
    return <Failure page error={only.error.value} what={`The experiment ${id} could not be loaded.`} retry={only.reload} />;
  }
  return (
    <header class="experiment-head">
      {ids.length === 1 && id !== undefined ? <One id={id} /> : <Several ids={ids} />}
      {ids.length === 1 && id !== undefined && (
        <LinkTabs
          label="Experiment"
          current={tab}
          tabs={tabs.map((one) => ({ ...one, count: counts[one.id], href: href(`/experiments/${id}/${one.id}`) }))}
        />
      )}
      <div class="experiment-head-end">{children}</div>
    </header>
  );
}

function Unknown({ id }: { id: string }) {
  return (
    <Empty page title="There is no such experiment on this server" icon="search">
      <p>
        Looked for the experiment <code>{id}</code>. It may have been purged, or the link may belong to another server.
      </p>
      <LinkButton href={href("/experiments")}>All experiments</LinkButton>
    </Empty>
  );
}

function Several({ ids }: { ids: readonly string[] }) {
  const names = ids.slice(0, 3).map((id) => experimentById(id).data.value?.name ?? `experiment ${id}`);
  const rest = ids.length - names.length;
  return (
    <h1 class="cut" data-tip={names.join("\n")}>
      {names.join(" · ")}
      {rest > 0 && ` · ${rest} more`}
    </h1>
  );
}

function One({ id }: { id: string }) {
  const experiment = experimentById(id).data.value;
  return experiment ? <Name experiment={experiment} /> : <h1 class="quiet cut">Experiment {id}</h1>;
}

function Name({ experiment }: { experiment: Experiment }) {
  const { experiment_id: id, name } = experiment;
  const deleted = experiment.lifecycle_stage === "deleted";
  const note = tagOf(experiment.tags, noteTag) ?? "";
  const renaming = useSignal(0);
  const editNotes = async () => {
    const wanted = await askNotes(name, note);
    if (wanted !== null && wanted !== note) void tagExperiment(experiment, noteTag, wanted);
  };
  const copy = async (text: string, what: string) => {
    if (await copyText(text)) toast(`Copied ${what}.`);
  };
  return (
    <div class="experiment-name">
      <h1>
        <EditableText
          key={`${id} ${renaming.value}`}
          label="Name of the experiment"
          value={name}
          onSave={async (to) => {
            await renameExperiment(id, name, to);
          }}
        />
      </h1>
      {deleted && <Tag tone="bad">deleted</Tag>}
      <Details experiment={experiment} />
      <CopyButton text={id} label={`Copy the id ${id}`} />
      <Menu
        iconOnly
        small
        icon="more"
        label="Experiment menu"
        items={[
          { label: note ? "Edit notes…" : "Write notes…", icon: "note", run: () => void editNotes() },
          { label: "Copy name", icon: "copy", run: () => void copy(name, "the name") },
          {
            label: "Copy artifact location",
            icon: "copy",
            disabled: !experiment.artifact_location,
            run: () => void copy(experiment.artifact_location ?? "", "the artifact location"),
          },
          {
            label: "Copy as Python",
            icon: "copy",
            run: () => void copy(`import mlflow\n\nmlflow.set_experiment(${JSON.stringify(name)})\n`, "the code"),
          },
          "line",
          deleted
            ? { label: "Restore", icon: "restore", run: () => void removeExperiments([experiment], true) }
            : { label: "Delete", icon: "trash", danger: true, run: () => void removeAndLeave(experiment) },
        ]}
      />
    </div>
  );
}

async function removeAndLeave(experiment: Experiment): Promise<void> {
  if (await removeExperiments([experiment])) go(href("/experiments"));
}

function Details({ experiment }: { experiment: Experiment }) {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  const note = tagOf(experiment.tags, noteTag) ?? "";
  return (
    <>
      <IconButton
        small
        innerRef={button}
        icon={note ? "note" : "info"}
        label={note ? "Notes and details" : "Details"}
        aria-haspopup="dialog"
        aria-expanded={open.value}
        onPointerDown={() => {
          wasOpen.current = open.value;
        }}
        onClick={() => {
          open.value = !wasOpen.current;
          wasOpen.current = false;
        }}
      />
      {open.value && button.current && (
        <Popover
          anchor={button.current}
          class="experiment-details"
          role="dialog"
          label="Details of the experiment"
          onClose={() => {
            open.value = false;
          }}
        >
          <KeyValues
            items={[
              [
                "Id",
                <span key="id" class="mono">
                  {experiment.experiment_id}
                </span>,
              ],
              ["Created", experiment.creation_time ? formatTime(experiment.creation_time) : null],
              ["Last change", experiment.last_update_time ? formatTime(experiment.last_update_time) : null],
              [
                "Artifacts",
                <span key="artifacts" class="mono">
                  {experiment.artifact_location}
                </span>,
              ],
              ["Tags", <TagEditor key="tags" tags={experiment.tags ?? []} onSet={(key, value) => tagExperiment(experiment, key, value)} />],
              [
                "Notes",
                <Notes key="notes" of={experiment.name} text={note} onSave={(text) => void tagExperiment(experiment, noteTag, text)} />,
              ],
            ]}
          />
        </Popover>
      )}
    </>
  );
}
