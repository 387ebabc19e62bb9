/** Which theme is shown: what the reader chose, or what the system wants. */

import { computed, effect, signal } from "@preact/signals";
import { remember, remembered } from "./memory";

/** The choices. */
export type Theme = "system" | "light" | "dark";

const key = "theme";
const stored = remembered<string>(key, "system");
const system = matchMedia("(prefers-color-scheme: dark)");
const systemDark = signal(system.matches);
system.addEventListener("change", () => {
  systemDark.value = system.matches;
});

/** What the reader chose. */
export const theme = signal<Theme>(stored === "light" || stored === "dark" ? stored : "system");

/** Whether the page is dark now: canvases read their colours again when it changes. */
export const dark = computed(() => theme.value === "dark" || (theme.value === "system" && systemDark.value));

/** Keep the document's theme at what is chosen. */
export function followTheme(): () => void {
  return effect(() => {
    if (theme.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
  });
}

/** Choose a theme, and remember it. */
export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  remember(key, chosen === "system" ? undefined : chosen);
}
