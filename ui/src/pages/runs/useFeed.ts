/** Following the feed of changes: changed rows are fetched, the rest only where rows may have come, gone or moved. */

import { useRef } from "preact/hooks";
import { useLive, useThrottled } from "../../lib/live";
import type { Table } from "./useTable";

/** The order and the number of rows are looked at again at most once in so long. */
const ROWS_MS = 2500;
/** The same for charts, which read series. */
const CHARTS_MS = 4000;
/** The same for what columns hold, which costs more. */
const COLUMNS_MS = { few: 3000, many: 12_000 };
/** From so many runs on they are many. */
const MANY = 2000;

/** Keep a table as the server has it. */
export function useFeed(table: Table): void {
  const latest = useRef(table);
  latest.current = table;
  const rows = useThrottled(() => latest.current.reorder(), ROWS_MS);
  const columns = useThrottled(() => latest.current.recount(), (table.rows.size.peek()?.matches ?? 0) < MANY ? COLUMNS_MS.few : COLUMNS_MS.many);
  const charts = useThrottled(() => latest.current.touch(), CHARTS_MS);
  useLive(
    table.ids,
    (change) => {
      const now = latest.current;
      if (change.all) {
        rows();
        columns();
        charts();
        return;
      }
      const ids = change.runs.map((one) => one.run_id);
      if (ids.length === 0) return;
      columns();
      charts();
      if (now.groups) return rows();
      now.rows.refetch(ids).then(
        (others) => {
          if (others || now.filter || now.state.sorts.length > 0) rows();
        },
        () => rows(),
      );
    },
  );
}
