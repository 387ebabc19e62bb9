/** A list that draws only the rows in view, whatever their number; all rows are of one height. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import "./rows.css";
import "./text.css";

/** Browsers cut off boxes of more than about 33 million pixels; beyond this, a pixel of scrolling is more than one. */
const MOST_PIXELS = 15_000_000;
const SPARE = 8;

/** What `Rows` needs: how many rows, how high, and how one is drawn. */
export interface RowsProps {
  count: number;
  height: number;
  render: (index: number) => ComponentChildren;
  /** For those who hear the page: what is listed. */
  label?: string;
  role?: "list" | "grid" | "tree" | "log" | "treegrid" | "none" | "table" | "region";
  class?: string;
  /** A row to bring into view; another value of `stamp` brings the same row into view again. */
  reveal?: { index: number; stamp: unknown };
  /** Keep the last row in view while rows are added. */
  follow?: boolean;
  /** The rows in view changed: from, to (not included). */
  onWindow?: (from: number, to: number) => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  onScroll?: (box: HTMLDivElement) => void;
  /** The box was given another width. */
  onWidth?: (width: number) => void;
  tabIndex?: number;
  attributes?: Record<string, string | number | boolean | undefined>;
  /** Stands above the rows and scrolls sideways with them. */
  head?: ComponentChildren;
  headHeight?: number;
  /** The width of what is inside, where it is wider than the box. */
  width?: number | string;
}

/** The rows in view of a list of any length. */
export function Rows(props: RowsProps) {
  const { count, height, head, headHeight = 0 } = props;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [view, setView] = useState(600);
  const whole = count * height;
  const shown = Math.min(whole, MOST_PIXELS);
  const inside = Math.max(0, view - headHeight);
  const stretch = whole > shown && shown > inside ? (whole - inside) / (shown - inside) : 1;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => {
      setView(element.clientHeight || 600);
      props.onWidth?.(element.clientWidth);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const revealed = props.reveal?.index;
  const stamp = props.reveal?.stamp;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || revealed === undefined || revealed < 0) return;
    const at = revealed * height;
    const virtual = element.scrollTop * stretch;
    const below = at + height - inside;
    // A step to the next row moves by that row; a jump shows the row with some before it.
    const far = at < virtual - 3 * height || below > virtual + 3 * height;
    if (at >= virtual && below <= virtual) return;
    element.scrollTop = (far ? at - inside / 3 : at < virtual ? at : below) / stretch;
  }, [revealed, stamp, inside > 0]);

  useLayoutEffect(() => {
    const element = box.current;
    if (element && props.follow) element.scrollTop = element.scrollHeight;
  }, [count, props.follow]);

  const virtual = Math.min(top * stretch, Math.max(0, whole - inside));
  const from = Math.max(0, Math.floor(virtual / height) - SPARE);
  const to = Math.min(count, Math.ceil((virtual + inside) / height) + SPARE);
  useEffect(() => props.onWindow?.(from, to), [from, to]);

  const rows = [];
  for (let index = from; index < to; index++) {
    rows.push(
      <div key={index} class="rows-row" role={props.role === "list" ? "listitem" : undefined} style={{ height: `${height}px`, transform: `translateY(${Math.round(index * height - virtual + top)}px)` }}>
        {props.render(index)}
      </div>,
    );
  }
  return (
    <div
      {...props.attributes}
      ref={box}
      class={`rows ${props.class ?? ""}`}
      role={props.role === "none" ? undefined : props.role}
      aria-label={props.label}
      tabIndex={props.tabIndex ?? 0}
      onKeyDown={(event) => props.onKeyDown?.(event)}
      onScroll={(event) => {
        setTop(event.currentTarget.scrollTop);
        props.onScroll?.(event.currentTarget);
      }}
    >
      {head}
      <div class="rows-inside" role={props.role === "grid" || props.role === "table" || props.role === "treegrid" ? "rowgroup" : undefined} style={{ height: `${shown}px`, width: width(props.width) }}>
        {rows}
      </div>
    </div>
  );
}

function width(given: number | string | undefined): string {
  return typeof given === "number" ? `${given}px` : (given ?? "auto");
}
