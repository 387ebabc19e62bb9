/** The tree of files: arrows walk it, Enter shows what is chosen. */

import { useMemo, useState } from "preact/hooks";
import { Icon } from "../../../components/icons";
import { Rows } from "../../../components/Rows";
import { formatBytes } from "../../../lib/format";
import { lastName, type TreeRow, treeRows } from "./tree";
import type { Tree } from "./useTree";

const ROW = 26;

interface FileTreeProps {
  tree: Tree;
  path: string;
  onPath: (path: string) => void;
}

/** The tree. */
export function FileTree({ tree, path, onPath }: FileTreeProps) {
  const rows = useMemo(() => treeRows(tree.folders, tree.open), [tree.folders, tree.open]);
  const [walked, setWalked] = useState<string | null>(null);
  const here = rows.findIndex((row) => row.path === (walked ?? path));
  const choose = (row: TreeRow) => {
    setWalked(null);
    if (row.file?.is_dir) tree.toggle(row.path);
    if (row.file) onPath(row.path);
    else if (row.note === "failed") tree.load(row.path.slice(0, -1));
  };
  const walk = (event: KeyboardEvent) => {
    const row = rows[here];
    let to = here;
    if (event.key === "ArrowDown") to = Math.min(rows.length - 1, here + 1);
    else if (event.key === "ArrowUp") to = Math.max(0, here - 1);
    else if (event.key === "Home") to = 0;
    else if (event.key === "End") to = rows.length - 1;
    else if (event.key === "ArrowRight" && row?.file?.is_dir && !row.open) tree.toggle(row.path);
    else if (event.key === "ArrowLeft" && row?.open) tree.toggle(row.path);
    else if (event.key === "ArrowLeft" && row) {
      while (to > 0 && (rows[to]?.depth ?? 0) >= row.depth) to--;
    } else if ((event.key === "Enter" || event.key === " ") && row) choose(row);
    else return;
    event.preventDefault();
    if (to !== here) setWalked(rows[to]?.path ?? null);
  };
  return (
    <Rows
      count={rows.length}
      height={ROW}
      role="tree"
      label="Files and folders"
      class="file-tree"
      onKeyDown={walk}
      reveal={{ index: here, stamp: here }}
      attributes={{ "aria-activedescendant": here >= 0 ? `file-${here}` : undefined }}
      render={(index) => {
        const row = rows[index];
        return row && <Line row={row} id={`file-${index}`} chosen={row.path === path} walked={row.path === walked} choose={() => choose(row)} />;
      }}
    />
  );
}

interface LineProps {
  row: TreeRow;
  id: string;
  chosen: boolean;
  walked: boolean;
  choose: () => void;
}

function Line({ row, id, chosen, walked, choose }: LineProps) {
  const { file } = row;
  const folder = file?.is_dir === true;
  return (
    <div
      id={id}
      role="treeitem"
      class={`file-line ${chosen ? "chosen" : ""} ${walked ? "walked" : ""} ${file ? "" : "quiet"}`}
      aria-level={row.depth + 1}
      aria-selected={chosen}
      aria-expanded={folder ? row.open : undefined}
      style={{ paddingLeft: `${8 + row.depth * 14}px` }}
      onClick={choose}
    >
      {file ? (
        <>
          {folder ? <Icon name={row.open ? "down" : "right"} size={12} /> : <span class="file-gap" />}
          <Icon name={folder ? (row.open ? "folderOpen" : "folder") : "file"} size={14} />
          <span class="file-name" data-tip={lastName(row.path).length > 28 ? lastName(row.path) : undefined}>
            {lastName(row.path)}
          </span>
          {!folder && <span class="file-size">{formatBytes(file.file_size ?? 0)}</span>}
        </>
      ) : (
        <span class="file-note">{{ loading: "Loading…", failed: "Could not be listed. Press to try again.", empty: "Empty" }[row.note ?? "empty"]}</span>
      )}
    </div>
  );
}
