/** A JSON value as a tree that opens and closes; only the rows in view are drawn. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { findInJson, type JsonRow, jsonRows } from "../lib/jsonRows";
import { CopyButton } from "./CopyButton";
import { SearchInput } from "./fields";
import { Rows } from "./Rows";
import "./jsontree.css";

const ROW = 20;

/** The tree, with a search above when `search` is set; arrows walk it. `label` says what the value is. */
export function JsonTree({ value, label, search = false, depth = 2, fit = false }: { value: unknown; label: string; search?: boolean; depth?: number; fit?: boolean }) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  const found = useMemo(() => findInJson(value, wanted), [value, wanted]);
  const rows = useMemo(
    () => jsonRows(value, (path, level) => (found.open.has(path) ? true : level < depth !== toggled.has(path))),
    [value, toggled, found, depth],
  );
  const hits = useMemo(() => new Set(found.hits), [found]);
  useEffect(() => {
    const first = rows.findIndex((row) => hits.has(row.path));
    if (first >= 0) setAt(first);
  }, [hits]);
  const toggle = (row: JsonRow) => {
    if (row.count === null) return;
    const next = new Set(toggled);
    if (!next.delete(row.path)) next.add(row.path);
    setToggled(next);
  };
  const walk = (event: KeyboardEvent) => {
    const row = rows[at];
    if (!row) return;
    let next = at;
    if (event.key === "ArrowDown") next = Math.min(rows.length - 1, at + 1);
    else if (event.key === "ArrowUp") next = Math.max(0, at - 1);
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = rows.length - 1;
    else if (event.key === "ArrowRight" && row.count && !row.open) toggle(row);
    else if (event.key === "ArrowLeft" && row.open) toggle(row);
    else if (event.key === "ArrowLeft") {
      while (next > 0 && (rows[next]?.depth ?? 0) >= row.depth) next--;
    } else if (event.key === "Enter" || event.key === " ") toggle(row);
    else return;
    event.preventDefault();
    setAt(next);
  };
  return (
    <div class={`json-tree ${fit ? "fit" : ""}`}>
      {search && (
        <div class="json-search">
          <SearchInput label="Search names and values" value={wanted} onInput={setWanted} />
          {wanted && <span class="quiet">{found.hits.length.toLocaleString("en-US")} found</span>}
        </div>
      )}
      <Rows
        count={rows.length}
        height={ROW}
        role="tree"
        label={label}
        onKeyDown={walk}
        reveal={{ index: at, stamp: at }}
        attributes={{ "aria-activedescendant": `${label}-${at}`.replace(/\W/g, "-") }}
        {...(fit ? { class: "fit" } : {})}
        render={(index) => {
          const row = rows[index];
          return row && <Row row={row} id={`${label}-${index}`.replace(/\W/g, "-")} current={index === at} hit={hits.has(row.path)} toggle={() => (setAt(index), toggle(row))} />;
        }}
      />
    </div>
  );
}

function Row({ row, id, current, hit, toggle }: { row: JsonRow; id: string; current: boolean; hit: boolean; toggle: () => void }) {
  const list = Array.isArray(row.value);
  return (
    <div
      id={id}
      class={`json-row ${current ? "current" : ""} ${hit ? "hit" : ""}`}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-selected={current}
      aria-expanded={row.count ? row.open : undefined}
      style={{ paddingLeft: `${8 + row.depth * 16}px` }}
      onClick={toggle}
    >
      <span class={`json-mark ${row.count ? (row.open ? "open" : "closed") : ""}`} aria-hidden="true" />
      {row.name !== "" && <span class="json-name">{row.name}</span>}
      {row.count === null ? (
        <span class={`json-value ${typeOf(row.value)}`}>{typeof row.value === "string" ? JSON.stringify(row.value) : String(row.value)}</span>
      ) : (
        <span class="quiet">
          {list ? `[${row.count.toLocaleString("en-US")}]` : `{${row.count.toLocaleString("en-US")}}`}
        </span>
      )}
      {current && (
        <span class="json-copy" onClick={(event) => event.stopPropagation()}>
          <CopyButton label={row.count === null ? "Copy this value" : "Copy as JSON"} text={() => (typeof row.value === "string" ? row.value : JSON.stringify(row.value, null, 2))} />
        </span>
      )}
    </div>
  );
}

function typeOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}
