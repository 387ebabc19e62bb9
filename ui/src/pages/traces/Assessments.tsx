/** What people, judges and code made of a trace. */

import { useState } from "preact/hooks";
import { Button, IconButton } from "../../components/Button";
import { Choice, TextInput } from "../../components/fields";
import { Tag } from "../../components/Tag";
import { TimeAgo } from "../../components/TimeAgo";
import { perform } from "../../lib/actions";
import { formatNumber } from "../../lib/format";
import type { Assessment } from "./model";
import { addAssessment, changeAssessment, deleteAssessment, type Saying } from "./source";

const GOOD = new Set(["true", "yes", "pass", "good", "correct"]);
const BAD = new Set(["false", "no", "fail", "bad", "incorrect"]);

function toneOf(one: Assessment): "good" | "bad" | "plain" {
  if (one.error) return "bad";
  const word = String(one.value).toLowerCase();
  return one.kind === "expectation" ? "plain" : GOOD.has(word) ? "good" : BAD.has(word) ? "bad" : "plain";
}

function shown(value: unknown): string {
  if (typeof value === "number") return formatNumber(value);
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

/** An assessment as a small label. */
export function AssessmentTag({ one }: { one: Assessment }) {
  return <Tag tone={toneOf(one)} name={one.name} value={one.error ? "failed" : shown(one.value)} tip={one.rationale || one.error || `${one.name}: ${shown(one.value)}`} />;
}

interface AssessmentsProps {
  trace: string;
  /** The span that new ones are about; "" for the whole trace. */
  span: string;
  all: readonly Assessment[];
  reload: () => void;
}

/** All assessments with their reasons, to be added, changed and removed. */
export function Assessments({ trace, span, all, reload }: AssessmentsProps) {
  const [edited, setEdited] = useState<Assessment | "new" | null>(null);
  // By id: what is fetched anew while somebody writes are other objects, and must not take the form away.
  const editedId = edited === null || edited === "new" ? null : edited.id;
  const close = () => setEdited(null);
  const save = async (saying: Saying) => {
    const before = edited;
    if (before === null) return;
    if (await (before === "new" ? added(trace, saying, reload) : changed(trace, before, saying, reload))) close();
  };
  return (
    <>
      <ul class="assessments">
        {all.map((one) =>
          one.id === editedId ? (
            <li key={one.id}>
              <AssessmentForm one={one} span={one.span} onSave={(saying) => void save(saying)} onCancel={close} />
            </li>
          ) : (
            <li key={one.id}>
              <div>
                <AssessmentTag one={one} />
                <span class="quiet">
                  {one.kind === "expectation" ? "expected" : "feedback"} by {one.source || "an unknown source"}
                  {one.sourceKind && ` (${one.sourceKind.toLowerCase().replaceAll("_", " ")})`}
                  {one.time !== null && (
                    <>
                      , <TimeAgo at={one.time} />
                    </>
                  )}
                </span>
                <span class="toolbar-space" />
                <IconButton small icon="edit" label={`Change ${one.name}`} onClick={() => setEdited(one)} />
                <IconButton small icon="close" label={`Delete ${one.name}`} onClick={() => void removed(trace, one, reload)} />
              </div>
              {(one.rationale || one.error) && <p>{one.rationale || one.error}</p>}
            </li>
          ),
        )}
      </ul>
      {edited === "new" ? (
        <AssessmentForm span={span} onSave={(saying) => void save(saying)} onCancel={close} />
      ) : (
        <Button small icon="plus" onClick={() => setEdited("new")}>
          Add feedback
        </Button>
      )}
    </>
  );
}

function sayingOf(one: Assessment): Saying {
  return { name: one.name, kind: one.kind, value: one.value, rationale: one.rationale, span: one.span };
}

function added(trace: string, saying: Saying, reload: () => void): Promise<boolean> {
  let id = "";
  return perform({
    done: `Added “${saying.name}”`,
    run: async () => {
      id = await addAssessment(trace, saying);
      reload();
    },
    undo: () => deleteAssessment(trace, id).then(reload),
  });
}

function changed(trace: string, before: Assessment, saying: Saying, reload: () => void): Promise<boolean> {
  return perform({
    done: `Changed “${saying.name}”`,
    run: () => changeAssessment(trace, before.id, saying).then(reload),
    undo: () => changeAssessment(trace, before.id, sayingOf(before)).then(reload),
  });
}

function removed(trace: string, one: Assessment, reload: () => void): Promise<boolean> {
  let { id } = one;
  return perform({
    done: `Deleted “${one.name}”`,
    run: () => deleteAssessment(trace, id).then(reload),
    undo: async () => {
      id = await addAssessment(trace, sayingOf(one));
      reload();
    },
  });
}

/** What somebody typed, as the value that it spells: numbers, true and false are no texts. */
export function typedValue(text: string): unknown {
  const bare = text.trim();
  if (bare === "true" || bare === "false") return bare === "true";
  return bare !== "" && Number.isFinite(Number(bare)) ? Number(bare) : text;
}

interface FormProps {
  one?: Assessment;
  span: string;
  onSave: (saying: Saying) => void;
  onCancel: () => void;
}

function AssessmentForm({ one, span, onSave, onCancel }: FormProps) {
  const [kind, setKind] = useState<Saying["kind"]>(one?.kind ?? "feedback");
  const [name, setName] = useState(one?.name ?? "");
  const [value, setValue] = useState(one ? shown(one.value) : "");
  const [rationale, setRationale] = useState(one?.rationale ?? "");
  const ready = name.trim() !== "" && value.trim() !== "";
  // What was no text and is not touched stays what it was.
  const meant = one && value === shown(one.value) ? one.value : typedValue(value);
  return (
    <form
      class="assessment-form"
      aria-label={one ? `Change ${one.name}` : "New feedback"}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onSave({ name: name.trim(), kind, value: meant, rationale, span });
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onCancel();
      }}
    >
      {!one && (
        <Choice
          label="Kind"
          value={kind}
          onChange={setKind}
          options={[
            { value: "feedback", label: "Feedback" },
            { value: "expectation", label: "Expectation" },
          ]}
        />
      )}
      <TextInput label="Name" value={name} onInput={setName} autocomplete="off" placeholder="correct" />
      <TextInput label="Value" value={value} onInput={setValue} autocomplete="off" placeholder="true, 0.8, a text" />
      <TextInput label="Reason" value={rationale} onInput={setRationale} autocomplete="off" />
      <div class="form-buttons">
        <Button small type="submit" kind="primary" disabled={!ready}>
          Save
        </Button>
        <Button small onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
