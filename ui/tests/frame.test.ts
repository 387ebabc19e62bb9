import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { absolute, decodeFrame } from "../src/api/frame";

/** What `tests/unit/millrace/series/test_frame.py` says that the server sends. */
function sent(): ArrayBuffer {
  const text = readFileSync(`${import.meta.dirname}/data/frame.txt`, "utf8");
  const bytes = Buffer.from(text, "base64");
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
}

test("a frame of the server's is read in place", () => {
  const bytes = sent();
  const [loss, far, one, ...others] = decodeFrame(bytes);
  expect(others).toEqual([]);
  expect(loss).toMatchObject({ run_id: "a".repeat(32), key: "loss/é", count: 1_000_000, n: 3, step0: 5 });
  expect([...loss!.stepOffsets!]).toEqual([0, 2, 4]);
  expect([...absolute(loss!.timeOffsets!, loss!.time0)]).toEqual([1_700_000_000_000, 1_700_000_000_001, 1_700_000_000_500]);
  expect([...loss!.values!]).toEqual([0.5, NaN, -Infinity]);
  expect(loss!.values!.buffer).toBe(bytes);
  expect(far!.stepOffsets).toBeInstanceOf(Float64Array);
  expect([...absolute(far!.stepOffsets!, far!.step0)]).toEqual([-(2 ** 62), 2 ** 62]);
  expect([...far!.values!]).toEqual([Infinity, 1e-300]);
  expect([...one!.values!]).toEqual([2]);
});

test("what is no frame is refused", () => {
  expect(() => decodeFrame(new ArrayBuffer(4))).toThrow(RangeError);
  expect(() => decodeFrame(new TextEncoder().encode("<html>error</html>").buffer as ArrayBuffer)).toThrow(/no frame/);
  expect(() => decodeFrame(sent().slice(0, -8))).toThrow(RangeError);
});
