/** Tabs: links between pages of one thing, or panels of one page. */

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { grouped } from "../lib/format";
import { Icon, type IconName } from "./icons";
import "./tabs.css";

/** One tab. */
export interface Tab<T extends string = string> {
  id: T;
  label: string;
  icon?: IconName;
  count?: number | undefined;
}

interface LinkTabsProps {
  /** What the tabs are of: "Experiment". */
  label: string;
  tabs: readonly (Tab & { href: string })[];
  current: string;
  children?: ComponentChildren;
}

/** Tabs that are places of their own: each a link. */
export function LinkTabs({ label, tabs, current, children }: LinkTabsProps) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.id} class="tab" href={tab.href} aria-current={tab.id === current ? "page" : undefined}>
          <Face tab={tab} />
        </a>
      ))}
      {children}
    </nav>
  );
}

interface TabsProps<T extends string> {
  label: string;
  tabs: readonly Tab<T>[];
  current: T;
  onSelect: (id: T) => void;
  /** The id of the element that the tabs switch. */
  panel?: string;
}

/** Tabs that switch a panel; the arrow keys walk them. */
export function Tabs<T extends string>({ label, tabs, current, onSelect, panel }: TabsProps<T>) {
  const list = useRef<HTMLDivElement>(null);
  const walk = (event: KeyboardEvent) => {
    const here = tabs.findIndex((tab) => tab.id === current);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step ? tabs[(here + step + tabs.length) % tabs.length] : undefined;
    if (!next) return;
    event.preventDefault();
    onSelect(next.id);
    list.current?.querySelector<HTMLElement>(`[data-tab="${CSS.escape(next.id)}"]`)?.focus();
  };
  return (
    <div ref={list} class="tabs" role="tablist" aria-label={label} onKeyDown={walk}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          class="tab"
          role="tab"
          data-tab={tab.id}
          aria-selected={tab.id === current}
          aria-controls={panel}
          tabIndex={tab.id === current ? 0 : -1}
          onClick={() => onSelect(tab.id)}
        >
          <Face tab={tab} />
        </button>
      ))}
    </div>
  );
}

function Face({ tab }: { tab: Tab }) {
  return (
    <>
      {tab.icon && <Icon name={tab.icon} size={14} />}
      {tab.label}
      {tab.count !== undefined && <span class="tab-count">{grouped(tab.count)}</span>}
    </>
  );
}
