/** Fields of forms and toolbars, each with its label. */

import type { ComponentChildren, Ref } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./icons";
import "./fields.css";

/** What else a field takes. */
interface InputAttributes {
  placeholder?: string;
  disabled?: boolean;
  autocomplete?: "on" | "off";
  class?: string;
  onBlur?: (event: FocusEvent) => void;
  onFocus?: (event: FocusEvent) => void;
}

interface TextInputProps extends InputAttributes {
  label: string;
  value: string;
  onInput: (value: string) => void;
  /** The label is only read, not shown: in toolbars, where the place says it. */
  hideLabel?: boolean;
  /** What is wrong with the value. */
  error?: string;
  help?: string;
  long?: boolean;
  mono?: boolean;
  innerRef?: Ref<HTMLInputElement>;
  onKeyDown?: (event: KeyboardEvent) => void;
}

/** A field for a text; with `long` of several lines. */
export function TextInput({ label, value, onInput, hideLabel, error, help, long, mono, innerRef, onKeyDown, ...rest }: TextInputProps) {
  const id = useId();
  const described = error || help ? `${id}-note` : undefined;
  const shared = {
    id,
    value,
    class: `input ${mono ? "mono" : ""}`,
    "aria-invalid": Boolean(error),
    "aria-describedby": described,
    spellcheck: false,
    ...(onKeyDown ? { onKeyDown } : {}),
  };
  return (
    <div class={`field ${hideLabel ? "inline" : ""}`}>
      <label for={id} class={hideLabel ? "hidden-visually" : "field-label"}>
        {label}
      </label>
      {long ? (
        <textarea {...shared} rows={14} onInput={(event) => onInput(event.currentTarget.value)} />
      ) : (
        <input type="text" {...shared} {...rest} ref={innerRef ?? null} onInput={(event) => onInput(event.currentTarget.value)} />
      )}
      {described && (
        <p id={described} class={error ? "field-error" : "field-help"}>
          {error || help}
        </p>
      )}
    </div>
  );
}

/** A field that filters what is below it, with a cross that empties it. Esc empties it, too. */
export function SearchInput({ label, value, onInput, innerRef, placeholder = label, onKeyDown, class: name = "", disabled = false, onBlur, onFocus }: TextInputProps) {
  return (
    <div class="search">
      <Icon name="search" size={14} />
      <input
        type="search"
        class={`input ${name}`}
        disabled={disabled}
        aria-label={label}
        placeholder={placeholder}
        value={value}
        spellcheck={false}
        ref={innerRef ?? null}
        {...(onBlur ? { onBlur } : {})}
        {...(onFocus ? { onFocus } : {})}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            if (value) onInput("");
            else event.currentTarget.blur();
          }
          onKeyDown?.(event);
        }}
      />
    </div>
  );
}

interface SelectProps<T extends string> {
  label: string;
  value: T;
  options: readonly (T | { value: T; label: string })[];
  onChange: (value: T) => void;
  hideLabel?: boolean;
  disabled?: boolean;
}

/** A choice of one from a short list. */
export function Select<T extends string>({ label, value, options, onChange, hideLabel, disabled = false }: SelectProps<T>) {
  const id = useId();
  return (
    <div class={`field ${hideLabel ? "inline" : ""}`}>
      <label for={id} class={hideLabel ? "hidden-visually" : "field-label"}>
        {label}
      </label>
      <select id={id} class="input select" value={value} disabled={disabled} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {options.map((option) => {
          const one = typeof option === "string" ? { value: option, label: option } : option;
          return (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          );
        })}
      </select>
    </div>
  );
}

interface CheckboxProps {
  label: ComponentChildren;
  checked: boolean | "some";
  onChange: (checked: boolean) => void;
  hideLabel?: boolean;
  disabled?: boolean;
}

/** A box to tick; "some" when some of many are. */
export function Checkbox({ label, checked, onChange, hideLabel, disabled = false }: CheckboxProps) {
  return (
    <label class="checkbox">
      <input
        type="checkbox"
        checked={checked === true}
        disabled={disabled}
        ref={(box) => {
          if (box) box.indeterminate = checked === "some";
        }}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span class={hideLabel ? "hidden-visually" : ""}>{label}</span>
    </label>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}

/** A choice of one among two to five, all in sight, as a row of segments. */
export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset class="choice">
      <legend class="hidden-visually">{label}</legend>
      {options.map((option) => (
        <label key={option.value} class={option.value === value ? "chosen" : ""}>
          <input type="radio" class="hidden-visually" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
