/** Times and spans that stay true while the page is open. */

import { signal } from "@preact/signals";
import { formatAgo, formatDuration, formatTime } from "../lib/format";

const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 20_000);

/** How long ago something was; the exact time shows when it is pointed at. */
export function TimeAgo({ at }: { at: number | null | undefined }) {
  if (!at) return <span class="quiet">–</span>;
  return (
    <time dateTime={new Date(at).toISOString()} data-tip={formatTime(at)}>
      {formatAgo(at, Math.max(now.value, at))}
    </time>
  );
}

/** How long something took, or takes until now. */
export function Duration({ from, to }: { from: number | null | undefined; to: number | null | undefined }) {
  if (!from) return <span class="quiet">–</span>;
  return <span>{formatDuration((to || now.value) - from)}</span>;
}
