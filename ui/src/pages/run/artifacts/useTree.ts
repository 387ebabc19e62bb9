/** The folders of an owner's artifacts, fetched when they are opened. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { listFolder, type Owner, ownerId } from "./source";
import { type Folder, foldersAbove } from "./tree";

/** The tree and what changes it. */
export interface Tree {
  root: string;
  folders: ReadonlyMap<string, Folder>;
  open: ReadonlySet<string>;
  toggle: (path: string) => void;
  /** Fetch a folder (again). */
  load: (path: string) => void;
}

/** The tree of an owner in which `path` is in sight. */
export function useTree(owner: Owner, path: string): Tree {
  const id = ownerId(owner);
  const [folders, setFolders] = useState<ReadonlyMap<string, Folder>>(new Map());
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [root, setRoot] = useState("");
  const asked = useRef(new Set<string>());
  const stop = useMemo(() => new AbortController(), [id]);
  useEffect(() => () => stop.abort(), [stop]);

  const load = (folder: string) => {
    asked.current.add(folder);
    setFolders((before) => new Map(before).set(folder, { ...before.get(folder), loading: true }));
    listFolder(owner, folder, stop.signal).then(
      (listed) => {
        if (folder === "") setRoot(listed.root);
        setFolders((before) => new Map(before).set(folder, { files: listed.files, loading: false }));
      },
      (error: unknown) => {
        if (!stop.signal.aborted) setFolders((before) => new Map(before).set(folder, { error, loading: false }));
      },
    );
  };
  const want = (folder: string) => {
    if (!asked.current.has(folder)) load(folder);
  };
  useEffect(() => {
    const above = ["", ...foldersAbove(path)];
    for (const folder of above) want(folder);
    const inside = above.filter(Boolean);
    if (inside.some((folder) => !open.has(folder))) setOpen(new Set([...open, ...inside]));
  }, [path, id]);
  const toggle = (folder: string) => {
    const next = new Set(open);
    if (!next.delete(folder)) {
      next.add(folder);
      want(folder);
    }
    setOpen(next);
  };
  return { root, folders, open, toggle, load };
}
