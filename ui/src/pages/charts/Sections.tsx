/** Sections of charts, nested, each with a heading that opens and closes it. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Button } from "../../components/Button";
import { Icon } from "../../components/icons";
import type { Section } from "./sections";

interface SectionsProps {
  sections: readonly Section[];
  /** Prefixes that are not as they are at first. */
  toggled: readonly string[];
  onToggle: (prefix: string) => void;
  /** The chart of a key; `few` when it has much room, as one of few in its section. */
  chart: (key: string, few: boolean) => ComponentChildren;
  depth?: number;
}

/** Up to how many charts sections are open at first, how many are shown, and how many charts an open one shows at once. */
const OPEN = 60;
const SECTIONS = 60;
const CHARTS = 24;

/** The sections; charts of closed ones are not made. */
export function Sections({ sections, toggled, onToggle, chart, depth = 0 }: SectionsProps) {
  const most = useSignal(SECTIONS);
  const opened = openAtFirst(sections, depth);
  const Heading = depth === 0 ? "h2" : "h3";
  return (
    <>
      {sections.slice(0, most.value).map((section) => {
        const usually = opened.has(section.prefix);
        const open = toggled.includes(section.prefix) ? !usually : usually;
        return (
          <section key={section.prefix} class={`chart-section depth-${Math.min(depth, 3)}`}>
            {(section.prefix !== "" || sections.length > 1) && (
              <Heading class="chart-section-head">
                <button type="button" aria-expanded={open} onClick={() => onToggle(section.prefix)}>
                  <Icon name={open ? "down" : "right"} size={12} />
                  {section.title || "Metrics"}
                  <span class="quiet">{section.count.toLocaleString("en-US")}</span>
                </button>
              </Heading>
            )}
            {open && (
              <>
                <ChartGrid keys={section.keys} chart={chart} />
                {section.inner.length > 0 && (
                  <Sections sections={section.inner} toggled={toggled} onToggle={onToggle} chart={chart} depth={depth + 1} />
                )}
              </>
            )}
          </section>
        );
      })}
      <More shown={most.value} all={sections.length} what="sections" onMore={() => (most.value += SECTIONS)} />
    </>
  );
}

/** The sections that are open until somebody closes them: the first ones, as far as their charts are not too many. */
function openAtFirst(sections: readonly Section[], depth: number): Set<string> {
  const open = new Set<string>();
  let charts = 0;
  for (const { prefix, count } of sections) {
    if (/^system(\/|$)/.test(prefix)) continue;
    if (charts && charts + Math.min(count, CHARTS) > OPEN >> depth) break;
    charts += Math.min(count, CHARTS);
    open.add(prefix);
  }
  return open;
}

function ChartGrid({ keys, chart }: { keys: readonly string[]; chart: (key: string, few: boolean) => ComponentChildren }) {
  const most = useSignal(CHARTS);
  if (!keys.length) return null;
  return (
    <>
      <div class={`chart-grid few-${keys.length}`}>{keys.slice(0, most.value).map((key) => chart(key, keys.length <= 2))}</div>
      <More shown={most.value} all={keys.length} what="charts" onMore={() => (most.value += CHARTS)} />
    </>
  );
}

function More({ shown, all, what, onMore }: { shown: number; all: number; what: string; onMore: () => void }) {
  if (all <= shown) return null;
  return (
    <p class="chart-more">
      <Button small onClick={onMore}>
        Show more {what}
      </Button>{" "}
      <span class="quiet">
        {shown} of {all.toLocaleString("en-US")}
      </span>
    </p>
  );
}
