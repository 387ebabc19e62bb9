/** What runs have, key by key: runs as columns, or as rows. */

import { useSignal } from "@preact/signals";
import { exact, short } from "../../charts/numbers";
import { hovered } from "../../charts/shared";
import { Button, IconButton } from "../../components/Button";
import { Icon } from "../../components/icons";
import { href } from "../../lib/route";
import type { ChartRun } from "../charts/lines";
import { directionOf } from "../runs/directions";
import { bestOf, type CompareCell, type CompareRow, deltaOf } from "./rows";

interface CompareTableProps {
  rows: readonly CompareRow[];
  runs: readonly ChartRun[];
  experimentOf: (runId: string) => string;
  /** The index of the run that others are measured against; -1 for none. */
  baseline: number;
  onBaseline: (runId: string) => void;
  onRemove: (runId: string) => void;
  /** Runs are rows instead of columns. */
  across: boolean;
  /** How many rows are left out because all runs have the same. */
  hidden: number;
}

/** How many cells are shown before "more" is pressed. */
const CELLS = 3000;

/** The table. */
export function CompareTable(props: CompareTableProps) {
  const times = useSignal(1);
  const most = Math.max(20, Math.floor(CELLS / Math.max(1, props.runs.length))) * times.value;
  const shown = props.rows.slice(0, most);
  return (
    <>
      <div class="compare-scroll" tabIndex={0} role="region" aria-label="Comparison of runs">
        {props.across ? <RunsAsRows {...props} rows={shown} /> : <RunsAsColumns {...props} rows={shown} />}
      </div>
      <p class="compare-foot quiet">
        {props.rows.length > most && (
          <Button small onClick={() => times.value++}>
            Show more of {props.rows.length.toLocaleString("en-US")} {props.across ? "columns" : "rows"}
          </Button>
        )}
        {props.hidden > 0 && `${props.hidden.toLocaleString("en-US")} rows in which all runs are the same are hidden.`}
      </p>
    </>
  );
}

function RunsAsColumns({ rows, runs, baseline, ...rest }: CompareTableProps) {
  const sections = [...new Set(rows.map((row) => row.section))];
  return (
    <table class="compare-table">
      <thead>
        <tr>
          <th scope="col" class="compare-key">
            <span class="hidden-visually">Key</span>
          </th>
          {runs.map((run, i) => (
            <RunHead key={run.id} run={run} isBaseline={i === baseline} scope="col" {...rest} />
          ))}
        </tr>
      </thead>
      {sections.map((section) => (
        <tbody key={section}>
          <tr class="compare-section">
            <th scope="rowgroup" colSpan={runs.length + 1}>
              <span>{section}</span>
            </th>
          </tr>
          {rows
            .filter((row) => row.section === section)
            .map((row) => {
              const best = row.section === "Metrics" ? bestOf(row.cells, directionOf(row.column)) : -1;
              return (
                <tr key={`${row.column} ${row.label}`} class={row.differs ? "differs" : ""}>
                  <th scope="row" class={`compare-key ${row.part ? "part" : ""}`} title={row.label}>
                    {row.label}
                  </th>
                  {row.cells.map((cell, i) => (
                    <Cell key={runs[i]?.id} row={row} cell={cell} base={i === baseline ? undefined : row.cells[baseline]} best={i === best} />
                  ))}
                </tr>
              );
            })}
        </tbody>
      ))}
    </table>
  );
}

