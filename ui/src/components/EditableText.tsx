/** A text that is edited where it stands: Enter saves, Esc leaves it as it was. */

import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { toastFailure } from "../lib/toasts";
import { Icon } from "./icons";
import "./editable.css";

interface EditableTextProps {
  /** What it is: "Name of the run". */
  label: string;
  value: string;
  onSave: (value: string) => Promise<void> | void;
  placeholder?: string;
  /** An empty text is a value, too. */
  mayBeEmpty?: boolean;
  class?: string;
}

/** Show the text as a button; pressed, it is a field. Leaving the field saves. */
export function EditableText({ label, value, onSave, placeholder = "Add…", mayBeEmpty, class: name = "" }: EditableTextProps) {
  const edited = useSignal<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const editing = edited.value !== null;
  useLayoutEffect(() => {
    if (editing) field.current?.select();
  }, [editing]);
  const close = (focus: boolean) => {
    edited.value = null;
    if (focus) setTimeout(() => button.current?.focus());
  };
  const save = async (focus: boolean) => {
    const text = edited.value?.trim() ?? "";
    close(focus);
    if (text === value || (!text && !mayBeEmpty)) return;
    try {
      await onSave(text);
    } catch (error) {
      toastFailure(error);
    }
  };
  if (edited.value === null) {
    return (
      <button
        ref={button}
        type="button"
        class={`editable ${name}`}
        aria-label={`${label}: ${value || "none"}. Edit`}
        onClick={() => {
          edited.value = value;
        }}
      >
        <span class={value ? "" : "quiet"}>{value || placeholder}</span>
        <Icon name="edit" size={12} />
      </button>
    );
  }
  return (
    <input
      ref={field}
      class={`input editable-field ${name}`}
      aria-label={label}
      value={edited.value}
      size={Math.max(12, Math.min(60, edited.value.length + 2))}
      onInput={(event) => {
        edited.value = event.currentTarget.value;
      }}
      onBlur={() => edited.value !== null && void save(false)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") void save(true);
        if (event.key === "Escape") close(true);
      }}
    />
  );
}
