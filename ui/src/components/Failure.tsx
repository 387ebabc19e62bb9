/** What is shown in place of something that could not be loaded: what failed, and a way to try again. */

import type { ComponentChildren } from "preact";
import { CallError } from "../api/call";
import { Button } from "./Button";
import { Icon } from "./icons";
import "./failure.css";

interface FailureProps {
  error: unknown;
  /** What was wanted: "The run 3f2a… could not be loaded." */
  what?: string;
  retry?: (() => void) | undefined;
  /** It stands in place of a whole page, whose heading it is. */
  page?: boolean;
  /** A way on, e.g. a link to where one can look. */
  children?: ComponentChildren;
}

/** A sentence about an error, with a button when `retry` is given. */
export function Failure({ error, what, retry, page, children }: FailureProps) {
  const missing = error instanceof CallError && error.status === 404;
  const waits = error instanceof CallError && error.passing;
  return (
    <div class={`failure ${missing || waits ? "mild" : ""}`} role="alert">
      <Icon name={missing ? "search" : "warning"} size={20} />
      <div class="failure-text">
        {what && (page ? <h1 class="failure-what">{what}</h1> : <p class="failure-what">{what}</p>)}
        <p>{error instanceof Error ? error.message : String(error)}</p>
        {waits && <p class="quiet">It is tried again by itself.</p>}
        {children}
      </div>
      {retry && !missing && (
        <Button icon="refresh" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}
