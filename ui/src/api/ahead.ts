/** Answers that were asked for before the part of the page that shows them was there. */

interface Ahead {
  promise: Promise<unknown>;
  at: number;
}

/** What nobody has taken after so long is not the newest any more. */
const fresh_ms = 5000;

const waiting = new Map<string, Ahead>();
const settled = new WeakMap<Promise<unknown>, { value: unknown }>();

const keyOf = (name: string, fields: unknown) => `${name} ${JSON.stringify(fields)}`;

/** Keep an answer that is on its way for the first who makes the same call. Resolves when it is there, or has failed. */
export function keepAhead(name: string, fields: unknown, promise: Promise<unknown>): Promise<void> {
  waiting.set(keyOf(name, fields), { promise, at: performance.now() });
  return promise.then(
    (value) => void settled.set(promise, { value }),
    () => {},
  );
}

/** The answer to a call that was made ahead; given once. */
export function takeAhead(name: string, fields: unknown): Promise<unknown> | undefined {
  if (waiting.size === 0) return undefined;
  const key = keyOf(name, fields);
  const found = waiting.get(key);
  waiting.delete(key);
  return found && performance.now() - found.at < fresh_ms ? found.promise : undefined;
}

/** What came of a call, without a wait where its answer was there already. */
export function picked<T, U>(answer: Promise<T>, pick: (value: T) => U): U | Promise<U> {
  const now = settled.get(answer);
  return now ? pick(now.value as T) : answer.then(pick);
}
