/** Which runs are selected: some, or all that match but for some. */

/** A selection; with `all` the ids are those that are left out. */
export interface Selection {
  all: boolean;
  ids: ReadonlySet<string>;
}

/** Nothing is selected. */
export const NOTHING: Selection = { all: false, ids: new Set() };

/** All that match are selected. */
export const EVERYTHING: Selection = { all: true, ids: new Set() };

/** Whether a run is selected; one beside the matches, shown only as a parent, is not among "all". */
export function isSelected(selection: Selection, id: string, matched = true): boolean {
  return selection.all ? matched && !selection.ids.has(id) : selection.ids.has(id);
}

/** The selection with some runs selected, or not. */
export function withRuns(selection: Selection, ids: Iterable<string>, selected: boolean): Selection {
  const next = new Set(selection.ids);
  for (const id of ids) {
    if (selected === selection.all) next.delete(id);
    else next.add(id);
  }
  return { all: selection.all, ids: next };
}

/** The selection with a run turned over. */
export function turned(selection: Selection, id: string): Selection {
  return withRuns(selection, [id], !isSelected(selection, id));
}

/** How many runs are selected of so many that match. */
export function countOf(selection: Selection, matches: number): number {
  return selection.all ? Math.max(0, matches - selection.ids.size) : selection.ids.size;
}
