/** The frame of a chart: its name, what can be done with it, and a table in its place for those who want numbers. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "../components/Button";
import { Failure } from "../components/Failure";
import { Menu, type MenuEntry } from "../components/Menu";
import { exact } from "./numbers";
import { asCsv, type ChartTable, saveFile, savePicture } from "./saving";
import { ink } from "./theme";
import "./card.css";

/** What a chart draws in, in CSS pixels. */
export interface Size {
  width: number;
  height: number;
}

interface CardProps {
  title: string;
  /** Shown behind the title in quiet letters. */
  detail?: ComponentChildren;
  /** What the chart shows, in words, for those who do not see it. */
  summary: string;
  table: () => ChartTable;
  /** The numbers of the CSV file where they are more than the table's. */
  numbers?: () => ChartTable;
  legend?: () => [name: string, colour: string][];
  /** More entries of the menu. */
  menu?: readonly MenuEntry[];
  /** Small controls in the head. */
  controls?: ComponentChildren;
  loading?: boolean;
  error?: unknown;
  retry?: () => void;
  height?: number;
  wide?: boolean;
  /** Called once the card comes near the screen. */
  onNear?: () => void;
  children: (size: Size) => ComponentChildren;
}

/** A chart in its frame. `children` draws it in the size it is given, into a canvas. */
export function Card(props: CardProps) {
  const asTable = useSignal(false);
  const size = useSignal<Size | null>(null);
  const full = useSignal(false);
  const card = useRef<HTMLElement>(null);
  const body = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const box = body.current;
    if (!box) return;
    const measure = () => {
      const next = { width: Math.floor(box.clientWidth), height: Math.floor(box.clientHeight) };
      const now = size.peek();
      if (next.width > 40 && (now?.width !== next.width || now.height !== next.height)) size.value = next;
    };
    const watch = new ResizeObserver(measure);
    watch.observe(box);
    measure();
    return () => watch.disconnect();
  }, [asTable.value]);
  useEffect(() => {
    const box = card.current;
    if (!box || !props.onNear) return;
    const near = props.onNear;
    const watch = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        watch.disconnect();
        near();
      },
      { rootMargin: "300px" },
    );
    watch.observe(box);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    const changed = () => {
      full.value = document.fullscreenElement === card.current;
    };
    document.addEventListener("fullscreenchange", changed);
    return () => document.removeEventListener("fullscreenchange", changed);
  }, []);
  const savePng = () => {
    const canvas = body.current?.querySelector("canvas");
    if (canvas) savePicture(props.title, canvas, props.legend?.() ?? [], ink.peek());
  };
  const saveCsv = () => {
    const text = asCsv((props.numbers ?? props.table)());
    saveFile(`${props.title}.csv`, new Blob([text], { type: "text/csv" }));
  };
  return (
    <section ref={card} class={`chart-card ${props.wide ? "wide" : ""}`} aria-label={props.title} aria-busy={props.loading ?? false}>
      <header class="chart-head">
        <h3 class="cut" data-tip={props.title}>
          <Title text={props.title} />
        </h3>
        {props.detail && <span class="chart-detail quiet">{props.detail}</span>}
        <span class="chart-tools">
          {props.controls}
          <IconButton
            small
            icon={full.value ? "close" : "expand"}
            label={full.value ? "Leave full screen" : `Full screen: ${props.title}`}
            onClick={() => void (full.value ? document.exitFullscreen() : card.current?.requestFullscreen())}
          />
          <Menu
            small
            iconOnly
            icon="more"
            label={`More about ${props.title}`}
            align="end"
            items={[
              ...(props.menu ?? []),
              props.menu?.length ? "line" : undefined,
              { label: asTable.value ? "View as chart" : "View as table", icon: asTable.value ? "chart" : "table", run: () => (asTable.value = !asTable.value) },
              { label: "Download PNG", icon: "download", run: savePng, disabled: asTable.value },
              { label: "Download CSV", icon: "download", run: saveCsv },
            ]}
          />
        </span>
      </header>
      {asTable.value ? (
        <div class="chart-body table" style={{ height: full.value ? "" : `${props.height ?? 220}px` }}>
          <NumberTable table={props.table()} caption={props.summary} />
        </div>
      ) : (
        <div ref={body} class="chart-body" style={{ height: full.value ? "" : `${props.height ?? 220}px` }}>
          <p class="hidden-visually">{props.summary}</p>
          {props.error ? (
            <Failure error={props.error} {...(props.retry ? { retry: props.retry } : {})} />
          ) : (
            size.value && props.children(size.value)
          )}
        </div>
      )}
    </section>
  );
}

/** A name whose part before the last slash is quiet, or before a colon. */
export function Title({ text }: { text: string }) {
  const colon = text.indexOf(": ");
  const cut = colon >= 0 ? colon + 2 : text.lastIndexOf("/") + 1;
  return (
    <>
      {cut > 0 && <span class="quiet">{text.slice(0, cut)}</span>}
      {text.slice(cut)}
    </>
  );
}

const shownRows = 500;

/** Numbers as a plain table. */
export function NumberTable({ table, caption }: { table: ChartTable; caption: string }) {
  return (
    <div class="number-table" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="hidden-visually">{caption}</caption>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.slice(0, shownRows).map((row, i) => (
            <tr key={i}>
              {row.map((value, j) =>
                j === 0 ? (
                  <th key={j} scope="row">
                    {value}
                  </th>
                ) : (
                  <td key={j} class={typeof value === "number" ? "number" : ""}>
                    {typeof value === "number" ? exact(value) : value}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {table.rows.length > shownRows && (
        <p class="quiet">The first {shownRows} of {table.rows.length.toLocaleString("en-US")} rows; the CSV file has all.</p>
      )}
    </div>
  );
}
