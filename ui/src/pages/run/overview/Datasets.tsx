/** The datasets that a run used. */

import type { DatasetInput, Run } from "@schema/calls";
import { useState } from "preact/hooks";
import { CopyButton } from "../../../components/CopyButton";
import { Dialog } from "../../../components/Dialog";
import { Icon } from "../../../components/icons";
import { KeyValues } from "../../../components/KeyValues";
import { Tag } from "../../../components/Tag";
import { fieldsOf, profileOf, sourceOf } from "../datasets";
import { KeyTable } from "./KeyTable";
import { Panel } from "./Panel";

const CONTEXT = "mlflow.data.context";

/** The list; each opens with its schema and profile. */
export function Datasets({ run }: { run: Run }) {
  const [opened, setOpened] = useState<DatasetInput | null>(null);
  const inputs = run.inputs?.dataset_inputs ?? [];
  if (inputs.length === 0) return null;
  return (
    <Panel title="Datasets" count={inputs.length}>
      <ul class="model-list">
        {inputs.map((input, index) => (
          <li key={index}>
            <Icon name="database" size={14} />
            <button type="button" class="value-button cut" onClick={() => setOpened(input)}>
              {input.dataset.name}
            </button>
            <span class="quiet mono">{input.dataset.digest}</span>
            {contextOf(input) && <Tag>{contextOf(input)}</Tag>}
            <span class="quiet dataset-size">{profileOf(input.dataset.profile).map(([name, value]) => `${value} ${name}`)[0]}</span>
          </li>
        ))}
      </ul>
      {opened && <Opened input={opened} close={() => setOpened(null)} />}
    </Panel>
  );
}

function contextOf(input: DatasetInput): string {
  return input.tags?.find((tag) => tag.key === CONTEXT)?.value ?? "";
}

function Opened({ input, close }: { input: DatasetInput; close: () => void }) {
  const { dataset } = input;
  const fields = fieldsOf(dataset.schema);
  const source = sourceOf(dataset);
  const tags = (input.tags ?? []).filter((tag) => tag.key !== CONTEXT);
  return (
    <Dialog title={dataset.name} onClose={close} wide>
      <div class="dataset">
        <KeyValues
          items={[
            ["Used for", contextOf(input) || null],
            ["Digest", <span class="mono">{dataset.digest}</span>],
            [
              "Source",
              <span class="with-copy">
                <span>{[dataset.source_type, source].filter(Boolean).join(": ")}</span>
                <CopyButton text={source || dataset.source} label="Copy the source" />
              </span>,
            ],
            ...profileOf(dataset.profile).map(([name, value]) => [name[0]?.toUpperCase() + name.slice(1), value] as const),
            ...tags.map((tag) => [tag.key, tag.value] as const),
          ]}
        />
        {fields.length > 0 ? (
          <KeyTable
            title="Schema"
            rows={fields}
            keyOf={(field) => field.name}
            textOf={(field) => field.type}
            tracks="minmax(140px, 2fr) minmax(100px, 1fr) 90px"
            empty=""
            columns={[
              { title: "Column", cell: (field) => <span class="cut">{field.name || "–"}</span> },
              { title: "Type", cell: (field) => <span class="mono">{field.type}</span> },
              { title: "Required", cell: (field) => <span class="quiet">{field.required ? "yes" : "no"}</span> },
            ]}
          />
        ) : (
          <p class="quiet">No schema was logged with this dataset.</p>
        )}
      </div>
    </Dialog>
  );
}
