/** Every key that works now, made from the registry of keys: it cannot be out of date. */

import { keyScopes } from "../lib/keys";
import { Dialog } from "./Dialog";
import { Keys } from "./Keys";
import "./keysheet.css";

/** The sheet, by scope. */
export function KeySheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" wide onClose={onClose}>
      <div class="key-sheet">
        {merged().map(([name, bindings]) => (
          <section key={name}>
            <h3>{name}</h3>
            <dl>
              {bindings.map((binding) => (
                <div key={binding.keys}>
                  <dt>{binding.does}</dt>
                  <dd>
                    <Keys keys={binding.keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

/** Scopes of one name are one section: several components may add to it. */
function merged(): [string, { keys: string; does: string }[]][] {
  const all = new Map<string, Map<string, { keys: string; does: string }>>();
  for (const scope of keyScopes.value) {
    const into = all.get(scope.name) ?? new Map<string, { keys: string; does: string }>();
    for (const binding of scope.bindings) if (!into.has(binding.keys)) into.set(binding.keys, binding);
    all.set(scope.name, into);
  }
  return [...all].map(([name, bindings]) => [name, [...bindings.values()]]);
}
