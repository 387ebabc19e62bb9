/** Many series as one frame of bytes, as docs/explanation/series-frame.md describes it: columns to draw from in place. */

import type { Calls } from "@schema/calls";
import { ask } from "./call";

/** One series of a frame, thinned out. Columns that were not asked for are absent. */
export interface FramedSeries {
  readonly run_id: string;
  readonly key: string;
  /** How many points there are in the range that was asked for, before they were thinned out. */
  readonly count: number;
  /** How many of them are here. */
  readonly n: number;
  /** Steps, relative to `step0`. */
  readonly stepOffsets: Uint32Array | Float64Array | null;
  readonly step0: number;
  /** Times in milliseconds, relative to `time0`. */
  readonly timeOffsets: Uint32Array | Float64Array | null;
  /** Milliseconds since 1970, UTC. */
  readonly time0: number;
  readonly values: Float64Array | null;
}

interface Header {
  series: {
    run_id: string;
    key: string;
    count: number;
    n: number;
    step0: number;
    time0: number;
    step?: "u32" | "f64";
    time?: "u32" | "f64";
    value?: "f64";
  }[];
}

/** Get series in a frame; `signal` gives it up.
 *
 * @throws CallError as `call`.
 */
export async function getFrame(fields: Calls["GetSeriesFrame"]["call"], signal?: AbortSignal): Promise<FramedSeries[]> {
  const response = await ask("/ajax-api/millrace/1/series/frame", {
    method: "POST",
    body: JSON.stringify(fields),
    headers: { "content-type": "application/json" },
    signal: signal ?? null,
  });
  return decodeFrame(await response.arrayBuffer());
}

/** The series of a frame, whose columns are views of its bytes.
 *
 * @throws RangeError the bytes are no frame, or not all of one.
 */
export function decodeFrame(bytes: ArrayBuffer): FramedSeries[] {
  const view = new DataView(bytes);
  if (bytes.byteLength < 8 || view.getUint32(0, true) !== 0x3146534d) {
    throw new RangeError("The server's answer is no frame of series: is the page as new as the server?");
  }
  const length = view.getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, length))) as Header;
  let place = 8 + length;
  const take = (kind: "u32" | "f64", n: number): Uint32Array | Float64Array => {
    const column = kind === "u32" ? new Uint32Array(bytes, place, n) : new Float64Array(bytes, place, n);
    place += Math.ceil(column.byteLength / 8) * 8;
    return column;
  };
  return header.series.map((one) => ({
    run_id: one.run_id,
    key: one.key,
    count: one.count,
    n: one.n,
    step0: one.step0,
    time0: one.time0,
    stepOffsets: one.step ? take(one.step, one.n) : null,
    timeOffsets: one.time ? take(one.time, one.n) : null,
    values: one.value ? (take(one.value, one.n) as Float64Array) : null,
  }));
}

/** Offsets and where they start as absolute numbers. */
export function absolute(offsets: Uint32Array | Float64Array, start: number): Float64Array {
  const found = new Float64Array(offsets.length);
  for (let index = 0; index < found.length; index++) found[index] = start + (offsets[index] as number);
  return found;
}
