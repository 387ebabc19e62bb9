/** A CSV or TSV file as a table. */

import { Loaded } from "../../../../components/Loaded";
import { sheet } from "../csv";
import type { ViewProps } from "../Preview";
import { LoggedTable } from "./JsonView";
import { asText, useFile } from "./useFile";

/** The table. */
export function SheetView({ owner, file }: ViewProps) {
  const load = useFile(owner, file, (bytes) => sheet(asText(bytes), file.path));
  return (
    <Loaded load={load} what="The file could not be read.">
      {({ head, rows }) => <LoggedTable head={head} rows={rows} label={file.path} />}
    </Loaded>
  );
}
