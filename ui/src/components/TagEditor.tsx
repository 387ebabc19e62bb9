/** The tags of something, to be read, added, changed and removed in place. */

import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { isMachines } from "../lib/tags";
import { Button, IconButton } from "./Button";
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
  const shown = tags.filter((tag) => all || !isMachines(tag.key));
  const save = async (key: string, value: string) => {
    edited.value = null;
    await onSet?.(key, value);
  };
  return (
    <div class="tags-row">
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
      {onSet && !edited.value && (
        <IconButton
          small
          icon="plus"
          label="Add a tag"
          onClick={() => {
            edited.value = { name: "", value: "", isNew: true };
          }}
        />
      )}
      {edited.value && (
        <TagForm
          key={edited.value.name}
          {...edited.value}
          onSave={(name, value) => void save(name, value)}
          onCancel={() => {
            edited.value = null;
          }}
        />
      )}
    </div>
  );
}

interface TagFormProps {
  name: string;
  value: string;
  isNew: boolean;
  onSave: (name: string, value: string) => void;
  onCancel: () => void;
}

function TagForm({ name, value, isNew, onSave, onCancel }: TagFormProps) {
  const key = useSignal(name);
  const text = useSignal(value);
  const id = useId();
  return (
    <form
      class="tag-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (key.value.trim()) onSave(key.value.trim(), text.value);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        event.preventDefault();
        onCancel();
      }}
    >
      <label class="hidden-visually" for={`${id}-key`}>
        Key
      </label>
      <input
        id={`${id}-key`}
        class="input"
        placeholder="key"
        value={key.value}
        disabled={!isNew}
        ref={(field) => {
          if (field && isNew && document.activeElement?.closest(".tag-form") === null) field.focus();
        }}
        onInput={(event) => {
          key.value = event.currentTarget.value;
        }}
      />
      <label class="hidden-visually" for={`${id}-value`}>
        Value
      </label>
      <input
        id={`${id}-value`}
        class="input"
        placeholder="value"
        value={text.value}
        ref={(field) => {
          if (field && !isNew && document.activeElement?.closest(".tag-form") === null) field.focus();
        }}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <Button small type="submit" kind="primary" disabled={!key.value.trim()}>
        Save
      </Button>
      <IconButton small icon="close" label="Cancel" onClick={onCancel} />
    </form>
  );
}
