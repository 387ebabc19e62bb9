/** A small histogram with a brush: drag over it, or move both ends with the arrow keys. */

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

interface HistogramProps {
  label: string;
  edges: readonly number[];
  bins: readonly number[];
  low: number | null;
  high: number | null;
  format: (value: number) => string;
  onRange: (low: number | null, high: number | null) => void;
}

const WIDTH = 216;
const HEIGHT = 44;

/** Bars, and over them what is chosen. */
export function Histogram({ label, edges, bins, low, high, format, onRange }: HistogramProps) {
  const box = useRef<SVGSVGElement>(null);
  const drag = useSignal<{ from: number; to: number } | null>(null);
  const first = edges[0] ?? 0;
  const last = edges[edges.length - 1] ?? 1;
  const span = last - first || 1;
  const most = Math.max(1, ...bins);
  const now = drag.value;
  const from = now ? Math.min(now.from, now.to) : low === null ? first : low;
  const to = now ? Math.max(now.from, now.to) : high === null ? last : high;
  const x = (value: number) => (WIDTH * (Math.max(first, Math.min(last, value)) - first)) / span;
  const valueAt = (event: PointerEvent) => {
    const at = box.current?.getBoundingClientRect();
    if (!at) return first;
    return first + span * Math.max(0, Math.min(1, (event.clientX - at.left) / at.width));
  };
  const press = (event: PointerEvent) => {
    box.current?.setPointerCapture(event.pointerId);
    const value = valueAt(event);
    drag.value = { from: value, to: value };
  };
  const move = (event: PointerEvent) => {
    if (drag.value) drag.value = { ...drag.value, to: valueAt(event) };
  };
  const release = () => {
    const done = drag.value;
    drag.value = null;
    if (!done) return;
    const [a, b] = [Math.min(done.from, done.to), Math.max(done.from, done.to)];
    if (x(b) - x(a) < 3) {
      const bin = Math.min(bins.length - 1, Math.floor(((a - first) / span) * bins.length));
      onRange(edges[bin] ?? a, edges[bin + 1] ?? b);
    } else onRange(a <= first ? null : a, b >= last ? null : b);
  };
  const step = (event: KeyboardEvent, end: "low" | "high") => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const value = (end === "low" ? from : to) + (by * span) / Math.max(1, bins.length);
    if (end === "low") onRange(value <= first ? null : Math.min(value, to), high);
    else onRange(low, value >= last ? null : Math.max(value, from));
  };
  return (
    <div class="histogram">
      <svg
        ref={box}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
        onPointerDown={press}
        onPointerMove={move}
        onPointerUp={release}
      >
        {bins.map((count, at) => {
          const left = x(edges[at] ?? first);
          const right = x(edges[at + 1] ?? last);
          const height = count ? Math.max(2, (HEIGHT * count) / most) : 0;
          const middle = ((edges[at] ?? first) + (edges[at + 1] ?? last)) / 2;
          return (
            <rect
              key={at}
              x={left + 0.5}
              y={HEIGHT - height}
              width={Math.max(0.5, right - left - 1)}
              height={height}
              class={middle >= from && middle <= to ? "in" : "out"}
            >
              <title>{`${format(edges[at] ?? first)} … ${format(edges[at + 1] ?? last)}: ${count}`}</title>
            </rect>
          );
        })}
        {now && <rect class="brush" x={x(from)} y={0} width={Math.max(1, x(to) - x(from))} height={HEIGHT} />}
      </svg>
      {(["low", "high"] as const).map((end) => (
        <button
          key={end}
          type="button"
          role="slider"
          class="histogram-end"
          aria-label={`${end === "low" ? "Lowest" : "Highest"} value of ${label.split(":")[0] ?? ""}`}
          aria-valuemin={first}
          aria-valuemax={last}
          aria-valuenow={end === "low" ? from : to}
          aria-valuetext={format(end === "low" ? from : to)}
          style={{ left: `${(100 * x(end === "low" ? from : to)) / WIDTH}%` }}
          onKeyDown={(event) => step(event, end)}
        />
      ))}
    </div>
  );
}
