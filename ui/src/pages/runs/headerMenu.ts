/** The menu of a column's header. */

import type { MenuEntry } from "../../components/Menu";
import { type Aggregate, type Chosen, isFilterable, keyOf, kindOf, NAME } from "./columns";
import { experimentById, tagExperiment } from "../../lib/experiments";
import { tagOf } from "../../lib/tags";
import { directionOf, isTinted, setDirection, setTinted } from "./directions";
import { PRIMARY_TAG, type Table } from "./useTable";

const VALUES: { aggregate: Aggregate; label: string }[] = [
  { aggregate: "last", label: "Last value" },
  { aggregate: "min", label: "Minimum" },
  { aggregate: "max", label: "Maximum" },
  { aggregate: "mean", label: "Mean" },
  { aggregate: "count", label: "Number of points" },
];

/** What can be done with a column. */
export function headerMenu(table: Table, id: string, { onFacet }: { onFacet: (id: string) => void }): MenuEntry[] {
  const { columns, state } = table;
  const one = columns.find((column) => column.id === id);
  if (!one) return [];
  const at = state.sorts.findIndex((sort) => sort.id === id && sort.aggregate === one.aggregate);
  const sort = (descending: boolean, add: boolean) => () => {
    const others = add ? state.sorts.filter((_, index) => index !== at) : [];
    table.change({ sorts: [...others, { id, aggregate: one.aggregate, descending }] });
  };
  const set = (change: Partial<Chosen>) => () =>
    table.change({ columns: columns.map((column) => (column.id === id ? { ...column, ...change } : column)) });
  const kind = kindOf(id);
  return [
    { label: "Sort ascending", icon: "arrowUp", run: sort(false, false) },
    { label: "Sort descending", icon: "arrowDown", run: sort(true, false) },
    state.sorts.length > 0 && at !== 0 && { label: "Then by this, ascending", run: sort(false, true) },
    state.sorts.length > 0 && at !== 0 && { label: "Then by this, descending", run: sort(true, true) },
    at >= 0 && {
      label: "Do not sort by this",
      icon: "close",
      run: () => table.change({ sorts: state.sorts.filter((_, index) => index !== at) }),
    },
    ...(kind === "metrics" ? metricEntries(table, id, one, set) : []),
    "line",
    isFilterable(id) && { label: "Filter by this…", icon: "filter", run: () => onFacet(id) },
    kind !== "metrics" &&
      id !== NAME && {
        label: state.groupBy.includes(id) ? "Do not group by this" : "Group by this",
        icon: "layers",
        run: () =>
          table.change({
            groupBy: state.groupBy.includes(id) ? state.groupBy.filter((other) => other !== id) : [...state.groupBy, id],
          }),
      },
    "line",
    id !== NAME && { label: one.pinned ? "Unpin" : "Pin to the left", icon: "pin", run: set({ pinned: !one.pinned }) },
    id !== NAME && {
      label: "Hide",
      icon: "eyeOff",
      run: () => table.change({ columns: columns.filter((column) => column.id !== id) }),
    },
  ];
}

function metricEntries(table: Table, id: string, one: Chosen, set: (change: Partial<Chosen>) => () => void): MenuEntry[] {
  const direction = directionOf(id);
  return [
    { heading: `Value of ${keyOf(id)}` },
    ...VALUES.map(({ aggregate, label }) => ({
      label,
      checked: one.aggregate === aggregate,
      run: set({ aggregate }),
    })),
    { heading: "Better is" },
    { label: "Higher", checked: direction === "up", run: () => void setDirection(id, "up") },
    { label: "Lower", checked: direction === "down", run: () => void setDirection(id, "down") },
    { label: "Neither", checked: direction === "none", run: () => void setDirection(id, "none") },
    "line",
    { label: "Tint by value", checked: isTinted(id), run: () => void setTinted(id, !isTinted(id)) },
    ...primaryEntry(table, id),
  ];
}

/** The primary metric stands first for everybody who opens the experiment. */
function primaryEntry({ ids }: Table, id: string): MenuEntry[] {
  const experiment = ids.length === 1 ? experimentById(ids[0] ?? "").data.value : undefined;
  if (!experiment) return [];
  const primary = tagOf(experiment.tags, PRIMARY_TAG) === keyOf(id);
  const run = () => void tagExperiment(experiment, PRIMARY_TAG, primary ? undefined : keyOf(id));
  return [{ label: "Primary metric of the experiment", checked: primary, run }];
}
