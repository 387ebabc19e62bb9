/** A few lines of text beside the pointer. */

import { useLayoutEffect, useRef } from "preact/hooks";
import "./line.css";

/** What the pointer is on; nothing when `lines` is empty. */
export function Tip({ at, title, colour, lines }: { at: { clientX: number; clientY: number } | null; title: string; colour?: string; lines: [string, string][] }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!at || !box.current) return;
    const { width, height } = box.current.getBoundingClientRect();
    box.current.style.left = `${Math.max(4, at.clientX + 16 + width > innerWidth ? at.clientX - width - 16 : at.clientX + 16)}px`;
    box.current.style.top = `${Math.min(Math.max(8, at.clientY - height / 2), innerHeight - height - 8)}px`;
  });
  if (!at) return null;
  return (
    <div ref={box} class="chart-values" aria-hidden="true">
      <div class="chart-value">
        {colour && <span class="swatch" style={{ background: colour }} />}
        <strong class="cut">{title}</strong>
      </div>
      {lines.map(([name, value]) => (
        <div key={name} class="chart-value-x">
          <span class="cut">{name}</span>
          <span>{value}</span>
        </div>
      ))}
    </div>
  );
}
