/** Choosing what rows are grouped by. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button } from "../../components/Button";
import { Checkbox, SearchInput } from "../../components/fields";
import { kindOf, labelOf } from "./columns";
import { PopoverButton } from "./PopoverButton";
import type { Table } from "./useTable";
import { VirtualList } from "./VirtualList";

/** Attributes that runs can be grouped by. */
const ATTRIBUTES = ["attributes.status", "attributes.user_id", "attributes.experiment_id"];

/** At most so many columns, as the server has it. */
const MOST = 8;

/** The button with the list behind it. */
export function GroupChooser({ table }: { table: Table }) {
  const { groupBy } = table.state;
  return (
    <PopoverButton icon="layers" label={groupBy.length ? `Group · ${groupBy.length}` : "Group"} title="Group runs by params and tags">
      {() => <Chooser table={table} />}
    </PopoverButton>
  );
}

function Chooser({ table }: { table: Table }) {
  const text = useSignal("");
  const { groupBy } = table.state;
  const { change } = table;
  useEffect(table.findAll, []);
  const useful = table.allFacts
    .filter((one) => kindOf(one.name) !== "metrics" && (!one.name.startsWith("tags.mlflow.") || one.name === "tags.mlflow.parentRunId"))
    .map((one) => one.name);
  const ids = [...groupBy, ...[...useful, ...ATTRIBUTES].filter((id) => !groupBy.includes(id))];
  const found = ids.filter((id) => id.toLowerCase().includes(text.value.trim().toLowerCase()));
  const facts = new Map(table.allFacts.map((one) => [one.name, one]));
  return (
    <div class="chooser">
      <SearchInput
        label="Find a param or tag"
        value={text.value}
        onInput={(value) => {
          text.value = value;
        }}
      />
      <VirtualList items={found} height={Math.min(360, innerHeight - 220)} label="Params and tags">
        {(id) => (
          <div class="chooser-item">
            <Checkbox
              label={labelOf(id)}
              checked={groupBy.includes(id)}
              disabled={!groupBy.includes(id) && groupBy.length >= MOST}
              onChange={(on) => change({ groupBy: on ? [...groupBy, id] : groupBy.filter((one) => one !== id) })}
            />
            <span class="quiet">{valuesOf(facts.get(id)?.distinct)}</span>
          </div>
        )}
      </VirtualList>
      <div class="chooser-foot">
        <span class="spring" />
        <Button small disabled={groupBy.length === 0} onClick={() => change({ groupBy: [] })}>
          Do not group
        </Button>
      </div>
    </div>
  );
}

function valuesOf(distinct: number | undefined): string {
  if (!distinct) return "";
  return distinct === 1 ? "1 value" : `${distinct >= 1000 ? "1,000+" : distinct} values`;
}
