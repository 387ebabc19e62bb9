/** The workspace of charts in the address, read and changed by what draws them. */

import { useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { zooms } from "../../charts/shared";
import { place, setQuery } from "../../lib/route";
import { formatWorkspace, parseWorkspace, type Workspace } from "./state";

/** The workspace, and how to change it. `usual` is what an address without one means. */
export function useWorkspace(usual = ""): [Workspace, (changes: Partial<Workspace>) => void] {
  const text = useComputed(() => place.value.query.get("charts") || usual).value;
  const workspace = useMemo(() => parseWorkspace(text), [text]);
  // The zoom changes with every pull of the mouse and is a signal of its own; the address follows it, and it the address.
  useEffect(() => {
    if (!sameZooms(zooms.peek(), workspace.zooms)) zooms.value = new Map(Object.entries(workspace.zooms));
  }, [workspace]);
  useSignalEffect(() => {
    const shown = zooms.value;
    const now = parseWorkspace(place.peek().query.get("charts") || usual);
    if (!sameZooms(shown, now.zooms)) write({ ...now, zooms: Object.fromEntries(shown) }, usual);
  });
  useEffect(
    () => () => {
      zooms.value = new Map();
    },
    [],
  );
  const change = (changes: Partial<Workspace>) => write({ ...parseWorkspace(place.peek().query.get("charts") || usual), ...changes }, usual);
  return [workspace, change];
}

function write(workspace: Workspace, usual: string): void {
  const text = formatWorkspace(workspace);
  // "x:step" says all as at first where an address without anything would mean something else.
  setQuery({ charts: text === usual ? "" : text || (usual && "x:step") });
}

function sameZooms(shown: ReadonlyMap<string, readonly [number, number]>, wanted: Workspace["zooms"]): boolean {
  const names = Object.keys(wanted);
  return names.length === shown.size && names.every((name) => shown.get(name)?.join() === wanted[name]?.join());
}
