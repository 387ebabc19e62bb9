/** What changes on the server while a page is open. */

import { signal } from "@preact/signals";

/** Whether changes are heard of: "off" when no page listens. */
export const liveState = signal<"off" | "live" | "waiting">("off");
