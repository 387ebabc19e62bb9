/** A Parquet file as a table: only the rows in view are read, by ranges. */

import type { AsyncBuffer, Compressors, FileMetaData } from "hyparquet";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ValueTable } from "../../../../components/ValueTable";
import { Failure } from "../../../../components/Failure";
import { Loaded } from "../../../../components/Loaded";
import { formatBytes, plural } from "../../../../lib/format";
import { useLoad } from "../../../../lib/load";
import type { ViewProps } from "../Preview";
import { type Owner, ownerId, readAll, readPart } from "../source";

const BLOCK = 500;
/** Tables of up to so many cells are read whole, so that they can be sorted. */
const WHOLE_CELLS = 1_500_000;
const WHOLE_BYTES = 20e6;

interface Opened {
  file: AsyncBuffer;
  metadata: FileMetaData;
  head: string[];
  rows: number;
  codecs: string[];
  compressors: Compressors;
}

/** What unpacks columns that are packed with anything but Snappy; it comes when a file needs it. */
async function unpackers(codecs: readonly string[]): Promise<Compressors> {
  if (codecs.every((codec) => codec === "UNCOMPRESSED" || codec === "SNAPPY")) return {};
  // One by one: the package's own list has a Snappy in WebAssembly, which this page's policy does not let run.
  const { decompressBrotli, decompressGzip, decompressLz4, decompressLz4Raw, decompressZstd } = await import("hyparquet-compressors");
  return {
    GZIP: decompressGzip,
    BROTLI: decompressBrotli,
    ZSTD: (input) => decompressZstd(input),
    LZ4: decompressLz4,
    LZ4_RAW: decompressLz4Raw,
  };
}

async function open(owner: Owner, path: string, size: number, signal: AbortSignal): Promise<Opened> {
  const { parquetMetadataAsync } = await import("hyparquet");
  const file = size <= WHOLE_BYTES ? inMemory(await readAll(owner, path, signal)) : byRanges(owner, path, size);
  const metadata = await parquetMetadataAsync(file);
  const columns = metadata.row_groups[0]?.columns ?? [];
  const codecs = [...new Set(columns.map((column) => column.meta_data?.codec ?? "UNCOMPRESSED"))];
  return {
    file,
    metadata,
    head: topColumns(metadata),
    rows: Number(metadata.num_rows),
    codecs,
    compressors: await unpackers(codecs),
  };
}

function inMemory(bytes: Uint8Array): AsyncBuffer {
  const buffer = bytes.buffer as ArrayBuffer;
  return { byteLength: buffer.byteLength, slice: (start, end) => buffer.slice(start, end) };
}

function byRanges(owner: Owner, path: string, size: number): AsyncBuffer {
  return {
    byteLength: size,
    slice: async (start, end = size) => {
      const from = start < 0 ? size + start : start;
      const { bytes } = await readPart(owner, path, from, end);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    },
  };
}

/** The columns at the top of the schema, each with all that is nested in it. */
function topColumns(metadata: FileMetaData): string[] {
  const names: string[] = [];
  const { schema } = metadata;
  let at = 1;
  const skip = (): void => {
    const children = schema[at]?.num_children ?? 0;
    at++;
    for (let child = 0; child < children; child++) skip();
  };
  for (let column = 0; column < (schema[0]?.num_children ?? 0); column++) {
    names.push(schema[at]?.name ?? "");
    skip();
  }
  return names;
}

/** The table. */
export function ParquetView({ owner, file }: ViewProps) {
  const size = file.file_size ?? 0;
  const load = useLoad((signal) => open(owner, file.path, size, signal), [ownerId(owner), file.path, size]);
  return (
    <Loaded load={load} what="The file could not be read as Parquet.">
      {(opened) => <Table opened={opened} label={file.path} size={size} />}
    </Loaded>
  );
}

function Table({ opened, label, size }: { opened: Opened; label: string; size: number }) {
  const blocks = useRef(new Map<number, unknown[][] | null>());
  const [stamp, setStamp] = useState(0);
  const [failed, setFailed] = useState<unknown>(null);
  const whole = opened.rows * opened.head.length <= WHOLE_CELLS && size <= WHOLE_BYTES;
  const read = async (from: number, to: number) => {
    for (let block = Math.floor(from / BLOCK); block * BLOCK < to; block++) {
      if (blocks.current.has(block)) continue;
      blocks.current.set(block, null);
      try {
        const { parquetReadObjects } = await import("hyparquet");
        const objects = await parquetReadObjects({ file: opened.file, metadata: opened.metadata, compressors: opened.compressors, rowStart: block * BLOCK, rowEnd: Math.min(opened.rows, (block + 1) * BLOCK), useOffsetIndex: true });
        blocks.current.set(block, objects.map((object) => opened.head.map((name) => object[name] as unknown)));
        setStamp((count) => count + 1);
      } catch (error) {
        blocks.current.delete(block);
        setFailed(error);
        return;
      }
    }
  };
  const all = useMemo(() => ({ rows: null as unknown[][] | null }), [opened]);
  useEffect(() => {
    if (!whole) return;
    let wanted = true;
    import("hyparquet")
      .then(({ parquetReadObjects }) => parquetReadObjects({ file: opened.file, metadata: opened.metadata, compressors: opened.compressors }))
      .then(
        (objects) => {
          if (!wanted) return;
          all.rows = objects.map((object) => opened.head.map((name) => object[name] as unknown));
          setStamp((count) => count + 1);
        },
        (error: unknown) => wanted && setFailed(error),
      );
    return () => {
      wanted = false;
    };
  }, [opened]);
  if (failed) return <Failure error={failed} what="The rows of this file could not be read." />;
  return (
    <div class="table-view">
      <div class="table-tools">
        <span class="quiet">
          {plural(opened.rows, "row")} × {plural(opened.head.length, "column")} · {plural(opened.metadata.row_groups.length, "row group")} · {opened.codecs.join(", ").toLowerCase()} · {formatBytes(size)}
          {!whole && " · rows are read as they come into view, so this table cannot be sorted here"}
        </span>
      </div>
      <ValueTable
        key={whole ? String(all.rows !== null) : "parts"}
        label={label}
        head={opened.head}
        rows={opened.rows}
        stamp={stamp}
        sortable={whole}
        cell={(row, column) => (whole ? all.rows?.[row]?.[column] : blocks.current.get(Math.floor(row / BLOCK))?.[row % BLOCK]?.[column])}
        {...(whole ? {} : { onWindow: (from: number, to: number) => void read(from, to) })}
      />
    </div>
  );
}
