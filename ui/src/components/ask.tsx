/** Questions that any code may ask: is this meant, and what should it be called? Answered through a dialog. */

import { signal, useSignal } from "@preact/signals";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { TextInput } from "./fields";

/** A question that is answered with yes or no. */
export interface Question {
  title: string;
  /** What will happen, in a sentence or two. */
  text: string;
  /** The words on the button: "Delete 3 runs". */
  action: string;
  danger?: boolean;
  /** What has to be typed first, for what cannot be taken back. */
  typed?: string;
}

/** A question that is answered with a text. */
export interface TextQuestion {
  title: string;
  label: string;
  action: string;
  text?: string;
  value?: string;
  /** Several lines. */
  long?: boolean;
  mono?: boolean;
  /** What is wrong with a text; "" when it is fine. */
  check?: (value: string) => string;
  /** Do it while the dialog is open: what it throws is shown in it. */
  submit?: (value: string) => Promise<void>;
}

type Asked =
  | { kind: "confirm"; question: Question; answer: (yes: boolean) => void }
  | { kind: "text"; question: TextQuestion; answer: (text: string | null) => void };

const asked = signal<Asked | null>(null);

/** Ask whether something is meant. */
export function askWhether(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    asked.value = { kind: "confirm", question, answer: closing(resolve) };
  });
}

/** Ask for a text; null when there was no answer. */
export function askText(question: TextQuestion): Promise<string | null> {
  return new Promise((resolve) => {
    asked.value = { kind: "text", question, answer: closing(resolve) };
  });
}

function closing<T>(resolve: (value: T) => void): (value: T) => void {
  return (value) => {
    asked.value = null;
    resolve(value);
  };
}

/** Where questions are shown: once, in the shell. */
export function Questions() {
  const now = asked.value;
  if (!now) return null;
  return now.kind === "confirm" ? (
    <Confirmation key={now.question.title} question={now.question} answer={now.answer} />
  ) : (
    <TextDialog key={now.question.title} question={now.question} answer={now.answer} />
  );
}

function Confirmation({ question, answer }: { question: Question; answer: (yes: boolean) => void }) {
  const typed = useSignal("");
  const meant = !question.typed || typed.value.trim() === question.typed;
  return (
    <Dialog
      title={question.title}
      onClose={() => answer(false)}
      onSubmit={() => meant && answer(true)}
      actions={
        <>
          <Button onClick={() => answer(false)}>Cancel</Button>
          <Button
            type="submit"
            kind={question.danger ? "danger" : "primary"}
            disabled={!meant}
            {...(question.typed ? {} : { "data-focus": true })}
          >
            {question.action}
          </Button>
        </>
      }
    >
      <p>{question.text}</p>
      {question.typed && (
        <TextInput
          label={`Type “${question.typed}” to confirm`}
          value={typed.value}
          onInput={(value) => {
            typed.value = value;
          }}
          autocomplete="off"
        />
      )}
    </Dialog>
  );
}

function TextDialog({ question, answer }: { question: TextQuestion; answer: (text: string | null) => void }) {
  const value = useSignal(question.value ?? "");
  const failed = useSignal("");
  const busy = useSignal(false);
  const wrong = question.check?.(value.value) ?? "";
  const submit = async () => {
    if (wrong || busy.value) return;
    busy.value = true;
    try {
      await question.submit?.(value.value);
      answer(value.value);
    } catch (error) {
      failed.value = error instanceof Error ? error.message : String(error);
      busy.value = false;
    }
  };
  return (
    <Dialog
      title={question.title}
      onClose={() => answer(null)}
      onSubmit={() => void submit()}
      wide={question.long ?? false}
      actions={
        <>
          <Button onClick={() => answer(null)}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={wrong !== "" || busy.value}>
            {question.action}
          </Button>
        </>
      }
    >
      {question.text && <p>{question.text}</p>}
      <TextInput
        label={question.label}
        value={value.value}
        long={question.long ?? false}
        mono={question.mono ?? false}
        error={failed.value || (value.value !== (question.value ?? "") ? wrong : "")}
        onInput={(text) => {
          value.value = text;
          failed.value = "";
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit();
        }}
      />
    </Dialog>
  );
}
