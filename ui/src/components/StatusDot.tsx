/** The status of a run or a model as a dot, with its word. */

import "./status.css";

const words: Record<string, [string, string]> = {
  RUNNING: ["running", "Running"],
  SCHEDULED: ["waiting", "Scheduled"],
  FINISHED: ["good", "Finished"],
  FAILED: ["bad", "Failed"],
  KILLED: ["warn", "Killed"],
  READY: ["good", "Ready"],
  LOGGED_MODEL_READY: ["good", "Ready"],
  PENDING: ["running", "Pending"],
  LOGGED_MODEL_PENDING: ["running", "Pending"],
  PENDING_REGISTRATION: ["running", "Pending"],
  LOGGED_MODEL_UPLOAD_FAILED: ["bad", "Upload failed"],
  FAILED_REGISTRATION: ["bad", "Failed"],
};

/** What a status is called on the page. */
export function statusWord(status: string): string {
  return words[status]?.[1] ?? (status ? status[0] + status.slice(1).toLowerCase() : "Unknown");
}

/** A dot in the status's colour; with `word` the word beside it, else the word is its name. Shapes differ, too. */
export function StatusDot({ status, word = false }: { status: string; word?: boolean }) {
  const tone = words[status]?.[0] ?? "waiting";
  const text = statusWord(status);
  return (
    <span class="status" {...(word ? {} : { role: "img", "aria-label": text, "data-tip": text })}>
      <span class={`status-dot ${tone}`} aria-hidden="true" />
      {word && text}
    </span>
  );
}
