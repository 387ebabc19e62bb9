/** What a zip file holds. */

import { Loaded } from "../../../../components/Loaded";
import { formatBytes } from "../../../../lib/format";
import { useLoad } from "../../../../lib/load";
import type { ViewProps } from "../Preview";
import { ownerId, readPart } from "../source";
import { findDirectory, readDirectory, ZIP_TAIL } from "../zip";
import { LoggedTable } from "./JsonView";

/** The list of entries, read from the file's end. */
export function ZipView({ owner, file }: ViewProps) {
  const size = file.file_size ?? 0;
  const load = useLoad(
    async (signal) => {
      const tail = await readPart(owner, file.path, Math.max(0, size - ZIP_TAIL), size, signal);
      const found = findDirectory(tail.bytes);
      if (!found) throw new Error("This file has no list of entries at its end: it is no zip file, or it is cut off.");
      const start = found.offset - (size - tail.bytes.length);
      const bytes = start >= 0 ? tail.bytes.subarray(start, start + found.length) : (await readPart(owner, file.path, found.offset, found.offset + found.length, signal)).bytes;
      return readDirectory(bytes);
    },
    [ownerId(owner), file.path, size],
  );
  return (
    <Loaded load={load} what="The list of this file could not be read.">
      {(entries) => <LoggedTable head={["Name", "Size", "Packed"]} rows={entries.map((entry) => [entry.name, formatBytes(entry.size), formatBytes(entry.packed)])} label={file.path} />}
    </Loaded>
  );
}
