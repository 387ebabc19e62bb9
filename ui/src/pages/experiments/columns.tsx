/** The columns of the table of experiments. */

import type { ComponentChildren } from "preact";
import { IconButton } from "../../components/Button";
import type { Column } from "../../components/ListTable";
import { Checkbox } from "../../components/fields";
import { Icon } from "../../components/icons";
import { Sparkline } from "../../components/Sparkline";
import { StatusDot } from "../../components/StatusDot";
import { Tag } from "../../components/Tag";
import { TimeAgo } from "../../components/TimeAgo";
import { formatCount, plural } from "../../lib/format";
import { toExperiment } from "../../lib/places";
import { isMachines, noteTag, tagOf } from "../../lib/tags";
import { type ExperimentRow, tagText } from "./tree";

interface Deeds {
  flat: boolean;
  tags: readonly string[];
  onTag: (tag: string) => void;
  onOpen: (row: ExperimentRow) => void;
  isSelected: (row: ExperimentRow) => boolean;
  onSelect: (row: ExperimentRow, on: boolean, range: boolean) => void;
  allSelected: boolean | "some";
  onSelectAll: (on: boolean) => void;
  menu: (row: ExperimentRow) => ComponentChildren;
}

/** The columns, with what their cells do. */
export function experimentColumns(deeds: Deeds): Column<ExperimentRow>[] {
  return [
    {
      id: "select",
      label: "Selected",
      width: "30px",
      head: <Checkbox hideLabel label="Select all" checked={deeds.allSelected} onChange={deeds.onSelectAll} />,
      cell: (row) => <Select row={row} deeds={deeds} />,
    },
    { id: "name", label: "Name", width: "minmax(260px, 3fr)", sort: "up", cell: (row) => <Name row={row} flat={deeds.flat} onOpen={deeds.onOpen} /> },
    { id: "tags", label: "Tags", width: "minmax(140px, 2fr)", cell: (row) => <Tags row={row} deeds={deeds} /> },
    { id: "runs", label: "Runs", width: "90px", align: "end", sort: "down", cell: (row) => <Runs row={row} /> },
    {
      id: "models",
      label: "Models",
      width: "76px",
      align: "end",
      sort: "down",
      cell: (row) => row.models > 0 && (row.facts ? <a href={toExperiment(row.facts.experiment_id, "models")}>{formatCount(row.models)}</a> : formatCount(row.models)),
    },
    { id: "days", label: "Last 30 days", width: "124px", align: "center", cell: (row) => <Days row={row} /> },
    { id: "activity", label: "Last activity", width: "120px", sort: "down", cell: (row) => <TimeAgo at={row.activity} /> },
    { id: "created", label: "Created", width: "110px", sort: "down", cell: (row) => row.facts && <TimeAgo at={row.created} /> },
    { id: "menu", label: "Menu", head: <span class="hidden-visually">Menu</span>, width: "38px", cell: deeds.menu },
  ];
}

function Select({ row, deeds }: { row: ExperimentRow; deeds: Deeds }) {
  return (
    <span
      class="experiment-select"
      onClickCapture={(event) => {
        // A tick with Shift reaches back to the one before.
        if (!event.shiftKey) return;
        event.preventDefault();
        event.stopPropagation();
        deeds.onSelect(row, true, true);
      }}
    >
      <Checkbox hideLabel label={`Select ${row.path}`} checked={deeds.isSelected(row)} onChange={(on) => deeds.onSelect(row, on, false)} />
    </span>
  );
}

function Name({ row, flat, onOpen }: { row: ExperimentRow; flat: boolean; onOpen: (row: ExperimentRow) => void }) {
  const { facts, opened } = row;
  const note = tagOf(facts?.tags, noteTag);
  return (
    <div class="experiment-row-name" style={{ "--depth": row.depth }}>
      {opened === undefined ? (
        !flat && <span class="experiment-twist" />
      ) : (
        <IconButton small icon={opened ? "down" : "right"} label={opened ? "Close" : "Open"} onClick={() => onOpen(row)} tabIndex={facts ? 0 : -1} />
      )}
      <Icon name={facts ? "flask" : opened ? "folderOpen" : "folder"} size={14} />
      {facts ? (
        <a class="cut" data-main href={toExperiment(facts.experiment_id)}>
          {row.name}
        </a>
      ) : (
        <button type="button" class="experiment-folder cut" data-main onClick={() => onOpen(row)}>
          {row.name}
        </button>
      )}
      {opened === false && <span class="quiet">{row.below}</span>}
      {note && (
        <span class="experiment-note" data-tip={note.slice(0, 400)} role="img" aria-label="Has notes">
          <Icon name="note" size={12} />
        </span>
      )}
    </div>
  );
}

function Tags({ row, deeds }: { row: ExperimentRow; deeds: Deeds }) {
  const shown = (row.facts?.tags ?? []).filter((tag) => !isMachines(tag.key));
  return (
    <>
      {shown.slice(0, 4).map((tag) => {
        const text = tagText(tag);
        return (
          <Tag
            key={tag.key}
            name={tag.key}
            value={tag.value ?? ""}
            tone={deeds.tags.includes(text) ? "accent" : "plain"}
            onClick={() => deeds.onTag(text)}
          />
        );
      })}
      {shown.length > 4 && (
        <span class="quiet" data-tip={shown.map(tagText).join("\n")}>
          +{shown.length - 4}
        </span>
      )}
    </>
  );
}

function Runs({ row }: { row: ExperimentRow }) {
  return (
    <>
      {row.running > 0 && (
        <span class="experiment-running" data-tip={`${plural(row.running, "run")} going on`}>
          <StatusDot status="RUNNING" />
          {row.running}
        </span>
      )}
      <span class={row.runs ? "" : "quiet"}>{formatCount(row.runs)}</span>
    </>
  );
}

function Days({ row }: { row: ExperimentRow }) {
  const sum = row.days.reduce((all, one) => all + one, 0);
  if (sum === 0) return null;
  const text = `${plural(sum, "run")} in the last 30 days, at most ${Math.max(...row.days)} a day`;
  return (
    <span data-tip={text}>
      <Sparkline values={row.days} label={text} />
    </span>
  );
}
