/** Tags and other small labels. */

import type { ComponentChildren } from "preact";
import { IconButton } from "./Button";
import { Icon, type IconName } from "./icons";
import "./tag.css";

interface TagProps {
  name?: string;
  value?: string;
  children?: ComponentChildren;
  icon?: IconName;
  tone?: "plain" | "accent" | "good" | "bad" | "warn";
  /** What pointing at it shows; the whole text when it is left out. */
  tip?: string;
  href?: string;
  onClick?: () => void;
  onRemove?: () => void;
}

/** A small label: a tag's `name: value`, or any `children`. */
export function Tag({ name, value, children, icon, tone = "plain", tip, href, onClick, onRemove }: TagProps) {
  const whole = name !== undefined ? `${name}${value ? `: ${value}` : ""}` : "";
  const text = (
    <>
      {icon && <Icon name={icon} size={12} />}
      {name !== undefined && <span class="tag-name">{value ? `${name}:` : name}</span>}
      {value && <span class="tag-value">{value}</span>}
      {children !== undefined && <span class="tag-own">{children}</span>}
    </>
  );
  const shown = tip ?? whole;
  return (
    <span class={`tag ${tone}`} data-tip={shown || undefined}>
      {href ? (
        <a class="tag-text" href={href}>
          {text}
        </a>
      ) : onClick ? (
        <button type="button" class="tag-text" onClick={onClick}>
          {text}
        </button>
      ) : (
        <span class="tag-text">{text}</span>
      )}
      {onRemove && <IconButton small icon="close" label={`Remove ${whole || "this"}`} onClick={onRemove} />}
    </span>
  );
}
