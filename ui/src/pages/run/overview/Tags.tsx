/** A run's tags: added, changed and deleted where they stand. */

import { useState } from "preact/hooks";
import { call } from "../../../api/call";
import { Button, IconButton } from "../../../components/Button";
import { EditableText } from "../../../components/EditableText";
import { useFocusOnce } from "../../../components/useFocusOnce";
import { perform } from "../../../lib/actions";
import { type Change, type Shown, withTag } from "../data";
import { Panel } from "./Panel";
import { WholeValue } from "./ParamTable";

const OWN = /^(?:mlflow|millrace)\./;
const LONG = 80;

/** The tags; those that MLflow keeps for itself are shown on wish. */
export function Tags({ shown, change }: { shown: Shown; change: Change }) {
  const [all, setAll] = useState(false);
  const [adding, setAdding] = useState(false);
  const [opened, setOpened] = useState<{ key: string; value?: string } | null>(null);
  const tags = shown.run.data?.tags ?? [];
  const own = tags.filter((tag) => OWN.test(tag.key));
  const users = tags.filter((tag) => !OWN.test(tag.key));
  const set = async (key: string, value: string | null) => {
    const run_id = shown.run.info.run_id;
    if (value === null) await call("DeleteTag", { run_id, key });
    else await call("SetTag", { run_id, key, value });
    change((now) => withTag(now, key, value));
  };
  const put = (key: string, value: string | null) => {
    const before = tags.find((tag) => tag.key === key);
    const done = value === null ? `Deleted the tag “${key}”` : before ? `Changed the tag “${key}”` : `Added the tag “${key}”`;
    return perform({ done, run: () => set(key, value), undo: () => set(key, before ? (before.value ?? "") : null) });
  };
  return (
    <Panel
      title="Tags"
      count={users.length}
      tools={
        <>
          {own.length > 0 && (
            <Button small kind="bare" aria-pressed={all} onClick={() => setAll(!all)}>
              {all ? "Hide system tags" : `${own.length} system tags`}
            </Button>
          )}
          <IconButton small icon="plus" label="Add a tag" onClick={() => setAdding(true)} />
        </>
      }
    >
      {adding && <NewTag taken={tags.map((tag) => tag.key)} put={put} close={() => setAdding(false)} />}
      {users.length === 0 && !adding && !all && <p class="quiet panel-empty">No tags yet.</p>}
      <ul class="tag-list">
        {[...users, ...(all ? own : [])].map((tag) => (
          <li key={tag.key}>
            <span class="cut tag-key" data-tip={tag.key}>
              {tag.key}
            </span>
            {OWN.test(tag.key) || (tag.value ?? "").length > LONG ? (
              <button type="button" class="value-button cut" onClick={() => setOpened(tag)}>
                <span class="hidden-visually">Show the whole value: </span>
                {tag.value || "empty"}
              </button>
            ) : (
              <EditableText label={`Value of ${tag.key}`} value={tag.value ?? ""} mayBeEmpty placeholder="empty" onSave={async (value) => void (await put(tag.key, value))} />
            )}
            {!OWN.test(tag.key) && <IconButton small icon="close" label={`Delete the tag ${tag.key}`} onClick={() => void put(tag.key, null)} />}
          </li>
        ))}
      </ul>
      {opened && <WholeValue param={opened} close={() => setOpened(null)} />}
    </Panel>
  );
}

interface NewTagProps {
  taken: string[];
  put: (key: string, value: string) => Promise<boolean>;
  close: () => void;
}

function NewTag({ taken, put, close }: NewTagProps) {
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const focus = useFocusOnce<HTMLInputElement>();
  const wrong = taken.includes(key.trim()) ? "There is a tag of this name already." : "";
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!key.trim() || wrong) return;
    if (await put(key.trim(), value)) close();
  };
  const leave = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
  };
  return (
    <form class="new-tag" onSubmit={(event) => void submit(event)} onKeyDown={leave}>
      <input class="input" aria-label="Key of the tag" aria-invalid={wrong !== ""} placeholder="Key" value={key} ref={focus} onInput={(event) => setKey(event.currentTarget.value)} />
      <input class="input" aria-label="Value of the tag" placeholder="Value" value={value} onInput={(event) => setValue(event.currentTarget.value)} />
      <Button small type="submit" kind="primary" disabled={!key.trim() || wrong !== ""}>
        Add
      </Button>
      <IconButton small icon="close" label="Add no tag" onClick={close} />
      {wrong && <p class="field-error">{wrong}</p>}
    </form>
  );
}
