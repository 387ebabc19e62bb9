/** Buttons, and links that look like them. */

import type { ComponentChildren, JSX, Ref } from "preact";
import { Icon, type IconName } from "./icons";
import "./button.css";

/** What every button takes besides its own: events, aria attributes, a `ref`. */
export type ButtonAttributes = Omit<JSX.IntrinsicElements["button"], "label" | "icon" | "size" | "ref"> & {
  /** The element itself, e.g. to place a popover at it. */
  innerRef?: Ref<HTMLButtonElement>;
};

interface ButtonProps extends ButtonAttributes {
  children?: ComponentChildren;
  icon?: IconName;
  /** plain: has a border; primary: the one to press; danger: destroys; bare: looks like text until it is pointed at. */
  kind?: "plain" | "primary" | "danger" | "bare";
  small?: boolean;
  /** A triangle that says that it opens something. */
  opens?: boolean;
}

/** A button with words. */
export function Button({ children, icon, kind = "plain", small, opens, innerRef, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} ref={innerRef ?? null} class={`button ${kind} ${small ? "small" : ""} ${rest.class ?? ""}`}>
      {icon && <Icon name={icon} />}
      {children}
      {opens && <Icon name="down" size={12} />}
    </button>
  );
}

interface IconButtonProps extends ButtonAttributes {
  icon: IconName;
  /** What it does: read by screen readers, shown when it is pointed at. */
  label: string;
  small?: boolean;
  /** The shortcut that does the same, shown beside the label. */
  keys?: string;
}

/** A button with a drawing only; `label` says what it does. */
export function IconButton({ icon, label, small, keys, innerRef, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      data-tip={label}
      data-tip-keys={keys}
      {...rest}
      ref={innerRef ?? null}
      class={`button bare icon-only ${small ? "small" : ""} ${rest.class ?? ""}`}
    >
      <Icon name={icon} size={small ? 14 : 16} />
    </button>
  );
}

/** A link that looks like a button. */
export function LinkButton({ href, children, icon, kind = "plain", small }: Pick<ButtonProps, "children" | "icon" | "kind" | "small"> & { href: string }) {
  return (
    <a class={`button ${kind} ${small ? "small" : ""}`} href={href}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  );
}
