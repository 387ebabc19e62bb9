/** The two header rows of a grid: groups above, columns below; sort, menu, width and order by pointer. */

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { GridColumn } from "./model";
import type { Placed } from "./Row";

/** The height of both rows, in pixels. */
export const HEADER_HEIGHT = 50;

interface HeaderProps {
  pinned: Placed[];
  shown: Placed[];
  all: GridColumn[];
  lefts: readonly number[];
  pinnedWidth: number;
  cursor: number;
  corner?: ComponentChildren;
  onSort: (column: string, add: boolean) => void;
  onResize: (column: string, width: number | null) => void;
  onMove: (column: string, before: string | null) => void;
  onMenu: (column: string, anchor: HTMLElement) => void;
  onGroup: (group: string) => void;
}

/** The header of a grid. */
export function Header(props: HeaderProps) {
  const [drop, setDrop] = useState<number | null>(null);
  // By :hover alone, browsers may miss a header that was moved under the pointer.
  const [hot, setHot] = useState("");
  const groups = spans(props.all.filter((one) => !one.pinned));
  const first = props.shown[0]?.index ?? 0;
  const end = (props.shown[props.shown.length - 1]?.index ?? -1) + 1;
  const before = props.all.findIndex((one) => !one.pinned);
  const offset = before < 0 ? 0 : before;
  return (
    <div class="grid-header" role="rowgroup">
      <div class="grid-groups" role="row" aria-rowindex={1}>
        <div class="grid-pinned" role="none" style={{ width: `${props.pinnedWidth}px` }}>
          <div class="grid-corner" role="columnheader" aria-colindex={1} aria-colspan={Math.max(1, props.pinned.length)}>
            {props.corner}
          </div>
        </div>
        {groups
          .filter((group) => group.at + offset < end && group.at + group.count + offset > first)
          .map((group) => (
            <GroupHeader key={`${group.id}:${group.at}`} group={group} {...props} offset={offset} />
          ))}
      </div>
      <div
        class="grid-heads"
        role="row"
        aria-rowindex={2}
        onPointerOver={(event) => setHot((event.target as Element).closest<HTMLElement>("[data-header]")?.dataset.header ?? "")}
        onPointerLeave={() => setHot("")}
      >
        <div class="grid-pinned" role="none" style={{ width: `${props.pinnedWidth}px` }}>
          {props.pinned.map((one) => (
            <Head key={one.column.id} {...one} {...props} hot={hot === one.column.id} setDrop={setDrop} />
          ))}
        </div>
        {props.shown.map((one) => (
          <Head key={one.column.id} {...one} {...props} hot={hot === one.column.id} setDrop={setDrop} />
        ))}
        {drop !== null && <div class="grid-drop" role="none" style={{ left: `${drop}px` }} />}
      </div>
    </div>
  );
}

interface Span {
  id: string;
  label: string;
  at: number;
  count: number;
  collapsed: boolean;
}

function spans(columns: GridColumn[]): Span[] {
  const found: Span[] = [];
  for (const [at, column] of columns.entries()) {
    const last = found[found.length - 1];
    if (last && last.id === column.group) last.count += 1;
    else
      found.push({
        id: column.group,
        label: column.groupLabel,
        at,
        count: 1,
        collapsed: column.collapsed ?? false,
      });
  }
  return found;
}

function GroupHeader({ group, ...props }: HeaderProps & { group: Span; offset: number }) {
  const left = props.pinnedWidth + (props.lefts[group.at] ?? 0);
  const right = props.pinnedWidth + (props.lefts[group.at + group.count] ?? 0);
  return (
    <div
      class={`grid-group${group.collapsed ? " collapsed" : ""}`}
      role="columnheader"
      aria-colindex={props.offset + group.at + 1}
      aria-colspan={group.count}
      style={{ left: `${left}px`, width: `${right - left}px` }}
    >
      {!group.id && <span class="hidden-visually">{group.label || "Facts"}</span>}
      {group.id && (
        <button
          type="button"
          tabIndex={-1}
          class="grid-group-label"
          aria-expanded={!group.collapsed}
          title={`${group.collapsed ? "Show" : "Fold"} the columns of ${group.label}`}
          style={{ left: `${props.pinnedWidth}px` }}
          onClick={() => props.onGroup(group.id)}
        >
          <span class="fold" aria-hidden="true">
            {group.collapsed ? "▸" : "▾"}
          </span>
          {group.label}
        </button>
      )}
    </div>
  );
}

