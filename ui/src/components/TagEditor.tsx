/** The tags of something, to be read, added, changed and removed in place. */

import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { isMachines } from "../lib/tags";
import { Button, IconButton } from "./Button";
import { TextInput } from "./fields";
import { Popover } from "./Popover";
import { Tag } from "./Tag";
import "./tageditor.css";

interface TagEditorProps {
  tags: readonly { key: string; value?: string }[];
  /** Set a tag; undefined removes it. */
  onSet?: (key: string, value: string | undefined) => Promise<unknown> | void;
  /** Show the tags that the machinery sets, too: those of `mlflow.…`. */
  all?: boolean;
}

/** Tags that people set; those of the machinery only with `all`, and they are not edited. */
export function TagEditor({ tags, onSet, all = false }: TagEditorProps) {
  const edited = useSignal<{ name: string; value: string; isNew: boolean } | null>(null);
  const row = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const shown = tags.filter((tag) => all || !isMachines(tag.key));
  const save = async (key: string, value: string) => {
    edited.value = null;
    await onSet?.(key, value);
  };
  return (
    <div ref={row} class="tags-row">
      {shown.map((tag) =>
        onSet && !isMachines(tag.key) ? (
          <Tag
            key={tag.key}
            name={tag.key}
            value={tag.value ?? ""}
            onClick={() => {
              edited.value = { name: tag.key, value: tag.value ?? "", isNew: false };
            }}
            onRemove={() => void onSet(tag.key, undefined)}
          />
        ) : (
          <Tag key={tag.key} name={tag.key} value={tag.value ?? ""} />
        ),
      )}
      {onSet && (
        <IconButton
          small
          innerRef={button}
          aria-haspopup="dialog"
          icon="plus"
          label="Add a tag"
          onClick={() => {
            edited.value = { name: "", value: "", isNew: true };
          }}
        />
      )}
      {edited.value && (
        <Popover
          key={edited.value.name}
          anchor={(edited.value.isNew ? button.current : row.current) ?? document.body}
          role="dialog"
          label={edited.value.isNew ? "New tag" : `Tag ${edited.value.name}`}
          onClose={() => {
            edited.value = null;
          }}
        >
          <TagForm {...edited.value} onSave={(name, value) => void save(name, value)} />
        </Popover>
      )}
    </div>
  );
}

interface TagFormProps {
  name: string;
  value: string;
  isNew: boolean;
  onSave: (name: string, value: string) => void;
}

function TagForm({ name, value, isNew, onSave }: TagFormProps) {
  const key = useSignal(name);
  const text = useSignal(value);
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current?.querySelector<HTMLInputElement>(isNew ? "input" : ".field + .field input")?.select(), []);
  return (
    <form
      ref={form}
      class="tag-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (key.value.trim()) onSave(key.value.trim(), text.value);
      }}
    >
      <TextInput label="Key" value={key.value} disabled={!isNew} autocomplete="off" onInput={(typed) => (key.value = typed)} />
      <TextInput label="Value" value={text.value} autocomplete="off" onInput={(typed) => (text.value = typed)} />
      <Button type="submit" kind="primary" disabled={!key.value.trim()}>
        Save
      </Button>
    </form>
  );
}
