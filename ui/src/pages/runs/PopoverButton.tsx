/** A button that opens a box with controls. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { Button } from "../../components/Button";
import type { IconName } from "../../components/icons";
import { Popover } from "../../components/Popover";

interface PopoverButtonProps {
  label: ComponentChildren;
  /** The name of what it opens. */
  title: string;
  icon: IconName;
  children: (close: () => void) => ComponentChildren;
  keys?: string;
}

/** The button, and while it is pressed the box at it. */
export function PopoverButton({ label, title, icon, children, keys }: PopoverButtonProps) {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  const close = () => {
    open.value = false;
  };
  return (
    <>
      <Button
        innerRef={button}
        icon={icon}
        opens
        aria-haspopup="dialog"
        aria-expanded={open.value}
        data-tip={title}
        data-tip-keys={keys}
        onPointerDown={() => {
          wasOpen.current = open.value;
        }}
        onClick={() => {
          open.value = !wasOpen.current;
          wasOpen.current = false;
        }}
      >
        {label}
      </Button>
      {open.value && button.current && (
        <Popover anchor={button.current} align="end" role="dialog" label={title} class="runs-popover" onClose={close}>
          {children(close)}
        </Popover>
      )}
    </>
  );
}