function Head(props: HeaderProps & Placed & { hot: boolean; setDrop: (at: number | null) => void }) {
  const { column, left, index } = props;
  const head = useRef<HTMLDivElement>(null);
  const dragged = useRef(false);
  const arrow = column.sort === "ascending" ? "↑" : column.sort === "descending" ? "↓" : "";

  const move = (event: PointerEvent) => {
    if (event.button !== 0 || !column.menu) return;
    const from = event.clientX;
    dragged.current = false;
    let target: string | null | undefined;
    const onMove = (to: PointerEvent) => {
      if (!dragged.current && Math.abs(to.clientX - from) < 6) return;
      dragged.current = true;
      const over = headAt(to.clientX, to.clientY);
      if (!over) return;
      const box = over.getBoundingClientRect();
      const behind = to.clientX > box.left + box.width / 2;
      const id = over.dataset.header ?? "";
      const at = props.all.findIndex((one) => one.id === id);
      target = behind ? (props.all[at + 1]?.id ?? null) : id;
      const origin = over.closest(".grid-heads")?.getBoundingClientRect().left ?? 0;
      props.setDrop((behind ? box.right : box.left) - origin);
    };
    const onUp = () => {
      removeEventListener("pointermove", onMove);
      removeEventListener("pointerup", onUp);
      props.setDrop(null);
      if (dragged.current && target !== undefined && target !== column.id) props.onMove(column.id, target);
    };
    addEventListener("pointermove", onMove);
    addEventListener("pointerup", onUp);
  };

  const resize = (event: PointerEvent) => {
    event.stopPropagation();
    event.preventDefault();
    const grip = event.currentTarget as HTMLElement;
    grip.setPointerCapture(event.pointerId);
    const from = event.clientX;
    const width = column.width;
    const onMove = (to: PointerEvent) => props.onResize(column.id, Math.max(44, Math.round(width + to.clientX - from)));
    const onUp = () => {
      grip.removeEventListener("pointermove", onMove);
      grip.removeEventListener("pointerup", onUp);
    };
    grip.addEventListener("pointermove", onMove);
    grip.addEventListener("pointerup", onUp);
  };

  return (
    <div
      ref={head}
      class={`grid-head ${column.align}${props.cursor === index ? " at" : ""}${column.sort ? " sorted" : ""}${column.collapsed ? " collapsed" : ""}${props.hot ? " hot" : ""}`}
      role="columnheader"
      aria-colindex={index + 1}
      aria-sort={column.sort ?? (column.sortable ? "none" : undefined)}
      data-header={column.id}
      style={{ left: `${left}px`, width: `${column.width}px` }}
      onContextMenu={(event) => {
        if (!column.menu || !head.current) return;
        event.preventDefault();
        props.onMenu(column.id, head.current);
      }}
    >
      {column.sortable ? (
        <button
          type="button"
          tabIndex={-1}
          class="grid-label"
          title={column.title ?? column.label}
          onPointerDown={move}
          onClick={(event) => {
            if (!dragged.current) props.onSort(column.id, event.shiftKey);
          }}
        >
          <span class="name">{column.label}</span>
          {column.badge && <span class="badge">{column.badge}</span>}
          {arrow && (
            <span class="arrow" aria-hidden="true">
              {arrow}
              {column.sortRank && column.sortRank > 0 ? column.sortRank : ""}
            </span>
          )}
        </button>
      ) : (
        <span class="grid-label" title={column.title ?? column.label}>
          <span class="name">{column.label}</span>
        </span>
      )}
      {column.menu && (
        <button
          type="button"
          tabIndex={-1}
          class="grid-menu"
          aria-label={`Menu of ${column.title ?? column.label}`}
          aria-haspopup="menu"
          onClick={() => head.current && props.onMenu(column.id, head.current)}
        >
          ⋮
        </button>
      )}
      {!column.collapsed && (
        <div
          class="grid-grip"
          role="none"
          onPointerDown={resize}
          onDblClick={(event) => {
            event.stopPropagation();
            props.onResize(column.id, null);
          }}
        />
      )}
    </div>
  );
}

function headAt(x: number, y: number): HTMLElement | null {
  return document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-header]") ?? null;
}
