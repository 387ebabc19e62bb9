/** The three faces of data that is loaded: not there yet, failed, there. */

import type { ComponentChildren } from "preact";
import type { Load } from "../lib/load";
import { Failure } from "./Failure";
import "./loaded.css";

interface LoadedProps<T> {
  load: Load<T>;
  /** What failed, when it did: "The experiment 7 could not be loaded." */
  what?: string;
  children: (data: T) => ComponentChildren;
  /** What stands there while nothing has come. */
  waiting?: ComponentChildren;
  /** It is the whole page that is loaded: a failure is the page's heading then. */
  page?: boolean;
}

/** Draw `children` with the data once they are there. Data that are there stay in sight when a reload fails. */
export function Loaded<T>({ load, what, children, waiting = <Loading />, page = false }: LoadedProps<T>) {
  const data = load.data.value;
  const error = load.error.value;
  if (data !== undefined) return <>{children(data)}</>;
  if (error) return <Failure error={error} retry={load.reload} page={page} {...(what ? { what } : {})} />;
  return <>{waiting}</>;
}

/** A quiet sign that something is on its way; it shows only after a moment, so that quick answers do not flicker. */
export function Loading({ text = "Loading…" }: { text?: string }) {
  return (
    <p class="loading" role="status">
      {text}
    </p>
  );
}
