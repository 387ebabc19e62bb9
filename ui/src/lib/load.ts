/** Loading data for a component: what is loading, what failed, what came; stale requests are given up. */

import { type ReadonlySignal, signal, untracked } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { CallError } from "../api/call";

/** Data on its way to a component. */
export interface Load<T> {
  /** What came last; undefined until something did. */
  data: ReadonlySignal<T | undefined>;
  /** Why it could not be loaded; null when nothing failed. */
  error: ReadonlySignal<unknown>;
  loading: ReadonlySignal<boolean>;
  /** Load it again; what is shown stays until the answer is there. */
  reload: () => void;
  /** Put something in place of the data, e.g. what an edit will make of it. */
  set: (data: T) => void;
}

/** How data are fetched; what is there already needs no promise. */
export type Fetch<T> = (signal: AbortSignal) => T | Promise<T>;

/** A source of data that can be asked again, without a component. */
export class Loader<T> implements Load<T> {
  readonly data = signal<T | undefined>(undefined);
  readonly error = signal<unknown>(null);
  readonly loading = signal(true);
  #fetch: Fetch<T> = () => new Promise(() => {});
  #asked: AbortController | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;

  /** Ask another source; `keep` shows the data of the one before until the answer is there. */
  from(fetch: Fetch<T>, keep: boolean): void {
    this.#fetch = fetch;
    if (!keep) {
      this.data.value = undefined;
      this.error.value = null;
    }
    this.reload();
  }

  reload = (): void => {
    this.stop();
    const asked = new AbortController();
    this.#asked = asked;
    this.loading.value = true;
    const came = (data: T) => {
      if (asked.signal.aborted) return;
      this.data.value = data;
      this.error.value = null;
      this.loading.value = false;
    };
    const answer = this.#fetch(asked.signal);
    if (!(answer instanceof Promise)) {
      came(answer);
      return;
    }
    answer.then(
      came,
      (error: unknown) => {
        if (asked.signal.aborted) return;
        this.error.value = error;
        this.loading.value = false;
        // A server that went away comes back without anybody pressing a button.
        if (error instanceof CallError && error.passing) this.#again = setTimeout(this.reload, 3000);
      },
    );
  };

  set = (data: T): void => {
    this.data.value = data;
  };

  /** Give up what is on its way. */
  stop(): void {
    clearTimeout(this.#again);
    this.#asked?.abort();
    this.#asked = null;
  }
}

/** Load data when the component is first shown and whenever `deps` change.
 *
 * With other `deps` the old data vanish at once, unless `keep` is set: then they stay until the new ones are there.
 */
export function useLoad<T>(
  fetch: Fetch<T>,
  deps: readonly unknown[],
  { keep = false }: { keep?: boolean } = {},
): Load<T> {
  const latest = useRef(fetch);
  latest.current = fetch;
  const begun = useRef(false);
  // The first request is made while drawing: what is there already is drawn at once.
  const loader = useMemo(() => {
    const made = new Loader<T>();
    untracked(() => made.from((given) => latest.current(given), keep));
    begun.current = true;
    return made;
  }, []);
  useLayoutEffect(() => {
    if (begun.current) begun.current = false;
    else loader.from((given) => latest.current(given), keep);
    return () => loader.stop();
  }, deps as unknown[]);
  return loader;
}
