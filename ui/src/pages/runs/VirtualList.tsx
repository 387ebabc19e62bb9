/** A list of thousands of entries of one height, of which those on screen are drawn. */

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";

interface VirtualListProps<T> {
  items: readonly T[];
  height: number;
  label: string;
  children: (item: T, index: number) => ComponentChildren;
}

const ITEM = 28;

/** The list; `children` draws an entry. */
export function VirtualList<T>({ items, height, label, children }: VirtualListProps<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const whole = items.length * ITEM;
  const at = Math.min(top, Math.max(0, whole - height));
  const first = Math.max(0, Math.floor(at / ITEM) - 4);
  const end = Math.min(items.length, Math.ceil((at + height) / ITEM) + 4);
  return (
    <div
      ref={box}
      class="virtual-list"
      tabIndex={0}
      role="group"
      aria-label={label}
      style={{ height: `${Math.min(height, Math.max(ITEM, whole))}px` }}
      onScroll={() => box.current && setTop(box.current.scrollTop)}
    >
      <div class="virtual-size" style={{ height: `${whole}px` }}>
        {items.slice(first, end).map((item, index) => (
          <div key={first + index} class="virtual-item" style={{ transform: `translateY(${(first + index) * ITEM}px)` }}>
            {children(item, first + index)}
          </div>
        ))}
      </div>
    </div>
  );
}
