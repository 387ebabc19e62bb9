/** One row of a grid: drawn anew only when it, its columns or its looks are others. */

import { Component } from "preact";
import type { CellView, GridColumn } from "./model";

/** A column that is drawn, where, and its index among all. */
export interface Placed {
  column: GridColumn;
  left: number;
  index: number;
}

interface RowProps {
  index: number;
  top: number;
  data: unknown;
  pinned: Placed[];
  shown: Placed[];
  paint: (row: unknown, column: GridColumn, index: number) => CellView;
  look: string;
  selected: boolean;
  cursor: number;
  cellId: string;
  pinnedWidth: number;
}

/** A row; skeletons while its data is not there. */
export class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const now = this.props;
    return (Object.keys(next) as (keyof RowProps)[]).some((name) => next[name] !== now[name]);
  }

  override render() {
    const { index, top, data, pinned, shown, look, selected, pinnedWidth } = this.props;
    const classes = `grid-row${index % 2 ? " odd" : ""}${selected ? " selected" : ""}${data === undefined ? " waits" : ""}${look && ` ${look}`}`;
    return (
      <div
        class={classes}
        role="row"
        aria-rowindex={index + 3}
        aria-selected={selected ? "true" : "false"}
        style={{ transform: `translateY(${top}px)` }}
      >
        <div class="grid-pinned" role="none" style={{ width: `${pinnedWidth}px` }}>
          {pinned.map((one) => this.cell(one))}
        </div>
        {shown.map((one) => this.cell(one))}
      </div>
    );
  }

  private cell({ column, left, index }: Placed) {
    const { data, paint, cursor, cellId } = this.props;
    const at = cursor === index;
    const view: CellView = data === undefined || column.collapsed ? {} : paint(data, column, this.props.index);
    const classes = `grid-cell ${column.align}${at ? " at" : ""}${fits(view, column.width) ? "" : " cut"}${view.class ? ` ${view.class}` : ""}${tint(view.heat)}`;
    // As one text: a browser takes that in one step, and there are some hundred cells.
    const style = `left:${left}px;width:${column.width}px`;
    return (
      <div
        key={column.id}
        class={classes}
        role="gridcell"
        aria-colindex={index + 1}
        id={at ? cellId : undefined}
        title={view.title}
        style={style}
      >
        {view.node ?? view.text}
      </div>
    );
  }
}

/** How wide a letter and a cell's padding are at most, in pixels. */
const LETTER = 8;
const PADDING = 16;
/** The same where a cell is bold and has a star. */
const BOLD = 8.7;
const STAR = 30;
/** Letters of the width that is reckoned with: ASCII and the minus sign. */
const plain = /^[ -~\u2212]*$/;

/** Whether a cell's text surely needs no cutting off. Each element that cuts what flows over it is a piece of its own for
 * the compositor: with all cells cutting, it takes longer over a frame of scrolling than all the rest together. */
export function fits(view: CellView, width: number): boolean {
  const { node, text = "" } = view;
  const marked = view.class === "best";
  return node === undefined && text.length * (marked ? BOLD : LETTER) + (marked ? STAR : PADDING) <= width && plain.test(text);
}

/** The class of a tint: a few levels, so that the browser resolves few styles and not one per cell. */
function tint(heat: number | undefined): string {
  if (heat === undefined) return "";
  const level = Math.round(Math.abs(heat) * 6);
  return level === 0 ? "" : ` ${heat < 0 ? "cold" : "warm"} l${level}`;
}
