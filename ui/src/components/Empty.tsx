/** What is shown where there is nothing yet, and what to do about it. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons";
import "./empty.css";

interface EmptyProps {
  title: string;
  icon?: IconName;
  /** It stands in place of a whole page, whose heading it is. */
  page?: boolean;
  children?: ComponentChildren;
}

/** A calm sentence in an empty place; `children` say or do what helps. */
export function Empty({ title, icon, page, children }: EmptyProps) {
  return (
    <div class="empty">
      {icon && <Icon name={icon} size={28} />}
      {page ? <h1 class="empty-title">{title}</h1> : <p class="empty-title">{title}</p>}
      {children}
    </div>
  );
}
