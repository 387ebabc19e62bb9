/** What an element is, shown when it is pointed at or has the focus: any element with `data-tip`. One box for all. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Keys } from "./Keys";
import { placeAt } from "./Popover";
import "./tooltip.css";

interface Tip {
  at: HTMLElement;
  text: string;
  keys: string | undefined;
}

/** The attributes that give an element a tip, which screen readers hear, too. */
export function tip(text: string): { "data-tip": string; "aria-description": string } {
  return { "data-tip": text, "aria-description": text };
}

/** Where tips are shown: once, in the shell. Esc hides one. */
export function Tooltips() {
  const shown = useSignal<Tip | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hide = () => {
      clearTimeout(timer);
      shown.value = null;
    };
    const over = (event: Event, wait: number) => {
      const at = (event.target as Element | null)?.closest?.<HTMLElement>("[data-tip]");
      if (!at) return hide();
      if (at === shown.peek()?.at) return;
      hide();
      // A text that is wholly in sight needs no box that repeats it.
      if (at.classList.contains("tag") && !isCut(at)) return;
      timer = setTimeout(() => {
        const text = at.dataset.tip;
        if (text && at.isConnected) shown.value = { at, text, keys: at.dataset.tipKeys };
      }, wait);
    };
    const pointed = (event: Event) => over(event, 350);
    const focused = (event: Event) => {
      if ((event.target as Element).matches?.(":focus-visible")) over(event, 0);
    };
    const pressed = (event: KeyboardEvent) => event.key === "Escape" && hide();
    document.addEventListener("pointerover", pointed);
    document.addEventListener("focusin", focused);
    document.addEventListener("focusout", hide);
    document.addEventListener("pointerdown", hide);
    document.addEventListener("keydown", pressed);
    addEventListener("scroll", hide, { capture: true, passive: true });
    return () => {
      hide();
      document.removeEventListener("pointerover", pointed);
      document.removeEventListener("focusin", focused);
      document.removeEventListener("focusout", hide);
      document.removeEventListener("pointerdown", hide);
      document.removeEventListener("keydown", pressed);
      removeEventListener("scroll", hide, { capture: true });
    };
  }, []);
  const now = shown.value;
  useEffect(() => {
    if (!now || !box.current) return;
    box.current.showPopover();
    placeAt(box.current, now.at, "start");
  }, [now]);
  if (!now) return null;
  return (
    <div ref={box} popover="manual" class="tooltip" aria-hidden="true">
      {now.text}
      {now.keys && <Keys keys={now.keys} />}
    </div>
  );
}

function isCut(element: HTMLElement): boolean {
  return [element, ...element.querySelectorAll<HTMLElement>("*")].some((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0);
}
