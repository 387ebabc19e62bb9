/** The content of a file for a view. */

import type { FileInfo } from "@schema/calls";
import { type Load, useLoad } from "../../../../lib/load";
import { type Owner, ownerId, readAll } from "../source";

/** Read a whole file and make something of it; what `make` throws is shown as what failed. */
export function useFile<T>(owner: Owner, file: FileInfo, make: (bytes: Uint8Array) => T | Promise<T>): Load<T> {
  return useLoad(async (signal) => make(await readAll(owner, file.path, signal)), [ownerId(owner), file.path, file.file_size]);
}

/** The text of bytes; other encodings than UTF-8 show as far as they can. */
export function asText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
