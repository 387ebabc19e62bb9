/** The table's columns as the grid has them, and what a click on a header makes of the order. */

import type { GridColumn } from "../../components/grid/model";
import { alignOf } from "./cells";
import { ATTRIBUTES, type Chosen, defaultWidth, groupsOf, kindOf, labelOf, NAME } from "./columns";
import { directionOf } from "./directions";
import type { Sort } from "./state";
import type { Table } from "./useTable";

const FOLD = "fold:";

/** The table's columns: pinned ones first, folded groups as one narrow column each. */
export function gridColumns(table: Table, live: Record<string, number>): GridColumn[] {
  const { columns, state } = table;
  const found: GridColumn[] = [];
  const folded = new Set<string>();
  const loose = columns.filter((one) => one.id !== NAME && !one.pinned).map((one) => one.id);
  const groups = groupsOf(loose);
  for (const one of columns) {
    const pinned = one.id === NAME || (one.pinned ?? false);
    const { group, groupLabel, label } = groups.get(one.id) ?? { group: "", groupLabel: "", label: labelOf(one.id) };
    if (!pinned && state.folded.includes(group)) {
      if (folded.has(group)) continue;
      folded.add(group);
      const count = loose.filter((other) => groups.get(other)?.group === group).length;
      found.push({
        id: FOLD + group,
        label: `${count}…`,
        title: `${count} columns of ${groupLabel}`,
        group,
        groupLabel,
        width: Math.min(110, 40 + 7 * groupLabel.length),
        pinned: false,
        align: "left",
        collapsed: true,
      });
      continue;
    }
    const rank = state.sorts.findIndex((sort) => sort.id === one.id && sort.aggregate === one.aggregate);
    const sort = state.sorts[rank];
    const column: GridColumn = {
      id: one.id,
      label,
      title: titleOf(one),
      group,
      groupLabel,
      width:
        live[one.id] ??
        state.widths[one.id] ??
        defaultWidth(one.id, label, table.wholeFacts.get(one.id)) + (spread(one.id, table) ? 40 : 0),
      pinned,
      align: alignOf(one, table.wholeFacts),
      sortable: isSortable(one.id),
      menu: true,
    };
    if (one.aggregate !== "last") column.badge = one.aggregate;
    if (sort) {
      column.sort = sort.descending ? "descending" : "ascending";
      if (state.sorts.length > 1) column.sortRank = rank + 1;
    }
    found.push(column);
  }
  return found;
}

/** Whether a column shows means with their deviations. */
function spread(id: string, table: Table): boolean {
  return table.groups !== null && kindOf(id) === "metrics";
}

function titleOf(one: Chosen): string {
  if (kindOf(one.id) === "attributes") return ATTRIBUTES[one.id]?.label ?? one.id;
  return one.aggregate === "last" ? one.id : `${one.aggregate} of ${one.id}`;
}

function isSortable(id: string): boolean {
  return kindOf(id) !== "attributes" || id in ATTRIBUTES;
}

/** What a click on a header makes of the order: better values first, then worse ones, then as before. */
export function nextSorts(sorts: readonly Sort[], one: Chosen | undefined, add: boolean): Sort[] {
  if (!one) return [...sorts];
  const at = sorts.findIndex((sort) => sort.id === one.id && sort.aggregate === one.aggregate);
  const now = sorts[at];
  const first = kindOf(one.id) === "metrics" ? directionOf(one.id) !== "down" : ["attributes.start_time", "attributes.duration"].includes(one.id);
  const others = add ? sorts.filter((_, index) => index !== at) : [];
  if (!now) return [...others, { id: one.id, aggregate: one.aggregate, descending: first }];
  if (now.descending !== first) return others;
  const turned = { ...now, descending: !now.descending };
  return add ? sorts.map((sort, index) => (index === at ? turned : sort)) : [turned];
}
