/** Whether the server answers: what the calls find out, and while it does not, a quiet look every few seconds. */

import { signal } from "@preact/signals";

/** False from the first request that got no answer until one does. */
export const serverAnswers = signal(true);

let looking: ReturnType<typeof setTimeout> | undefined;

/** A request was answered, whatever the answer was. */
export function heard(): void {
  clearTimeout(looking);
  looking = undefined;
  serverAnswers.value = true;
}

/** A request got no answer; `look` asks again, until it is answered. */
export function missed(look: () => Promise<boolean>): void {
  serverAnswers.value = false;
  if (looking) return;
  let wait = 1000;
  const again = async () => {
    if (await look()) {
      heard();
      return;
    }
    wait = Math.min(wait * 1.5, 10_000);
    looking = setTimeout(() => void again(), wait);
  };
  looking = setTimeout(() => void again(), wait);
}
