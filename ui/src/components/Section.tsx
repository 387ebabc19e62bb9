/** A part of a page under a heading, which can be closed. */

import { grouped } from "../lib/format";
import type { ComponentChildren } from "preact";
import "./section.css";

interface SectionProps {
  title: string;
  count?: number;
  /** Closed at first. */
  closed?: boolean;
  /** What stands at the end of the heading's row. */
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** A heading and what is under it. */
export function Section({ title, count, closed, actions, children }: SectionProps) {
  return (
    <section class="section">
      <details open={!closed}>
        <summary>
          <h2>{title}</h2>
          {count !== undefined && <span class="tab-count">{grouped(count)}</span>}
        </summary>
        <div class="section-body">{children}</div>
      </details>
      {actions && <div class="section-actions">{actions}</div>}
    </section>
  );
}
