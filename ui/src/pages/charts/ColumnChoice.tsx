/** The choice of an added chart's columns, behind a button: one field for each part of the chart. */

import { useSignal } from "@preact/signals";
import type { ColumnFacts } from "@schema/calls";
import { Button, IconButton } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Checkbox, SearchInput, Select } from "../../components/fields";
import { keyOf } from "./data";
import type { AddedKind } from "./state";

const parts: Record<AddedKind, { label: string; only?: "metrics"; may?: boolean }[]> = {
  scatter: [{ label: "X axis" }, { label: "Y axis" }, { label: "Colour", may: true }],
  bar: [{ label: "Metric", only: "metrics" }],
  box: [{ label: "Metric", only: "metrics" }, { label: "Grouped by", may: true }],
  heat: [{ label: "X axis" }, { label: "Y axis" }, { label: "Colour: mean of", only: "metrics" }],
  importance: [{ label: "For the metric", only: "metrics" }],
  parallel: [],
};

interface ColumnChoiceProps {
  kind: AddedKind;
  columns: readonly string[];
  facts: readonly ColumnFacts[];
  onChange: (columns: string[]) => void;
}

const MOST = 500;

/** The button and its dialog. */
export function ColumnChoice({ kind, columns, facts, onChange }: ColumnChoiceProps) {
  const open = useSignal(false);
  return (
    <>
      <IconButton small icon="settings" label="Choose columns" onClick={() => (open.value = true)} />
      {open.value && (
        <ChoiceDialog
          {...{ kind, columns, facts }}
          onClose={() => (open.value = false)}
          onChange={(next) => {
            open.value = false;
            onChange(next);
          }}
        />
      )}
    </>
  );
}

function ChoiceDialog({ kind, columns, facts, onChange, onClose }: ColumnChoiceProps & { onClose: () => void }) {
  const chosen = useSignal<string[]>([...columns]);
  const names = facts.map((fact) => fact.name).filter((name) => !name.startsWith("tags.mlflow."));
  const apply = () => onChange(chosen.value);
  return (
    <Dialog
      title="Columns of the chart"
      onClose={onClose}
      onSubmit={apply}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit">
            Apply
          </Button>
        </>
      }
    >
      {kind === "parallel" ? (
        <ManyColumns names={names} chosen={chosen.value} onChange={(next) => (chosen.value = next)} />
      ) : (
        parts[kind].map((part, i) => {
          const fitting = names.filter((name) => !part.only || name.startsWith(`${part.only}.`)).slice(0, MOST);
          const value = chosen.value[i] ?? "";
          return (
            <Select
              key={part.label}
              label={part.label}
              value={value}
              options={[
                ...(part.may || !value ? [{ value: "", label: part.may ? "None" : "Choose…" }] : []),
                ...(value && !fitting.includes(value) ? [value] : []),
                ...fitting,
              ].map((option) => (typeof option === "string" ? { value: option, label: labelOf(option) } : option))}
              onChange={(name) => {
                const next = parts[kind].map((_, j) => chosen.value[j] ?? "");
                next[i] = name;
                chosen.value = next;
              }}
            />
          );
        })
      )}
    </Dialog>
  );
}

function ManyColumns({ names, chosen, onChange }: { names: readonly string[]; chosen: readonly string[]; onChange: (columns: string[]) => void }) {
  const text = useSignal("");
  const found = names.filter((name) => name.toLowerCase().includes(text.value.toLowerCase()));
  const shown = [...chosen, ...found.filter((name) => !chosen.includes(name))].slice(0, 60);
  return (
    <>
      <SearchInput label="Find columns" value={text.value} onInput={(value) => (text.value = value)} />
      <p class="quiet">Axes stand in the order in which they are chosen; the last one gives the lines their colours.</p>
      <div class="column-choices">
        {shown.map((name) => (
          <Checkbox
            key={name}
            label={labelOf(name)}
            checked={chosen.includes(name)}
            disabled={!chosen.includes(name) && chosen.length >= 20}
            onChange={(on) => onChange(on ? [...chosen, name] : chosen.filter((one) => one !== name))}
          />
        ))}
      </div>
      {found.length > 60 && <p class="quiet">{(found.length - 60).toLocaleString("en-US")} more: type a part of the name.</p>}
    </>
  );
}

function labelOf(column: string): string {
  const kind = column.slice(0, column.indexOf("."));
  return `${keyOf(column)} (${kind.replace(/s$/, "")})`;
}
