/** What the shown place is called: in the browser's tab, in the bar at the top, and in the list of recent places. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { remember, remembered } from "./memory";
import { place } from "./route";

/** A place that was visited. */
export interface Visited {
  link: string;
  title: string;
  kind: string;
}

const recentKey = "recent";
const most = 20;

/** The name of the shown page, "" while it is not known. */
export const pageName = signal("");

/** The places that were visited last, the latest first. */
export const recentPlaces = signal<readonly Visited[]>(remembered<Visited[]>(recentKey, []));

/** Name the page: `name` is shown last in the bar; `kind` ("run", "experiment") marks it in the recent places. */
export function useTitle(name: string | undefined, { of = "", kind = "" }: { of?: string; kind?: string } = {}): void {
  useEffect(() => {
    if (name === undefined) return;
    pageName.value = name;
    document.title = [name, of, "Millrace"].filter(Boolean).join(" · ");
    if (kind) visit({ link: `#${place.peek().path}`, title: of ? `${name} · ${of}` : name, kind });
  }, [name, of, kind, place.value.path]);
}

function visit(visited: Visited): void {
  // MLflow's short address of an experiment is the same place.
  const link = visited.link.replace(/^#\/experiments\/(\d+)$/, "#/experiments/$1/runs");
  const others = recentPlaces.peek().filter((one) => one.link !== link);
  recentPlaces.value = [{ ...visited, link }, ...others].slice(0, most);
  remember(recentKey, recentPlaces.peek());
}
