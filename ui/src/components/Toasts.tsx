/** Where short messages appear: once, in the shell. */

import { useEffect, useRef } from "preact/hooks";
import { closeToast, toasts } from "../lib/toasts";
import { Button, IconButton } from "./Button";
import { Icon } from "./icons";
import "./toasts.css";

const icons = { done: "check", failed: "warning", note: "info" } as const;

/** The messages, announced to screen readers as they come. */
export function Toasts() {
  const region = useRef<HTMLDivElement>(null);
  const shown = toasts.value;
  // As a popover it lies above open dialogs; it is opened again only to get above one that came later.
  useEffect(() => {
    const box = region.current;
    if (!box?.showPopover) return;
    const isOpen = box.matches(":popover-open");
    const again = shown.length > 0 && isOpen && document.querySelector("dialog:modal") !== null;
    if (isOpen && (again || shown.length === 0)) box.hidePopover();
    if (shown.length > 0 && (!isOpen || again)) box.showPopover();
  }, [shown]);
  return (
    <div ref={region} popover="manual" class="toasts" role="region" aria-label="Messages">
      {shown.map((toast) => (
        <div key={toast.id} class={`toast ${toast.kind}`} role={toast.kind === "failed" ? "alert" : "status"}>
          <Icon name={icons[toast.kind]} />
          <span class="toast-text">{toast.text}</span>
          {toast.action && (
            <Button
              small
              kind="bare"
              onClick={() => {
                closeToast(toast.id);
                toast.action?.run();
              }}
            >
              {toast.action.label}
            </Button>
          )}
          <IconButton small icon="close" label="Close this message" onClick={() => closeToast(toast.id)} />
        </div>
      ))}
    </div>
  );
}
