/** Names with values, one below the other. */

import type { ComponentChildren } from "preact";
import "./keyvalues.css";

/** A description list; entries whose value is null or undefined are left out. */
export function KeyValues({ items }: { items: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  return (
    <dl class="key-values">
      {items
        .filter(([, value]) => value !== null && value !== undefined && value !== false)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
