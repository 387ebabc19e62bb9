/** A numpy file: its shape and type, and its first values. */

import { ValueTable } from "../../../../components/ValueTable";
import { KeyValues } from "../../../../components/KeyValues";
import { Loaded } from "../../../../components/Loaded";
import { formatNumber } from "../../../../lib/format";
import { useLoad } from "../../../../lib/load";
import { type NpyHeader, readNpyHeader, readNpyValues, sizeOf } from "../npy";
import type { ViewProps } from "../Preview";
import { ownerId, readPart } from "../source";

const READ = 1 << 20;
const MOST_VALUES = 200_000;

interface Opened {
  header: NpyHeader;
  values: (number | string)[] | null;
}

/** The array. */
export function NpyView({ owner, file }: ViewProps) {
  const load = useLoad(
    async (signal): Promise<Opened> => {
      const { bytes } = await readPart(owner, file.path, 0, READ, signal);
      const header = readNpyHeader(bytes);
      return { header, values: readNpyValues(bytes, header, MOST_VALUES) };
    },
    [ownerId(owner), file.path],
  );
  return (
    <Loaded load={load} what="The file could not be read.">
      {(opened) => <Values opened={opened} label={file.path} />}
    </Loaded>
  );
}

function Values({ opened, label }: { opened: Opened; label: string }) {
  const { header, values } = opened;
  const { shape } = header;
  const all = sizeOf(shape);
  const wide = header.fortran || shape.length < 2 ? 1 : Math.min(shape[shape.length - 1] ?? 1, 2000);
  const rows = values && wide > 0 ? Math.floor(values.length / wide) : 0;
  const numbers = (values ?? []).filter((value): value is number => typeof value === "number" && Number.isFinite(value));
  const least = numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return (
    <div class="npy-view">
      <KeyValues
        items={[
          ["Shape", <span class="mono">({shape.join(", ")})</span>],
          ["Type", <span class="mono">{header.descr}</span>],
          ["Values", all.toLocaleString("en-US")],
          ["Order", header.fortran ? "Fortran (first index runs fastest)" : "C (last index runs fastest)"],
          numbers.length > 0 ? ["Range", `${formatNumber(least)} to ${formatNumber(most)}${values && values.length < all ? " in the first values" : ""}`] : ["Range", null],
        ]}
      />
      {values === null ? (
        <p class="view-note">Values of this type cannot be shown here.</p>
      ) : (
        <>
          {values.length < all && (
            <p class="view-note">
              The first {values.length.toLocaleString("en-US")} of {all.toLocaleString("en-US")} values.
            </p>
          )}
          <ValueTable label={label} head={Array.from({ length: wide }, (_, index) => (wide === 1 ? "value" : String(index)))} rows={rows} cell={(row, column) => values[row * wide + column]} />
        </>
      )}
    </div>
  );
}
