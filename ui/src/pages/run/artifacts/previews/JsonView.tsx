/** A JSON file as a tree; a logged table as a table. */

import { useState } from "preact/hooks";
import { ValueTable } from "../../../../components/ValueTable";
import { JsonTree } from "../../../../components/JsonTree";
import { SearchInput } from "../../../../components/fields";
import { Loaded } from "../../../../components/Loaded";
import { asLoggedTable, parseJson } from "../../../../lib/jsonRows";
import { plural } from "../../../../lib/format";
import type { ViewProps } from "../Preview";
import { TextView } from "./TextView";
import { asText, useFile } from "./useFile";

type Content = { table: { head: string[]; rows: unknown[][] } } | { value: unknown } | { broken: string };

function contentOf(bytes: Uint8Array): Content {
  try {
    const value = parseJson(asText(bytes));
    const table = asLoggedTable(value);
    return table ? { table } : { value };
  } catch (error) {
    return { broken: error instanceof Error ? error.message : String(error) };
  }
}

/** The tree or the table; text that is no JSON is shown as text, with what is wrong with it. */
export function JsonView(props: ViewProps) {
  const { owner, file } = props;
  const load = useFile(owner, file, contentOf);
  return (
    <Loaded load={load} what="The file could not be read.">
      {(content) => {
        if ("broken" in content) {
          return (
            <div class="with-note">
              <p class="view-note">This is no valid JSON: {content.broken}</p>
              <TextView {...props} />
            </div>
          );
        }
        if ("table" in content) return <LoggedTable head={content.table.head} rows={content.table.rows} label={file.path} />;
        return <JsonTree value={content.value} label={file.path} search />;
      }}
    </Loaded>
  );
}

/** Rows that are all there, with a search. */
export function LoggedTable({ head, rows, label }: { head: string[]; rows: readonly (readonly unknown[])[]; label: string }) {
  const [wanted, setWanted] = useState("");
  return (
    <div class="table-view">
      <div class="table-tools">
        <SearchInput label="Search the cells" value={wanted} onInput={setWanted} />
        <span class="quiet">
          {plural(rows.length, "row")} × {plural(head.length, "column")}
        </span>
      </div>
      <ValueTable label={label} head={head} rows={rows.length} cell={(row, column) => rows[row]?.[column]} wanted={wanted} />
    </div>
  );
}
