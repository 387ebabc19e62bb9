/** A run's params; those that hold JSON, or more than fits a line, open. */

import type { Param, Run } from "@schema/calls";
import { useMemo, useState } from "preact/hooks";
import { CopyButton } from "../../../components/CopyButton";
import { Dialog } from "../../../components/Dialog";
import { JsonTree } from "../../../components/JsonTree";
import { jsonOf, pythonOf } from "../data";
import { KeyTable } from "./KeyTable";

const LONG = 60;

/** The table. */
export function ParamTable({ run }: { run: Run }) {
  const [opened, setOpened] = useState<Param | null>(null);
  const rows = useMemo(() => {
    const order = new Intl.Collator(undefined, { numeric: true });
    return [...(run.data?.params ?? [])].sort((a, b) => order.compare(a.key, b.key));
  }, [run.data?.params]);
  return (
    <>
      <KeyTable
        title="Params"
        rows={rows}
        keyOf={(row) => row.key}
        textOf={(row) => row.value ?? ""}
        tracks="minmax(120px, 1fr) minmax(120px, 2fr) 30px"
        empty="This run has logged no params."
        columns={[
          {
            title: "Param",
            cell: (row) => (
              <span class="cut" data-tip={row.key}>
                {row.key}
              </span>
            ),
          },
          { title: "Value", cell: (row) => <ParamValue param={row} open={setOpened} /> },
          { title: "Copy", hidden: true, cell: (row) => <CopyButton text={row.value ?? ""} label={`Copy the value of ${row.key}`} /> },
        ]}
      />
      {opened && <WholeValue param={opened} close={() => setOpened(null)} />}
    </>
  );
}

function ParamValue({ param, open }: { param: Param; open: (param: Param) => void }) {
  const value = param.value ?? "";
  if (value === "") return <span class="quiet">empty</span>;
  if (value.length < LONG && !/^\s*[[{(]/.test(value) && !value.includes("\n")) return <span class="cut mono">{value}</span>;
  return (
    <button type="button" class="value-button cut mono" onClick={() => open(param)}>
      <span class="hidden-visually">Show the whole value: </span>
      {value.slice(0, 200)}
    </button>
  );
}

/** A value that does not fit a line: JSON and Python literals as a tree, others as they are. */
export function WholeValue({ param, close }: { param: { key: string; value?: string }; close: () => void }) {
  const text = param.value ?? "";
  const value = useMemo(() => jsonOf(text) ?? pythonOf(text), [text]);
  return (
    <Dialog title={param.key} onClose={close} wide actions={<CopyButton text={text} label="Copy the value" words="Copy" />}>
      {value ? (
        <JsonTree value={value} label={param.key} fit depth={3} />
      ) : (
        <pre class="whole-value" tabIndex={0}>
          {text}
        </pre>
      )}
    </Dialog>
  );
}
