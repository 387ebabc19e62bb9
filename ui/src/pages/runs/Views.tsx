/** The menu of saved views: open, save, rename, delete, and which one opens by itself. */

import { useEffect, useRef } from "preact/hooks";
import { Menu, type MenuEntry } from "../../components/Menu";
import { askText, askWhether } from "../../components/ask";
import { copyText } from "../../components/CopyButton";
import { experimentById, tagExperiment } from "../../lib/experiments";
import { tagOf } from "../../lib/tags";
import { href, place, replace } from "../../lib/route";
import { toast } from "../../lib/toasts";
import type { Table } from "./useTable";
import { DEFAULT_TAG, isBare, openView, readView, unsqueezed, VIEW_TAG, viewsOf, writeView } from "./views";

/** The menu; views belong to one experiment, so that several together have none. */
export function ViewsMenu({ table }: { table: Table }) {
  const [id = ""] = table.ids;
  const experiment = table.ids.length === 1 ? experimentById(id).data.value : undefined;
  useSharedView(id, experiment?.tags);
  if (!experiment) return null;
  const views = viewsOf(experiment.tags);
  const current = views.find((one) => one.key === table.state.view);
  const standard = tagOf(experiment.tags, DEFAULT_TAG);
  const save = async (name: string, key = newKey()) => {
    const done = await tagExperiment(experiment, VIEW_TAG + key, writeView(name, place.peek().query));
    if (done) table.change({ view: key });
  };
  const saveNew = async () => {
    const name = await askText({
      title: "Save the view",
      text: "Filter, order, columns, groups and charts as they are now, for everybody who opens this experiment.",
      label: "Name",
      action: "Save",
      check: (text) => (text.trim() ? "" : "A view needs a name."),
    });
    if (name?.trim()) await save(name.trim());
  };
  const share = async () => {
    const query = new URLSearchParams(place.peek().query);
    const link = `${location.href.split("#")[0]}${href(place.peek().path, query)}`;
    if (await copyText(link)) toast("Copied a link to this view.");
  };
  const items = (): MenuEntry[] => [
    ...(views.length ? [{ heading: "Views" }] : []),
    ...views.map((view) => ({
      label: view.name + (view.key === standard ? " (opens first)" : ""),
      checked: view.key === table.state.view,
      run: () => openView(view),
    })),
    ...(views.length ? (["line"] as const) : []),
    { label: "Save as a view…", icon: "plus", run: () => void saveNew() },
    current && { label: `Update “${current.name}”`, icon: "check", run: () => void save(current.name, current.key) },
    current && {
      label: "Rename…",
      icon: "edit",
      run: async () => {
        const name = await askText({ title: "Rename the view", label: "Name", action: "Rename", value: current.name });
        if (name?.trim())
          await tagExperiment(experiment, VIEW_TAG + current.key, JSON.stringify({ name: name.trim(), query: current.query }));
      },
    },
    current && {
      label: current.key === standard ? "Do not open it first" : "Open it first, for everybody",
      icon: "pin",
      run: () => void tagExperiment(experiment, DEFAULT_TAG, current.key === standard ? undefined : current.key),
    },
    current && {
      label: "Delete the view",
      icon: "trash",
      danger: true,
      run: async () => {
        const sure = await askWhether({
          title: `Delete the view “${current.name}”?`,
          text: "Nobody can open it by its link any more. The runs stay as they are.",
          action: "Delete the view",
          danger: true,
        });
        if (!sure) return;
        await tagExperiment(experiment, VIEW_TAG + current.key, undefined);
        table.change({ view: "" });
      },
    },
    "line",
    { label: "Copy a link to what is shown", icon: "link", run: () => void share() },
    { label: "Back to the bare table", icon: "restore", run: () => replace(bareLink(standard)) },
  ];
  return <Menu label={current?.name ?? "Views"} icon="eye" items={items} align="end" />;
}

/** 32 hex digits; `randomUUID` is missing on pages that came over plain HTTP. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
}

function bareLink(standard: string | undefined): string {
  const now = place.peek();
  const experiments = now.query.get("experiments") ?? undefined;
  // Where a view opens by itself, the bare table is asked for by name.
  return href(now.path, { experiments, view: standard ? "none" : undefined });
}

/** Open what `viewStateShareKey` names, or the experiment's first view when a link says nothing. */
function useSharedView(id: string, tags: Parameters<typeof viewsOf>[0]): void {
  const opened = useRef("");
  const { query } = place.value;
  const share = query.get("viewStateShareKey");
  useEffect(() => {
    if (!tags) return;
    if (share && opened.current !== share) {
      opened.current = share;
      const text = tagOf(tags, VIEW_TAG + share);
      if (text === undefined) {
        toast("The view of this link was deleted; all runs are shown.", { kind: "note" });
        return;
      }
      void unsqueezed(text).then((plain) => {
        const view = readView(share, plain);
        if (view) openView(view);
        else toast("The view of this link cannot be read; all runs are shown.", { kind: "note" });
      });
    } else if (!share && opened.current === "") {
      opened.current = "none";
      const standard = viewsOf(tags).find((one) => one.key === tagOf(tags, DEFAULT_TAG));
      if (standard && isBare(place.peek().query)) openView(standard);
    }
  }, [id, tags, share]);
}
