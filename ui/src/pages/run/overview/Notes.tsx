/** A run's description in Markdown, edited where it stands. */

import { useState } from "preact/hooks";
import { call } from "../../../api/call";
import { Button, IconButton } from "../../../components/Button";
import { Choice } from "../../../components/fields";
import { Markdown } from "../../../components/Markdown";
import { useFocusOnce } from "../../../components/useFocusOnce";
import { perform } from "../../../lib/actions";
import { type Change, NOTE, type Shown, tagOf, withTag } from "../data";
import { Panel } from "./Panel";

/** The notes. */
export function Notes({ shown, change }: { shown: Shown; change: Change }) {
  const text = tagOf(shown.run, NOTE);
  const [draft, setDraft] = useState<string | null>(null);
  const [view, setView] = useState<"write" | "preview">("write");
  const focus = useFocusOnce<HTMLTextAreaElement>();
  const save = async () => {
    const next = draft ?? "";
    const set = async (to: string) => {
      const run_id = shown.run.info.run_id;
      if (to) await call("SetTag", { run_id, key: NOTE, value: to });
      else await call("DeleteTag", { run_id, key: NOTE });
      change((now) => withTag(now, NOTE, to || null));
    };
    if (next === text || (await perform({ done: "Saved the notes", run: () => set(next), undo: () => set(text) }))) setDraft(null);
  };
  const begin = () => {
    setView("write");
    setDraft(text);
  };
  if (draft === null) {
    return (
      <Panel title="Notes" class="run-notes" tools={<IconButton icon="edit" label="Edit the notes" small onClick={begin} />}>
        {text ? (
          <Markdown text={text} />
        ) : (
          <button type="button" class="add-notes quiet" onClick={begin}>
            Describe this run: what was tried, what came out. Markdown works.
          </button>
        )}
      </Panel>
    );
  }
  return (
    <Panel
      title="Notes"
      class="run-notes"
      tools={
        <Choice
          label="What is shown"
          value={view}
          onChange={setView}
          options={[
            { value: "write", label: "Write" },
            { value: "preview", label: "Preview" },
          ]}
        />
      }
    >
      {view === "write" ? (
        <textarea
          class="input mono run-notes-field"
          aria-label="Notes in Markdown"
          value={draft}
          rows={Math.min(24, Math.max(8, draft.split("\n").length + 2))}
          ref={focus}
          onInput={(event) => setDraft(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
            if (event.key === "Escape" && draft === text) setDraft(null);
          }}
        />
      ) : (
        <div class="run-notes-preview">{draft ? <Markdown text={draft} /> : <p class="quiet">Nothing to show.</p>}</div>
      )}
      <div class="run-notes-actions">
        <Button small kind="primary" onClick={() => void save()}>
          Save
        </Button>
        <Button small onClick={() => setDraft(null)}>
          Cancel
        </Button>
        <span class="quiet">Ctrl+Enter saves</span>
      </div>
    </Panel>
  );
}
