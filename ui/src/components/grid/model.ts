/** What a grid is told: its columns, how to paint a cell, and what it reports back. */

import type { ComponentChildren } from "preact";

/** A column as the grid sees it; `id` is unique and stable. */
export interface GridColumn {
  id: string;
  label: string;
  /** What the column stands under in the upper header row; "" for nothing. */
  group: string;
  /** How the group is called there. */
  groupLabel: string;
  width: number;
  pinned: boolean;
  align: "left" | "right";
  /** A word behind the label, e.g. "min". */
  badge?: string;
  /** The whole name, for the tooltip and for screen readers. */
  title?: string;
  /** Whether a click on the header sorts. */
  sortable?: boolean;
  sort?: "ascending" | "descending";
  /** Its place among several sorts, from 1. */
  sortRank?: number;
  /** Whether the header has a menu. */
  menu?: boolean;
  /** A collapsed group stands as one narrow column. */
  collapsed?: boolean;
}

/** How a cell looks. `node` replaces `text` where text is not enough. */
export interface CellView {
  text?: string;
  node?: ComponentChildren;
  class?: string;
  title?: string;
  /** -1 (worst) … 1 (best): tints the cell. */
  heat?: number;
}

/** The rows and columns that are on screen, with a margin; ends are exclusive. */
export interface GridWindow {
  firstRow: number;
  endRow: number;
  columns: string[];
}

/** Where the cursor is; row -1 is the header. */
export interface Cursor {
  row: number;
  column: number;
}
