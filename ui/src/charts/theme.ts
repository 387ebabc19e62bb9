/** What canvas drawings need to know of the page's theme: a canvas cannot use CSS variables by itself. */

import { signal } from "@preact/signals";
import type { Theme } from "./colours";

/** The colours of a chart's own parts. */
export interface Ink {
  theme: Theme;
  back: string;
  text: string;
  quiet: string;
  line: string;
  lineStrong: string;
  accent: string;
  font: string;
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "dark" || chosen === "light") return chosen === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function read(): Ink {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    theme: isDark() ? "dark" : "light",
    back: of("--back"),
    text: of("--text"),
    quiet: of("--text-2"),
    line: of("--line"),
    lineStrong: of("--line-strong"),
    accent: of("--accent"),
    font: `11px ${of("--font")}`,
  };
}

/** The inks of the theme that is shown. */
export const ink = signal<Ink>(read());

function refresh(): void {
  const now = read();
  if (now.theme !== ink.peek().theme || now.back !== ink.peek().back) ink.value = now;
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", refresh);
new MutationObserver(refresh).observe(document.documentElement, { attributeFilter: ["data-theme"] });
