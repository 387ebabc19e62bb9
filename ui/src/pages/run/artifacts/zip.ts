/** The list of what a zip file holds, read from its end only. */

/** One entry of a zip file. */
export interface ZipEntry {
  name: string;
  size: number;
  packed: number;
}

/** How much of the end of a zip file is read first. */
export const ZIP_TAIL = 65_557;

/** Where the list of a zip file is, told from the file's last bytes; null when they hold no such note. */
export function findDirectory(tail: Uint8Array): { offset: number; length: number; count: number } | null {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = tail.length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    return { count: view.getUint16(at + 10, true), length: view.getUint32(at + 12, true), offset: view.getUint32(at + 16, true) };
  }
  return null;
}

/** The entries that a zip file's list names. */
export function readDirectory(bytes: Uint8Array, most = 100_000): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at + 46 <= bytes.length && entries.length < most && view.getUint32(at, true) === 0x02014b50) {
    const name = view.getUint16(at + 28, true);
    const rest = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const utf8 = (view.getUint16(at + 8, true) & 0x800) !== 0;
    entries.push({
      name: new TextDecoder(utf8 ? "utf-8" : "latin1").decode(bytes.subarray(at + 46, at + 46 + name)),
      size: view.getUint32(at + 24, true),
      packed: view.getUint32(at + 20, true),
    });
    at += 46 + name + rest;
  }
  return entries;
}
