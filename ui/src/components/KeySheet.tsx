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
                <div key={binding.does}>
                  <dt>{binding.does}</dt>
                  <dd>
                    {binding.keys.map((keys, index) => (
                      <span key={keys}>
                        {index > 0 && <span class="quiet"> or </span>}
                        <Keys keys={keys} />
                      </span>
                    ))}
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

interface Line {
  does: string;
  keys: string[];
}

/** Scopes of one name are one section: several components may add to it. What an inner scope does with a key, an outer one
 * does not. */
function merged(): [string, Line[]][] {
  const all = new Map<string, Map<string, Line>>();
  const taken = new Set<string>();
  for (const scope of keyScopes.value) {
    const into = all.get(scope.name) ?? new Map<string, Line>();
    for (const { keys, does } of scope.bindings) {
      if (taken.has(keys)) continue;
      taken.add(keys);
      const line = into.get(does) ?? { does, keys: [] };
      line.keys.push(keys);
      into.set(does, line);
    }
    all.set(scope.name, into);
  }
  return [...all].flatMap(([name, lines]) => (lines.size > 0 ? [[name, [...lines.values()]] as [string, Line[]]] : []));
}
