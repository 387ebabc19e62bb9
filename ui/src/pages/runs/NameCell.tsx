/** The first cell of a row: selection, whether charts show the run, its status, its place in the tree, its name. */

import { href } from "../../lib/route";
import { statusWord } from "../../components/StatusDot";
import { grouped } from "../../lib/format";
import { type Cell } from "./format";
import { labelOf } from "./columns";
import type { GroupRow } from "./groups";
import type { RunRow } from "./rows";

const tones: Record<string, string> = { RUNNING: "running", SCHEDULED: "waiting", FINISHED: "good", FAILED: "bad", KILLED: "warn" };

interface NameCellProps {
  row: RunRow;
  selected: boolean;
  /** null where no charts are shown. */
  visible: boolean | null;
  /** The colour of the run in charts. */
  colour: string;
  tree: boolean;
  onSelect: (event: MouseEvent) => void;
  onVisible: () => void;
  onToggle: () => void;
}

/** As few elements as will do: there are some tens of these on screen. */
export function NameCell({ row, selected, visible, colour, tree, onSelect, onVisible, onToggle }: NameCellProps) {
  const name = String(row.cells.get("attributes.run_name") || row.id.slice(0, 8));
  const status = String(row.cells.get("attributes.status") ?? "");
  const experiment = String(row.cells.get("attributes.experiment_id") ?? "0");
  return (
    <>
      <input type="checkbox" tabIndex={-1} class="pick" checked={selected} aria-label={`Select ${name}`} onClick={onSelect} />
      {visible !== null && (
        <button
          type="button"
          tabIndex={-1}
          class={`shown-dot${visible ? " on" : ""}`}
          style={{ "--run": colour }}
          aria-pressed={visible}
          aria-label={`Show ${name} in charts`}
          title={visible ? "Shown in charts; press to hide it there" : "Not in charts; press to show it there"}
          onClick={(event) => {
            event.stopPropagation();
            onVisible();
          }}
        />
      )}
      {tree && (
        <span class="twig" style={{ width: `${16 + 14 * row.depth}px` }}>
          {row.children > 0 && (
            <button
              type="button"
              tabIndex={-1}
              class="caret"
              aria-expanded={row.opened}
              aria-label={`${row.opened ? "Close" : "Open"} ${name}: ${row.children} runs below it`}
              onClick={(event) => {
                event.stopPropagation();
                onToggle();
              }}
            >
              {row.opened ? "▾" : "▸"}
            </button>
          )}
        </span>
      )}
      <span class={`status-dot ${tones[status] ?? "waiting"}`} role="img" aria-label={statusWord(status)} title={statusWord(status)} />
      <a class="run-link" tabIndex={-1} href={href(`/experiments/${experiment}/runs/${row.id}`)} title={name}>
        {name}
      </a>
      {tree && row.children > 0 && !row.opened && <span class="count">{row.children}</span>}
    </>
  );
}

/** The first cell of a group; `say` puts a key's value into words. */
export function GroupCell({ row, say, onToggle }: { row: GroupRow; say: (id: string, value: Cell) => string; onToggle: () => void }) {
  const words = row.keys.map((one) => `${labelOf(one.id)} = ${say(one.id, one.value)}`).join(", ");
  return (
    <>
      <button
        type="button"
        tabIndex={-1}
        class="caret"
        aria-expanded={row.opened}
        aria-label={`${row.opened ? "Close" : "Open"} the group ${words}`}
        onClick={(event) => {
          event.stopPropagation();
          onToggle();
        }}
      >
        {row.opened ? "▾" : "▸"}
      </button>
      <span class="group-name" title={words}>
        {row.keys.map((one) => say(one.id, one.value)).join(" · ")}
      </span>
      <span class="count">{grouped(row.count)}</span>
    </>
  );
}
