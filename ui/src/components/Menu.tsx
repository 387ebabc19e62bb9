/** Menus: a button that opens a list of things to do, walked with the arrow keys. */

import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button, IconButton } from "./Button";
import { Icon, type IconName } from "./icons";
import { Keys } from "./Keys";
import { Popover } from "./Popover";

/** One thing to do; with `checked` it is a choice that is on or off; with `href` it is a link. */
export interface MenuItem {
  label: string;
  icon?: IconName;
  keys?: string;
  run?: () => void;
  href?: string;
  checked?: boolean;
  danger?: boolean;
  disabled?: boolean;
}

/** The entries of a menu: things to do, lines between them, headings. */
export type MenuEntry = MenuItem | "line" | { heading: string } | false | undefined;

interface MenuProps {
  items: readonly MenuEntry[] | (() => readonly MenuEntry[]);
  /** The words on the button; with `icon` alone they are its name. */
  label: string;
  icon?: IconName;
  /** Only the icon is shown. */
  iconOnly?: boolean;
  kind?: "plain" | "bare" | "primary";
  small?: boolean;
  align?: "start" | "end";
  disabled?: boolean;
}

/** A button with a menu. */
export function Menu({ items, label, icon, iconOnly, kind = "plain", small = false, align = "start", disabled = false }: MenuProps) {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  // A press on the button of an open menu closes it first: it must not open again by the same press.
  const wasOpen = useRef(false);
  const shared = {
    innerRef: button,
    small,
    disabled,
    "aria-haspopup": "menu" as const,
    "aria-expanded": open.value,
    onPointerDown: () => {
      wasOpen.current = open.value;
    },
    onClick: () => {
      open.value = !wasOpen.current;
      wasOpen.current = false;
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      open.value = true;
    },
  };
  return (
    <>
      {iconOnly ? (
        <IconButton {...shared} icon={icon ?? "more"} label={label} />
      ) : (
        <Button {...shared} kind={kind} opens {...(icon ? { icon } : {})}>
          {label}
        </Button>
      )}
      {open.value && button.current && (
        <MenuList
          items={typeof items === "function" ? items() : items}
          label={label}
          anchor={button.current}
          align={align}
          onClose={() => {
            open.value = false;
          }}
        />
      )}
    </>
  );
}

interface MenuListProps {
  items: readonly MenuEntry[];
  label: string;
  anchor: HTMLElement | { x: number; y: number };
  align?: "start" | "end";
  onClose: () => void;
}

/** The open menu itself: for context menus, which have no button. */
export function MenuList({ items, label, anchor, align = "start", onClose }: MenuListProps) {
  const list = useRef<HTMLDivElement>(null);
  const typed = useRef({ text: "", at: 0 });
  const choices = () => [...(list.current?.querySelectorAll<HTMLElement>(".menu-item:not([aria-disabled=true])") ?? [])];
  useLayoutEffect(() => choices()[0]?.focus(), []);
  const walk = (event: KeyboardEvent) => {
    const all = choices();
    const here = all.indexOf(document.activeElement as HTMLElement);
    let next: HTMLElement | undefined;
    if (event.key === "ArrowDown") next = all[(here + 1) % all.length];
    else if (event.key === "ArrowUp") next = all[(here - 1 + all.length) % all.length];
    else if (event.key === "Home") next = all[0];
    else if (event.key === "End") next = all.at(-1);
    else if (event.key === "Tab") onClose();
    else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) {
      const text = event.timeStamp - typed.current.at < 700 ? typed.current.text + event.key : event.key;
      typed.current = { text, at: event.timeStamp };
      const after = [...all.slice(here + (text.length > 1 ? 0 : 1)), ...all];
      next = after.find((one) => one.textContent?.toLowerCase().startsWith(text.toLowerCase()));
    } else return;
    event.stopPropagation();
    if (event.key === "Tab") return;
    event.preventDefault();
    next?.focus();
  };
  return (
    <Popover anchor={anchor} align={align} onClose={onClose} class="menu" role="menu" label={label}>
      <div ref={list} role="presentation" onKeyDown={walk}>
        {items.map((item, index) => (
          <Entry key={index} item={item} onClose={onClose} />
        ))}
      </div>
    </Popover>
  );
}

function Entry({ item, onClose }: { item: MenuEntry; onClose: () => void }) {
  if (!item) return null;
  if (item === "line") return <hr class="menu-line" role="separator" />;
  if ("heading" in item) {
    return (
      <div class="menu-heading" role="presentation">
        {item.heading}
      </div>
    );
  }
  const shared = {
    class: `menu-item ${item.danger ? "danger" : ""}`,
    role: item.checked === undefined ? ("menuitem" as const) : ("menuitemcheckbox" as const),
    tabIndex: -1,
    ...(item.checked === undefined ? {} : { "aria-checked": item.checked }),
    onPointerEnter: (event: PointerEvent) => (event.currentTarget as HTMLElement).focus({ preventScroll: true }),
  };
  const inner = (
    <>
      {item.checked !== undefined ? <Check on={item.checked} /> : item.icon && <Icon name={item.icon} />}
      <span class="menu-label">{item.label}</span>
      {item.keys && <Keys keys={item.keys} />}
    </>
  );
  if (item.href !== undefined) {
    return (
      <a {...shared} href={item.href} onClick={onClose}>
        {inner}
      </a>
    );
  }
  const choose = () => {
    if (item.disabled) return;
    onClose();
    item.run?.();
  };
  return (
    <button type="button" {...shared} aria-disabled={item.disabled ?? false} onClick={choose}>
      {inner}
    </button>
  );
}

function Check({ on }: { on: boolean }) {
  return on ? <Icon name="check" /> : <svg width={16} height={16} aria-hidden="true" />;
}
