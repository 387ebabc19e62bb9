/** What can be done with an experiment or a folder of them. */

import { askText, askWhether } from "../../components/ask";
import { copyText } from "../../components/CopyButton";
import type { MenuEntry } from "../../components/Menu";
import { askNotes } from "../../components/Notes";
import { call } from "../../api/call";
import { experimentChanged, removeExperiments, renameExperiment, tagExperiment } from "../../lib/experiments";
import { plural } from "../../lib/format";
import { toExperiment } from "../../lib/places";
import { go, href } from "../../lib/route";
import { isMachines, noteTag, tagOf } from "../../lib/tags";
import { toast } from "../../lib/toasts";
import type { ExperimentRow } from "./tree";

/** Ask for a name, and make an experiment of it; `folder` is where it is to be. */
export async function newExperiment(folder = ""): Promise<void> {
  let id = "";
  const name = await askText({
    title: "New experiment",
    label: "Name",
    text: "Slashes make folders: team/project/experiment.",
    action: "Create",
    value: folder ? `${folder}/` : "",
    check: (value) => (value.trim() && !value.endsWith("/") ? "" : "Give it a name."),
    submit: async (value) => {
      id = (await call("CreateExperiment", { name: value.trim() })).experiment_id;
    },
  });
  if (name === null) return;
  experimentChanged(id);
  toast(`Created “${name.trim()}”.`, { action: { label: "Open", run: () => go(toExperiment(id)) } });
}

/** The menu of a row. */
export function menuOf(row: ExperimentRow): MenuEntry[] {
  const { facts } = row;
  const inFolder = { label: "New experiment in here…", icon: "plus" as const, run: () => void newExperiment(row.path) };
  if (!facts) {
    return [inFolder, { label: "Show only this folder", icon: "search", href: href("/experiments", { search: `${row.path}/` }) }];
  }
  const { experiment_id: id, name } = facts;
  const note = tagOf(facts.tags, noteTag) ?? "";
  const copy = async (text: string, what: string) => {
    if (await copyText(text)) toast(`Copied ${what}.`);
  };
  const deleted = facts.lifecycle_stage === "deleted";
  return [
    { label: "Open runs", icon: "table", href: toExperiment(id) },
    { label: "Open models", icon: "box", href: toExperiment(id, "models") },
    { label: "Open traces", icon: "trace", href: toExperiment(id, "traces") },
    "line",
    !deleted && { label: "Rename…", icon: "edit", run: () => void rename(id, name) },
    !deleted && {
      label: note ? "Edit notes…" : "Write notes…",
      icon: "note",
      run: () => void writeNotes(row, note),
    },
    !deleted && { label: "Edit tags…", icon: "tag", run: () => void editTags(row) },
    { label: "Copy name", icon: "copy", run: () => void copy(name, "the name") },
    { label: "Copy id", icon: "copy", run: () => void copy(id, `the id ${id}`) },
    !deleted && inFolder,
    "line",
    deleted
      ? { label: "Restore", icon: "restore", run: () => void removeExperiments([facts], true) }
      : { label: "Delete", icon: "trash", danger: true, run: () => void remove(row) },
  ];
}

async function rename(id: string, name: string): Promise<void> {
  const to = await askText({
    title: "Rename the experiment",
    label: "Name",
    action: "Rename",
    value: name,
    check: (value) => (value.trim() ? "" : "Give it a name."),
  });
  if (to !== null && to.trim() !== name) await renameExperiment(id, name, to.trim());
}

async function writeNotes({ facts }: ExperimentRow, before: string): Promise<void> {
  if (!facts) return;
  const wanted = await askNotes(facts.name, before);
  if (wanted !== null && wanted !== before) await tagExperiment(facts, noteTag, wanted);
}

async function editTags({ facts }: ExperimentRow): Promise<void> {
  if (!facts) return;
  const before = (facts.tags ?? []).filter((tag) => !isMachines(tag.key));
  const typed = await askText({
    title: `Tags of “${facts.name}”`,
    label: "One on each line: key: value",
    action: "Save",
    value: before.map((tag) => `${tag.key}: ${tag.value ?? ""}`).join("\n"),
    long: true,
    mono: true,
    check: (text) => {
      const wrong = text.split("\n").find((line) => line.trim() && !/^[^:]+:/.test(line));
      return wrong ? `“${wrong.trim()}” is no key: value.` : "";
    },
  });
  if (typed === null) return;
  const wanted = typedTags(typed);
  for (const { key } of before) if (!wanted.has(key)) await tagExperiment(facts, key, undefined);
  for (const [key, value] of wanted) if (tagOf(before, key) !== value) await tagExperiment(facts, key, value);
}

/** Tags as somebody typed them, one on each line. */
export function typedTags(text: string): Map<string, string> {
  const pairs = text.split("\n").flatMap((line): [string, string][] => {
    const cut = line.indexOf(":");
    return cut > 0 ? [[line.slice(0, cut).trim(), line.slice(cut + 1).trim()]] : [];
  });
  return new Map(pairs);
}

async function remove({ facts }: ExperimentRow): Promise<void> {
  if (!facts) return;
  const running = facts.running ?? 0;
  const sure =
    running === 0 ||
    (await askWhether({
      title: `Delete “${facts.name}”?`,
      text: `${plural(running, "run")} in it ${running === 1 ? "goes" : "go"} on, and will not be able to log any more.`,
      action: "Delete",
      danger: true,
    }));
  if (sure) await removeExperiments([facts]);
}
