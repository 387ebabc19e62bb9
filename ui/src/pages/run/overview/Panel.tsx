/** A part of a page with a title. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface PanelProps {
  title: string;
  count?: number | undefined;
  /** What stands at the right of the title: a search, a button. */
  tools?: ComponentChildren;
  children: ComponentChildren;
  class?: string;
}

/** The part. */
export function Panel({ title, count, tools, children, class: name = "" }: PanelProps) {
  const id = useId();
  return (
    <section class={`panel ${name}`} aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>
          {title}
          {count !== undefined && <span class="panel-count">{count.toLocaleString("en-US")}</span>}
        </h2>
        <div class="panel-tools">{tools}</div>
      </header>
      {children}
    </section>
  );
}
