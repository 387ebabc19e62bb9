/** Which colour is which run: pointing at a name picks its line out of every chart. */

import { hovered } from "../../charts/shared";
import { useSignal } from "@preact/signals";
import { href } from "../../lib/route";
import type { ChartRun, Groups } from "./lines";

/** How many names are shown before "more" is pressed. */
const FIRST = 30;

/** The names of the runs, or of the groups, with their colours. */
export function Legend({ runs, groups, experimentId }: { runs: ReadonlyMap<string, ChartRun>; groups: Groups | null; experimentId?: string }) {
  const all = useSignal(false);
  const entries = groups
    ? [...groups.colours].map(([name, colour]) => ({ id: `group ${name}`, name, colour, link: null }))
    : [...runs.values()].map(({ id, name, colour }) => ({ id, name, colour, link: experimentId ? href(`/experiments/${experimentId}/runs/${id}`) : null }));
  const shown = all.value ? entries.slice(0, 200) : entries.slice(0, FIRST);
  return (
    <div class={`chart-legend ${all.value ? "open" : ""}`}>
      <ul aria-label={groups ? "Groups" : "Runs"} onMouseLeave={() => (hovered.value = null)}>
        {shown.map(({ id, name, colour, link }) => (
          <li key={id} class={hovered.value === id ? "on" : ""} onMouseEnter={() => (hovered.value = id)}>
            <span class="swatch" style={{ background: colour }} />
            {link ? (
              <a href={link} class="cut" onFocus={() => (hovered.value = id)} onBlur={() => (hovered.value = null)}>
                {name}
              </a>
            ) : (
              <span class="cut">{name}</span>
            )}
          </li>
        ))}
      </ul>
      {entries.length > 6 && (
        <button type="button" class="chart-legend-more" aria-expanded={all.value} onClick={() => (all.value = !all.value)}>
          {all.value ? "fewer" : `all ${entries.length}`}
        </button>
      )}
    </div>
  );
}
