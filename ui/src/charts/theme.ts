/** What canvas drawings need to know of the page's theme: a canvas cannot use CSS variables by itself. */

import { computed } from "@preact/signals";
import { dark } from "../lib/theme";
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
  /** The names of the page's font, for `ctx.font`. */
  family: string;
  font: string;
}

/** The page's colours as they stand in the stylesheet now. */
export const ink = computed<Ink>(() => {
  const theme = dark.value ? "dark" : "light";
  // The document's theme is set by an effect that may run after this: read from an element that has it already.
  const probe = document.createElement("i");
  probe.hidden = true;
  probe.style.colorScheme = theme;
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const of = (name: string) => {
    probe.style.color = `var(${name})`;
    return style.color;
  };
  const family = style.getPropertyValue("--font").trim();
  const found: Ink = {
    theme,
    back: of("--back"),
    text: of("--text"),
    quiet: of("--text-2"),
    line: of("--line"),
    lineStrong: of("--line-strong"),
    accent: of("--accent"),
    family,
    font: `11px ${family}`,
  };
  probe.remove();
  return found;
});
