/** The header and the first values of a numpy file (`.npy`, format versions 1 to 3). */

/** What a numpy file says about its array, and where its values begin. */
export interface NpyHeader {
  descr: string;
  shape: number[];
  fortran: boolean;
  offset: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Read the header.
 *
 * @throws Error for bytes that are no numpy file, or that end within its header.
 */
export function readNpyHeader(bytes: Uint8Array): NpyHeader {
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) throw new Error("This is not a numpy file: its first bytes are others.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6] ?? 0;
  const start = major >= 2 ? 12 : 10;
  if (bytes.length < start) throw new Error("The file ends within its header.");
  const length = major >= 2 ? view.getUint32(8, true) : view.getUint16(8, true);
  if (bytes.length < start + length) throw new Error("The file ends within its header.");
  const text = new TextDecoder("latin1").decode(bytes.subarray(start, start + length));
  const descr = /'descr'\s*:\s*(?:'([^']*)'|(\[.*?\])\s*,\s*'fortran)/s.exec(text);
  const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(text);
  if (!descr || !shape) throw new Error("The header of this numpy file cannot be read.");
  return {
    descr: descr[1] ?? descr[2] ?? "",
    shape: (shape[1] ?? "").split(",").map((part) => part.trim()).filter(Boolean).map((part) => Number(part.replace(/L$/, ""))),
    fortran: /'fortran_order'\s*:\s*True/.test(text),
    offset: start + length,
  };
}

/** How many values an array has. */
export function sizeOf(shape: number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

type Read = (view: DataView, at: number, little: boolean) => number | string;

const READERS: Record<string, [size: number, read: Read]> = {
  b1: [1, (view, at) => (view.getUint8(at) ? "True" : "False")],
  i1: [1, (view, at) => view.getInt8(at)],
  u1: [1, (view, at) => view.getUint8(at)],
  i2: [2, (view, at, little) => view.getInt16(at, little)],
  u2: [2, (view, at, little) => view.getUint16(at, little)],
  i4: [4, (view, at, little) => view.getInt32(at, little)],
  u4: [4, (view, at, little) => view.getUint32(at, little)],
  i8: [8, (view, at, little) => String(view.getBigInt64(at, little))],
  u8: [8, (view, at, little) => String(view.getBigUint64(at, little))],
  f2: [2, (view, at, little) => half(view.getUint16(at, little))],
  f4: [4, (view, at, little) => view.getFloat32(at, little)],
  f8: [8, (view, at, little) => view.getFloat64(at, little)],
  c8: [8, (view, at, little) => complex(view.getFloat32(at, little), view.getFloat32(at + 4, little))],
  c16: [16, (view, at, little) => complex(view.getFloat64(at, little), view.getFloat64(at + 8, little))],
};

/** The first values, in the order in which the file holds them; null for kinds that this page cannot read. */
export function readNpyValues(bytes: Uint8Array, header: NpyHeader, most: number): (number | string)[] | null {
  const little = header.descr[0] !== ">";
  const kind = header.descr.slice(1);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [size, read] = READERS[kind] ?? [0, null];
  const text = /^([US])(\d+)$/.exec(kind);
  if (text) {
    const length = Number(text[2]);
    size = text[1] === "U" ? 4 * length : length;
    read = (given, at, small) => characters(given, at, length, text[1] === "U" ? 4 : 1, small);
  }
  if (!read || size === 0) return null;
  const values: (number | string)[] = [];
  const count = Math.min(most, sizeOf(header.shape), Math.floor((bytes.length - header.offset) / size));
  for (let index = 0; index < count; index++) values.push(read(view, header.offset + index * size, little));
  return values;
}

function characters(view: DataView, at: number, length: number, width: number, little: boolean): string {
  let text = "";
  for (let index = 0; index < length; index++) {
    const code = width === 4 ? view.getUint32(at + 4 * index, little) : view.getUint8(at + index);
    if (code === 0) break;
    text += String.fromCodePoint(Math.min(code, 0x10ffff));
  }
  return text;
}

function complex(real: number, imaginary: number): string {
  return `${real}${imaginary < 0 ? "-" : "+"}${Math.abs(imaginary)}j`;
}

/** A float of 16 bits. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
