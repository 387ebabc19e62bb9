/** The row of controls above the table. */

import { Button } from "../../components/Button";
import { Choice, Select } from "../../components/fields";
import { Menu } from "../../components/Menu";
import { plural } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { ColumnChooser } from "./ColumnChooser";
import { labelOf } from "./columns";
import { copyPython, exportRuns, FORMATS } from "./exports";
import { FilterBox } from "./FilterBox";
import { GroupChooser } from "./GroupChooser";
import { TIMES } from "./state";
import type { Table } from "./useTable";
import { ViewsMenu } from "./Views";
import { Tag } from "../../components/Tag";

/** Filter, what is shown, in which shape; views; export. */
export function Toolbar({ table }: { table: Table }) {
  const { state, change } = table;
  useKeys("Runs", [{ keys: "f", does: "Show or hide facets", run: () => change({ facets: !state.facets }) }]);
  return (
    <div class="runs-bar" role="toolbar" aria-label="Runs table">
      <Button
        icon="filter"
        aria-pressed={state.facets}
        class={state.facets ? "on" : ""}
        data-tip="Filter by clicking"
        data-tip-keys="f"
        onClick={() => change({ facets: !state.facets })}
      >
        Facets
      </Button>
      <FilterBox table={table} />
      <Select
        label="Time"
        hideLabel
        value={state.time}
        options={Object.entries(TIMES).map(([value, { label }]) => ({ value, label }))}
        onChange={(time) => change({ time })}
      />
      <Select
        label="State"
        hideLabel
        value={state.lifecycle}
        options={["Active", "Deleted"]}
        onChange={(lifecycle) => change({ lifecycle })}
      />
      {table.nested && !table.groups && (
        <Choice
          label="Nested runs"
          value={table.tree === "none" ? "flat" : "tree"}
          options={[
            { value: "tree", label: "Tree" },
            { value: "flat", label: "Flat" },
          ]}
          onChange={(shape) => change({ tree: shape === "flat" ? "flat" : "auto" })}
        />
      )}
      <GroupChooser table={table} />
      <ColumnChooser table={table} />
      <ViewsMenu table={table} />
      <Menu
        iconOnly
        icon="more"
        label="More"
        align="end"
        items={() => [
          { heading: `Export all ${table.filter ? "matches" : "runs"}` },
          ...FORMATS.map(({ format, label }) => ({
            label,
            icon: "download" as const,
            run: () => exportRuns(table, format),
          })),
          "line",
          { label: "Copy as Python", icon: "copy", run: () => void copyPython(table) },
          { label: "Copy as curl", icon: "copy", run: () => void copyPython(table, "curl") },
          "line",
          table.nested && { label: "Open all parents", icon: "tree", run: () => change({ tree: "open" }) },
          table.nested && { label: "Close all parents", icon: "tree", run: () => change({ tree: "closed" }) },
          {
            label: "Only columns that differ",
            checked: state.differing,
            run: () => change({ differing: !state.differing, columns: null }),
          },
          { label: "Columns as at first", icon: "restore", run: () => change({ columns: null, widths: {}, differing: false, folded: [] }) },
        ]}
      />
    </div>
  );
}

/** What narrows the table beside the filter text, each with a cross: only when there is something. */
export function Narrowing({ table }: { table: Table }) {
  const { state, change } = table;
  const { datasets, models, groupBy } = state;
  const hidden = state.mode === "TABLE" ? 0 : state.hidden.length;
  if (datasets.length + groupBy.length + hidden === 0 && !/^with/i.test(models) && state.sorts.length < 2) return null;
  return (
    <div class="runs-narrowing">
      {groupBy.length > 0 && <span class="quiet">Grouped by</span>}
      {groupBy.map((id) => (
        <Tag key={id} onRemove={() => change({ groupBy: groupBy.filter((one) => one !== id) })} name={labelOf(id)} />
      ))}
      {datasets.map((one) => (
        <Tag
          key={`${one.name} ${one.digest ?? ""}`}
          icon="database"
          name={one.name}
          value={one.digest ?? ""}
          onRemove={() => change({ datasets: datasets.filter((other) => other !== one) })}
        />
      ))}
      {/^with/i.test(models) && <Tag icon="box" name={models} onRemove={() => change({ models: "" })} />}
      {hidden > 0 && <Tag icon="eyeOff" name={`${plural(hidden, "run")} hidden in charts`} onRemove={() => change({ hidden: [] })} />}
      {state.sorts.length > 1 && <span class="quiet">Sorted by</span>}
      {state.sorts.length > 1 &&
        state.sorts.map((sort) => (
          <Tag
            key={sort.id + sort.aggregate}
            name={`${labelOf(sort.id)}${sort.aggregate === "last" ? "" : ` ${sort.aggregate}`} ${sort.descending ? "↓" : "↑"}`}
            onClick={() => change({ sorts: state.sorts.map((one) => (one === sort ? { ...one, descending: !one.descending } : one)) })}
            onRemove={() => change({ sorts: state.sorts.filter((one) => one !== sort) })}
          />
        ))}
    </div>
  );
}
