/** The frame of every page: the bar at the top, the page below it, the things that open over it. */

import { effect, signal } from "@preact/signals";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { nextRedo, nextUndo, redo, undo } from "../lib/actions";
import { listenForKeys, useKeys } from "../lib/keys";
import { followAttention } from "../lib/live";
import { go, href, place } from "../lib/route";
import { followTheme } from "../lib/theme";
import { pageName } from "../lib/title";
import { Questions } from "./ask";
import { KeySheet } from "./KeySheet";
import { Page, pageAt } from "./Page";
import { Palette } from "./Palette";
import { Toasts } from "./Toasts";
import { Tooltips } from "./Tooltip";
import { AwayBanner, TopBar } from "./TopBar";
import "./shell.css";

const open = signal<"palette" | "keys" | null>(null);
const close = () => {
  open.value = null;
};

/** The whole page. */
export function Shell() {
  useLayoutEffect(() => listenForKeys(), []);
  useEffect(() => followTheme(), []);
  useEffect(() => focusOnNavigation(), []);
  useEffect(() => followAttention(), []);
  useKeys("Everywhere", [
    { keys: "Ctrl+K", does: "Go to anything", inFields: true, run: () => (open.value = "palette") },
    { keys: "?", does: "Show the keys", run: () => (open.value = "keys") },
    { keys: "g e", does: "Go to the experiments", run: () => go(href("/experiments")) },
    { keys: "g m", does: "Go to the registered models", run: () => go(href("/models")) },
    { keys: "Ctrl+Z", does: "Undo", when: () => nextUndo.value !== undefined, run: () => void undo() },
    { keys: "Ctrl+Y", does: "Redo", when: () => nextRedo.value !== undefined, run: () => void redo() },
    { keys: "Ctrl+Shift+Z", does: "Redo", when: () => nextRedo.value !== undefined, run: () => void redo() },
  ]);
  return (
    <div class="shell">
      <a class="skip" href="#content" onClick={skip}>
        Skip to content
      </a>
      <TopBar onSearch={() => (open.value = "palette")} onKeys={() => (open.value = "keys")} />
      <AwayBanner />
      <main id="content" tabIndex={-1}>
        <Page />
      </main>
      {open.value === "palette" && <Palette onClose={close} />}
      {open.value === "keys" && <KeySheet onClose={close} />}
      <Questions />
      <Toasts />
      <Tooltips />
    </div>
  );
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

/** At another page, readers of the screen are told so by the focus; a change of filters or tabs keeps it. */
function focusOnNavigation(): () => void {
  let before = place.peek().path;
  return effect(() => {
    const { path } = place.value;
    if (path === before) return;
    const same = pageAt(path) === pageAt(before);
    before = path;
    if (same) return;
    pageName.value = "";
    const main = document.getElementById("content");
    main?.scrollTo(0, 0);
    main?.focus({ preventScroll: true });
  });
}
