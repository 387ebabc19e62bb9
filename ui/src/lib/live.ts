/** What changes on the server while a page is open: one stream for all who listen, and none while the tab is hidden. */

import { effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { prefix, suspect } from "../api/call";
import { serverAnswers } from "../api/reach";
import { firstRead, isReading, stateRead } from "../api/state";
import { arrivedAt } from "./route";

/** What has changed since the last one that was told. */
export interface Change {
  /** Anything may have changed: the page was away for too long, or it was too much to tell. */
  all: boolean;
  runs: readonly { run_id: string; experiment_id: string }[];
  /** Experiments whose name, tags or logged models changed. */
  experiments: readonly string[];
  /** Experiments whose traces changed. */
  traces: readonly string[];
  /** Registered models or their versions changed. */
  registry: boolean;
  cursor: number;
}

interface Listener {
  /** Null for all. */
  experiments: readonly string[] | null;
  hear: (change: Change) => void;
  /** By `performance.now()`: what it shows was asked for after that. */
  since: number;
  /** Whether a stream has told it all up to `cursor`. */
  served: boolean;
}

/** A hidden tab keeps its stream for so long: a look at another tab costs nothing. */
const hiddenMs = 10_000;
/** Above so many experiments it is simpler to hear of all. */
const most = 50;
const againMs = 4000;
/** A page's data is there after so long, or has failed. */
const longestLoadMs = 60_000;

/** Whether changes are heard of: "off" while no page listens. */
export const liveState = signal<"off" | "live" | "waiting">("off");

const listeners = new Set<Listener>();
let stream: EventSource | null = null;
let asked = "";
let cursor = 0;
let waits = false;
let closing: ReturnType<typeof setTimeout> | undefined;
let reopening: ReturnType<typeof setTimeout> | undefined;

/** Hear of the changes in some experiments (null: in all, and in the registry) from now on. */
export function listen(experiments: readonly string[] | null, hear: (change: Change) => void): () => void {
  // What came long before its listener came under another one.
  const since = Math.max(arrivedAt(), performance.now() - longestLoadMs);
  const listener: Listener = { experiments, hear, since, served: false };
  listeners.add(listener);
  // Pages that follow each other keep one stream.
  queueMicrotask(tune);
  return () => {
    listeners.delete(listener);
    queueMicrotask(tune);
  };
}

/** Hear of changes while the component is shown. */
export function useLive(experiments: readonly string[] | null, hear: (change: Change) => void): void {
  const latest = useRef(hear);
  latest.current = hear;
  useEffect(() => listen(experiments, (change) => latest.current(change)), [experiments?.join("\n") ?? null]);
}

/** Have something done soon after a change, but not more often than every so many milliseconds. */
export function useThrottled(run: () => void, ms: number): () => void {
  const latest = useRef({ run, ms });
  latest.current = { run, ms };
  const state = useRef<{ last: number; timer: ReturnType<typeof setTimeout> | undefined }>({ last: 0, timer: undefined });
  useEffect(() => () => clearTimeout(state.current.timer), []);
  return () => {
    if (state.current.timer) return;
    const wait = Math.max(0, state.current.last + latest.current.ms - Date.now());
    state.current.timer = setTimeout(() => {
      state.current = { last: Date.now(), timer: undefined };
      latest.current.run();
    }, wait);
  };
}

/** The part of a change that is in some experiments; null when nothing is. */
export function partOf(change: Change, experiments: readonly string[] | null): Change | null {
  if (change.all || experiments === null) return change;
  const mine = new Set(experiments);
  const runs = change.runs.filter((run) => mine.has(run.experiment_id));
  const named = change.experiments.filter((id) => mine.has(id));
  const traces = change.traces.filter((id) => mine.has(id));
  return runs.length + named.length + traces.length > 0 ? { ...change, runs, experiments: named, traces, registry: false } : null;
}

/** What an event of the stream says; what it leaves out has not changed. */
export function readChange(text: string): Change {
  const told = JSON.parse(text) as Partial<Change>;
  return {
    all: told.all ?? false,
    runs: told.runs ?? [],
    experiments: told.experiments ?? [],
    traces: told.traces ?? [],
    registry: told.registry ?? false,
    cursor: told.cursor ?? 0,
  };
}

/** Open, change or close the stream, as the listeners want it; the first one when what the page shows at first is read. */
function tune(): void {
  if (waits) return;
  if (isReading()) {
    waits = true;
    void firstRead().then(() => {
      waits = false;
      tune();
    });
    return;
  }
  if (listeners.size === 0 || document.hidden) {
    if (listeners.size === 0) close();
    return;
  }
  const named = [...new Set([...listeners].flatMap((one) => one.experiments ?? []))].sort();
  const wanted = named.length > most || [...listeners].some((one) => one.experiments === null) ? "" : named.join(",");
  if (stream && stream.readyState !== EventSource.CLOSED && wanted === asked) return;
  open(wanted);
}

function open(wanted: string): void {
  // The sign stays as it is until the new stream says otherwise: it does not blink with every page.
  hangUp();
  asked = wanted;
  const query = new URLSearchParams(wanted ? wanted.split(",").map((id) => ["experiment_ids", id]) : []);
  const begun = [...listeners].filter((one) => !one.served).map((one) => one.since);
  if (cursor > 0 && begun.length < listeners.size) query.set("cursor", String(cursor));
  if (begun.length > 0) query.set("ago", String(Math.ceil(performance.now() - Math.min(...begun))));
  const state = stateRead();
  if (state && !query.has("cursor")) query.set("state", state);
  const opened = new EventSource(`${prefix}/ajax-api/millrace/1/changes?${query}`);
  stream = opened;
  opened.onopen = () => {
    liveState.value = "live";
  };
  opened.onmessage = (event: MessageEvent<string>) => {
    const change = readChange(event.data);
    cursor = Math.max(cursor, change.cursor);
    for (const listener of listeners) listener.served = true;
    for (const listener of [...listeners]) {
      const part = partOf(change, listener.experiments);
      if (part && (part.all || part.registry || part.runs.length + part.experiments.length + part.traces.length > 0)) listener.hear(part);
    }
  };
  opened.onerror = () => {
    if (stream !== opened) return;
    liveState.value = "waiting";
    void suspect();
    // The browser connects again by itself, but not after an answer that was no stream.
    if (opened.readyState === EventSource.CLOSED) reopening = setTimeout(tune, againMs);
  };
}

function hangUp(): void {
  clearTimeout(reopening);
  stream?.close();
  stream = null;
  asked = "";
}

function close(): void {
  hangUp();
  liveState.value = "off";
}

/** Follow the tab's being hidden and the server's coming back. */
export function followAttention(): () => void {
  const changed = () => {
    clearTimeout(closing);
    if (!document.hidden) tune();
    else closing = setTimeout(close, hiddenMs);
  };
  document.addEventListener("visibilitychange", changed);
  addEventListener("pagehide", close);
  let away = false;
  const stop = effect(() => {
    if (serverAnswers.value && away) tune();
    away = !serverAnswers.value;
  });
  return () => {
    stop();
    document.removeEventListener("visibilitychange", changed);
    removeEventListener("pagehide", close);
  };
}
