/** The tree of artifacts: which folders are known and open, and the rows that this comes to. */

import type { FileInfo } from "@schema/calls";

/** What is known of a folder. */
export interface Folder {
  files?: FileInfo[];
  error?: unknown;
  loading: boolean;
}

/** A row of the tree: a file or folder, or what stands below a folder that is not there. */
export interface TreeRow {
  path: string;
  depth: number;
  file: FileInfo | null;
  open: boolean;
  note?: "loading" | "failed" | "empty";
}

/** The last part of a path. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The folder that a path is in; "" for the root. */
export function folderOf(path: string): string {
  const cut = path.lastIndexOf("/");
  return cut < 0 ? "" : path.slice(0, cut);
}

/** All folders above a path, the root first. */
export function foldersAbove(path: string): string[] {
  const parts = path.split("/").filter(Boolean);
  return parts.map((_, index) => parts.slice(0, index).join("/"));
}

/** The rows in their order. */
export function treeRows(folders: ReadonlyMap<string, Folder>, open: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  addRows(rows, "", 0, folders, open);
  return rows;
}

function addRows(rows: TreeRow[], path: string, depth: number, folders: ReadonlyMap<string, Folder>, open: ReadonlySet<string>): void {
  const folder = folders.get(path);
  if (!folder?.files) {
    rows.push({ path: `${path}/`, depth, file: null, open: false, note: folder?.error ? "failed" : "loading" });
    return;
  }
  if (folder.files.length === 0) rows.push({ path: `${path}/`, depth, file: null, open: false, note: "empty" });
  for (const file of folder.files) {
    const opened = file.is_dir === true && open.has(file.path);
    rows.push({ path: file.path, depth, file, open: opened });
    if (opened) addRows(rows, file.path, depth + 1, folders, open);
  }
}