function RunsAsRows({ rows, runs, baseline, ...rest }: CompareTableProps) {
  const bests = rows.map((row) => (row.section === "Metrics" ? bestOf(row.cells, directionOf(row.column)) : -1));
  return (
    <table class="compare-table across">
      <thead>
        <tr>
          <th scope="col" class="compare-key">
            Run
          </th>
          {rows.map((row) => (
            <th key={`${row.column} ${row.label}`} scope="col" class={row.differs ? "differs" : ""}>
              <span class="quiet compare-kind">{row.section === "Run" ? "" : row.section.toLowerCase().replace(/s$/, "")}</span>
              {row.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {runs.map((run, i) => (
          <tr key={run.id}>
            <RunHead run={run} isBaseline={i === baseline} scope="row" {...rest} />
            {rows.map((row, j) => (
              <Cell
                key={`${row.column} ${row.label}`}
                row={row}
                cell={row.cells[i] ?? { text: null }}
                base={i === baseline ? undefined : row.cells[baseline]}
                best={i === bests[j]}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type RunHeadProps = Pick<CompareTableProps, "experimentOf" | "onBaseline" | "onRemove"> & { run: ChartRun; isBaseline: boolean; scope: "col" | "row" };

function RunHead({ run, isBaseline, scope, experimentOf, onBaseline, onRemove }: RunHeadProps) {
  return (
    <th scope={scope} class={`compare-run ${isBaseline ? "baseline" : ""}`} onMouseEnter={() => (hovered.value = run.id)} onMouseLeave={() => (hovered.value = null)}>
      <span class="compare-run-name">
        <span class="swatch" style={{ background: run.colour }} />
        <a class="cut" href={href(`/experiments/${experimentOf(run.id)}/runs/${run.id}`)} title={run.name}>
          {run.name}
        </a>
        <span class="compare-run-tools">
          <IconButton
            small
            icon="pin"
            aria-pressed={isBaseline}
            label={isBaseline ? `Do not measure against ${run.name}` : `Measure the others against ${run.name}`}
            onClick={() => onBaseline(isBaseline ? "" : run.id)}
          />
          <IconButton small icon="close" label={`Leave out ${run.name}`} onClick={() => onRemove(run.id)} />
        </span>
      </span>
      {isBaseline && <span class="compare-base">baseline</span>}
    </th>
  );
}

function Cell({ row, cell, base, best }: { row: CompareRow; cell: CompareCell; base: CompareCell | undefined; best: boolean }) {
  if (cell.text === null) return <td class="quiet">–</td>;
  if (row.section !== "Metrics") {
    const other = row.section !== "Run" && base !== undefined && base.text !== cell.text;
    return (
      <td class={other ? "other" : ""}>
        <span class={row.whole || cell.text.length >= 40 ? "compare-text long" : "compare-text"} title={cell.text.length >= 40 ? cell.text : undefined}>
          {cell.text}
        </span>
      </td>
    );
  }
  const delta = deltaOf(cell.number, base?.number);
  return (
    <td class={`number ${best ? "best" : ""}`}>
      <span class="compare-number">
        {exact(cell.number as number)}
        {best && <span class="hidden-visually"> (best)</span>}
      </span>
      {delta && <Delta delta={delta} direction={directionOf(row.column)} />}
      {cell.low !== undefined && cell.high !== undefined && (
        <span class="compare-range quiet" title="Lowest and highest value of the series">
          {short(cell.low)} … {short(cell.high)}
        </span>
      )}
    </td>
  );
}

function Delta({ delta, direction }: { delta: { value: number; percent: number | null }; direction: "up" | "down" | "none" }) {
  if (delta.value === 0) return <span class="compare-delta quiet">=</span>;
  const up = delta.value > 0;
  const good = direction === "none" ? "" : up === (direction === "up") ? "good" : "bad";
  const percent = delta.percent === null ? "" : `${percentText(Math.abs(delta.percent))} %`;
  return (
    <span class={`compare-delta ${good}`}>
      <Icon name={up ? "arrowUp" : "arrowDown"} size={11} />
      <span class="hidden-visually">{up ? "up" : "down"}</span>
      {short(Math.abs(delta.value))} {percent && `(${percent})`}
    </span>
  );
}

/** A percentage in two digits that count, or as a whole number. */
function percentText(percent: number): string {
  if (percent >= 10_000) return short(percent);
  return percent >= 10 ? String(Math.round(percent)) : String(Number(percent.toPrecision(2)));
}
