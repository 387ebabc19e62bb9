/** What is shown where there is nothing yet, and what to do about it. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons";
import "./empty.css";

/** A calm sentence in an empty place; `children` say or do what helps. */
export function Empty({ title, icon, children }: { title: string; icon?: IconName; children?: ComponentChildren }) {
  return (
    <div class="empty">
      {icon && <Icon name={icon} size={28} />}
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}
