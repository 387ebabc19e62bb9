/** Notes of an experiment, a run or a model: read here, edited in a dialog. */

import { askText } from "./ask";
import { Button } from "./Button";
import { Markdown } from "./Markdown";
import "./notes.css";

/** Ask for new notes; null when they stay. */
export function askNotes(of: string, text: string): Promise<string | null> {
  return askText({
    title: `Notes of ${of}`,
    label: "Markdown",
    action: "Save",
    value: text,
    long: true,
    mono: true,
  });
}

/** The notes, or a button to write some. */
export function Notes({ of, text, onSave }: { of: string; text: string; onSave?: (text: string) => void }) {
  const edit = async () => {
    const wanted = await askNotes(of, text);
    if (wanted !== null && wanted !== text) onSave?.(wanted);
  };
  return (
    <div class="notes">
      {text ? <Markdown text={text} /> : <p class="quiet">None yet.</p>}
      {onSave && (
        <Button small icon="edit" onClick={() => void edit()}>
          {text ? "Edit" : "Write notes"}
        </Button>
      )}
    </div>
  );
}
