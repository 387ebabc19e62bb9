/** Dialogs on the platform's own <dialog>: the focus stays inside, Esc closes, the page behind is inert. */

import { type ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "./Button";
import "./dialog.css";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** The buttons at the bottom, the one to press last. */
  actions?: ComponentChildren;
  /** What Enter does: the dialog's content is a form. */
  onSubmit?: () => void;
  wide?: boolean;
}

/** Draw it only while it is open. */
export function Dialog({ title, onClose, children, actions, onSubmit, wide }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (!shown) return;
    const before = document.activeElement;
    shown.showModal();
    const first = shown.querySelector<HTMLElement>("[data-focus], .dialog-body :is(input, select, textarea)");
    first?.focus();
    if (first instanceof HTMLInputElement) first.select();
    return () => {
      shown.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const inner = (
    <>
      <header class="dialog-head">
        <h2 id={heading}>{title}</h2>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </header>
      <div class="dialog-body">{children}</div>
      {actions && <footer class="dialog-actions">{actions}</footer>}
    </>
  );
  return (
    <dialog
      ref={dialog}
      class={`dialog ${wide ? "wide" : ""}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      {onSubmit ? (
        <form
          method="dialog"
          class="dialog-box"
          onSubmit={(event) => {
            event.preventDefault();
            onSubmit();
          }}
        >
          {inner}
        </form>
      ) : (
        <div class="dialog-box">{inner}</div>
      )}
    </dialog>
  );
}
