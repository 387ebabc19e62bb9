/** Ctrl+K: go to any experiment, run, model or key by a part of its name, or do what the page offers. */

import { useSignal } from "@preact/signals";
import type { Hit } from "@schema/calls";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { call } from "../api/call";
import { commands } from "../lib/commands";
import { rank } from "../lib/match";
import { toHit } from "../lib/places";
import { go } from "../lib/route";
import { recentPlaces } from "../lib/title";
import { Icon, type IconName } from "./icons";
import { Keys } from "./Keys";
import "./palette.css";

interface Choice {
  id: string;
  group: string;
  icon: IconName;
  text: string;
  detail?: string;
  keys?: string | undefined;
  run: () => void;
}

const kinds: Record<Hit["kind"], { icon: IconName; group: string }> = {
  experiment: { icon: "flask", group: "Experiments" },
  run: { icon: "run", group: "Runs" },
  logged_model: { icon: "box", group: "Logged models" },
  registered_model: { icon: "layers", group: "Registered models" },
  metric: { icon: "chart", group: "Metrics" },
  param: { icon: "settings", group: "Params" },
  tag: { icon: "tag", group: "Tags" },
};

const recentIcons: Record<string, IconName> = { experiment: "flask", run: "run", model: "box", registered: "layers" };

/** Draw it only while it is open. */
export function Palette({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const text = useSignal("");
  const hits = useSignal<readonly Hit[]>([]);
  const failed = useSignal("");
  const busy = useSignal(false);
  const at = useSignal(0);
  const id = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    field.current?.focus();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  useEffect(() => {
    const wanted = text.value.trim();
    at.value = 0;
    if (!wanted) {
      hits.value = [];
      busy.value = false;
      return;
    }
    const given = new AbortController();
    busy.value = true;
    const timer = setTimeout(() => {
      call("FindAnything", { text: wanted, max_hits: 40 }, given.signal).then(
        (answer) => {
          hits.value = answer.hits ?? [];
          failed.value = "";
          busy.value = false;
        },
        (error: unknown) => {
          if (given.signal.aborted) return;
          failed.value = error instanceof Error ? error.message : String(error);
          busy.value = false;
        },
      );
    }, 90);
    return () => {
      clearTimeout(timer);
      given.abort();
    };
  }, [text.value]);
  const choices = choicesOf(text.value.trim(), hits.value);
  const chosen = Math.min(at.value, choices.length - 1);
  const take = (choice: Choice | undefined) => {
    if (!choice) return;
    onClose();
    // After the dialog has given the focus back, so that what is run may take it.
    setTimeout(choice.run);
  };
  const walk = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) {
      event.preventDefault();
      const next = chosen + step;
      at.value = Math.abs(step) === 1 ? (next + choices.length) % Math.max(1, choices.length) : Math.max(0, Math.min(choices.length - 1, next));
      document.getElementById(`${id}-${at.value}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(choices[chosen]);
    }
  };
  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label="Go to anything"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => event.target === dialog.current && onClose()}
    >
      <div class="palette-field">
        <Icon name="search" />
        <input
          ref={field}
          role="combobox"
          aria-label="Name or id of an experiment, run, model or key"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={choices.length ? `${id}-${chosen}` : undefined}
          aria-autocomplete="list"
          placeholder="Name or id of an experiment, run, model or key…"
          spellcheck={false}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
          onKeyDown={walk}
        />
        <Keys keys="Escape" />
      </div>
      <div class="palette-list" id={`${id}-list`} role="listbox" aria-label="Found">
        {choices.map((choice, index) => (
          <Row
            key={choice.id}
            choice={choice}
            id={`${id}-${index}`}
            first={choices[index - 1]?.group !== choice.group}
            chosen={index === chosen}
            onPoint={() => {
              at.value = index;
            }}
            onTake={() => take(choice)}
          />
        ))}
      </div>
      <p class="palette-note" role="status">
        {failed.value || noteOf(text.value.trim(), choices.length, busy.value)}
      </p>
    </dialog>
  );
}

function noteOf(text: string, count: number, busy: boolean): string {
  if (count > 0) return "";
  if (busy) return "Looking…";
  return text ? `Nothing is called “${text}”.` : "Type a part of a name, or the beginning of an id.";
}

interface RowProps {
  choice: Choice;
  id: string;
  first: boolean;
  chosen: boolean;
  onPoint: () => void;
  onTake: () => void;
}

function Row({ choice, id, first, chosen, onPoint, onTake }: RowProps) {
  return (
    <>
      {first && (
        <div class="palette-group" role="presentation">
          {choice.group}
        </div>
      )}
      {/* The keyboard works through the field above, which owns this list. */}
      <div id={id} class="palette-row" role="option" aria-selected={chosen} onPointerMove={onPoint} onClick={onTake}>
        <Icon name={choice.icon} />
        <span class="palette-text cut">{choice.text}</span>
        {choice.detail && <span class="palette-detail cut">{choice.detail}</span>}
        {choice.keys && <Keys keys={choice.keys} />}
      </div>
    </>
  );
}

function choicesOf(text: string, hits: readonly Hit[]): Choice[] {
  const places: Choice[] = recentPlaces.value.map((one) => ({
    id: `recent ${one.link}`,
    group: "Recent",
    icon: recentIcons[one.kind] ?? "clock",
    text: one.title,
    run: () => go(one.link),
  }));
  const things: Choice[] = commands.value
    .filter((one) => one.label !== "Go to anything")
    .map((one) => ({ id: `command ${one.label}`, group: "Commands", icon: "right", text: one.label, keys: one.keys, run: one.run }));
  if (!text) return [...places.slice(0, 8), ...things];
  const found: Choice[] = hits.map((hit) => ({
    id: `${hit.kind} ${hit.experiment_id ?? ""} ${hit.id}`,
    group: kinds[hit.kind].group,
    icon: kinds[hit.kind].icon,
    text: hit.name || hit.id,
    detail: hit.detail ?? "",
    run: () => go(toHit(hit)),
  }));
  // Grouped by kind, in the order in which the best of each kind was found.
  const groups = [...new Set(found.map((one) => one.group))];
  const links = new Set(hits.map(toHit));
  return [
    ...rank(places, text, (one) => one.text).filter((one) => !links.has(one.id.slice("recent ".length))).slice(0, 4),
    ...groups.flatMap((group) => found.filter((one) => one.group === group)),
    ...rank(things, text, (one) => one.text),
  ];
}
