/** A box over the page, at the element that opened it; a press elsewhere or Esc closes it. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import "./popover.css";

interface PopoverProps {
  /** What it belongs to: an element, or a point for a context menu. */
  anchor: HTMLElement | { x: number; y: number };
  onClose: () => void;
  children: ComponentChildren;
  class?: string;
  /** Which edges are in line: both left ("start") or both right ("end"). */
  align?: "start" | "end";
  role?: "menu" | "dialog" | "listbox";
  label?: string;
}

/** Draw it only while it is open. It takes the focus back to where it was when it closes. */
export function Popover({ anchor, onClose, children, class: name = "", align = "start", role, label }: PopoverProps) {
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useLayoutEffect(() => {
    const shown = box.current;
    if (!shown) return;
    const before = document.activeElement;
    const opener = anchor instanceof HTMLElement ? anchor : null;
    const toggled = (event: Event) => {
      if ((event as ToggleEvent).newState === "closed") close.current();
    };
    const place = () => placeAt(shown, anchor, align);
    shown.showPopover(opener ? { source: opener } : undefined);
    place();
    shown.addEventListener("toggle", toggled);
    addEventListener("resize", place);
    return () => {
      shown.removeEventListener("toggle", toggled);
      removeEventListener("resize", place);
      const inside = shown.contains(document.activeElement) || document.activeElement === document.body;
      if (inside && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <div ref={box} popover="auto" class={`popover ${name}`} role={role} aria-label={label}>
      {children}
    </div>
  );
}

/** Put a box below (or, without room, above) its anchor and wholly into the window. */
export function placeAt(box: HTMLElement, anchor: PopoverProps["anchor"], align: "start" | "end"): void {
  const at =
    anchor instanceof HTMLElement
      ? anchor.getBoundingClientRect()
      : { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y };
  const edge = 8;
  const width = box.offsetWidth;
  const height = box.offsetHeight;
  const left = align === "start" ? at.left : at.right - width;
  const below = at.bottom + 4;
  const above = at.top - 4 - height;
  const top = below + height > innerHeight - edge && above > edge ? above : below;
  box.style.left = `${Math.max(edge, Math.min(left, innerWidth - width - edge))}px`;
  box.style.top = `${Math.max(edge, Math.min(top, innerHeight - height - edge))}px`;
}
