/** Files on their way to the server. */

import { useRef, useState } from "preact/hooks";
import { Button, IconButton } from "../../../components/Button";
import { formatBytes } from "../../../lib/format";
import { type Owner, upload } from "./source";
import { lastName } from "./tree";

const AT_ONCE = 2;

/** A file with the path that it gets below the folder. */
export interface Picked {
  path: string;
  file: Blob;
}

interface Sending {
  id: number;
  path: string;
  file: Blob;
  part: number;
  state: "waiting" | "sending" | "done" | "failed";
  error?: string;
  stop: AbortController;
}

/** What is sent, and the ways to add to it and clear it. */
export interface UploadList {
  list: readonly Sending[];
  add: (files: readonly Picked[], folder: string) => void;
  stop: (id: number) => void;
  clear: () => void;
}

/** Sends files two at a time; `done` is called with the folder of each that arrived. */
export function useUploads(owner: Owner, root: string, done: (folder: string) => void): UploadList {
  const [list, setList] = useState<readonly Sending[]>([]);
  const all = useRef<Sending[]>([]);
  const last = useRef(0);
  const show = () => setList([...all.current]);
  const change = (one: Sending, changes: Partial<Sending>) => {
    Object.assign(one, changes);
    show();
  };
  const next = (folder: string) => {
    const waiting = all.current.find((one) => one.state === "waiting");
    if (!waiting || all.current.filter((one) => one.state === "sending").length >= AT_ONCE) return;
    change(waiting, { state: "sending" });
    upload(owner, root, waiting.path, waiting.file, (part) => change(waiting, { part }), waiting.stop.signal)
      .then(
        () => {
          change(waiting, { state: "done", part: 1 });
          done(folder);
        },
        (error: unknown) => change(waiting, { state: "failed", error: error instanceof Error ? error.message : String(error) }),
      )
      .finally(() => next(folder));
    next(folder);
  };
  return {
    list,
    add: (files, folder) => {
      for (const { path, file } of files) {
        all.current.push({ id: ++last.current, path: [folder, path].filter(Boolean).join("/"), file, part: 0, state: "waiting", stop: new AbortController() });
      }
      show();
      next(folder);
    },
    stop: (id) => {
      all.current.find((one) => one.id === id)?.stop.abort();
      all.current = all.current.filter((one) => one.id !== id);
      show();
    },
    clear: () => {
      all.current = all.current.filter((one) => one.state === "sending" || one.state === "waiting");
      show();
    },
  };
}

/** The list of what is sent and was sent. */
export function Uploads({ uploads }: { uploads: UploadList }) {
  const { list } = uploads;
  if (list.length === 0) return null;
  const ended = list.filter((one) => one.state === "done" || one.state === "failed").length;
  return (
    <section class="uploads" aria-label="Uploads">
      <header>
        <strong role="status">
          {ended} of {list.length} sent
        </strong>
        {ended > 0 && (
          <Button small kind="bare" onClick={uploads.clear}>
            Clear
          </Button>
        )}
      </header>
      <ul>
        {list.slice(-50).map((one) => (
          <li key={one.id}>
            <span class="cut">{lastName(one.path)}</span>
            <span class="quiet">{one.state === "failed" ? "failed" : one.state === "done" ? "sent" : formatBytes(one.file.size)}</span>
            {(one.state === "sending" || one.state === "waiting" || one.state === "failed") && <IconButton small icon="close" label={`Drop the upload of ${lastName(one.path)}`} onClick={() => uploads.stop(one.id)} />}
            {one.state === "sending" && <progress value={one.part} max={1} aria-label={`Upload of ${lastName(one.path)}`} />}
            {one.error && <span class="upload-error">{one.error}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The files of a drop, folders with all that is in them. */
export async function droppedFiles(data: DataTransfer): Promise<Picked[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const loose = [...data.files].map((file) => ({ path: file.name, file }));
  if (entries.every((entry) => !entry?.isDirectory)) return loose;
  const picked: Picked[] = [];
  for (const entry of entries) if (entry) await collect(entry, picked);
  return picked;
}

async function collect(entry: FileSystemEntry, into: Picked[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    into.push({ path: entry.fullPath.replace(/^\//, ""), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const one of some) await collect(one, into);
  }
}
