/** The page at the shown place: found by its path, loaded when it is first needed. */

import { signal, useSignalEffect } from "@preact/signals";
import { Component, type ComponentChildren, type ComponentType } from "preact";
import { useMemo } from "preact/hooks";
import { fetchPart } from "../api/call";
import { serverAnswers } from "../api/reach";
import { href, match, place } from "../lib/route";
import { useTitle } from "../lib/title";
import { pageRoutes, type PageProps } from "../pages/routes";
import { LinkButton } from "./Button";
import { Empty } from "./Empty";
import { Failure } from "./Failure";
import { PartFailure } from "./lazy";
import { Loading } from "./Loaded";

type Module = ComponentType<PageProps>;
const loaded = signal(new Map<() => Promise<{ default: Module }>, Module>());
const failed = signal<unknown>(null);

/** Fetch the page at the shown place, and what it asks first. Resolves when all is there, or has failed. */
export async function begin(): Promise<void> {
  const { path, query } = place.peek();
  const found = find(path);
  if (!found) return;
  const asked = found.ahead?.(found.fields, query) ?? [];
  const module = await found.load().catch(() => null); // the page itself says what failed
  if (module) loaded.value = new Map(loaded.peek()).set(found.load, module.default);
  await Promise.all(asked);
}

/** The page itself, or why there is none. */
export function Page() {
  const { path } = place.value;
  const found = useMemo(() => find(path), [path]);
  useSignalEffect(() => fetchPage(place.value.path));
  useSignalEffect(() => {
    if (serverAnswers.value && failed.peek()) fetchPage(place.peek().path);
  });
  if (!found) return <NoPage path={path} />;
  const Shown = loaded.value.get(found.load);
  if (Shown) {
    return (
      <Crashes key={pageAt(path)} path={path}>
        <Shown fields={found.fields} />
      </Crashes>
    );
  }
  if (failed.value) {
    return <PartFailure page error={failed.value} what="This page's program could not be loaded." />;
  }
  return <Loading />;
}

function fetchPage(path: string): void {
  const load = find(path)?.load;
  if (!load || loaded.peek().has(load)) return;
  failed.value = null;
  fetchPart(load).then(
    (module) => {
      loaded.value = new Map(loaded.peek()).set(load, module.default);
    },
    (error: unknown) => {
      if (find(place.peek().path)?.load === load) failed.value = error;
    },
  );
}

/** Which page is at a path, and of what. Its tabs, and what is open in them, are the same page: nothing is drawn anew. */
export function pageAt(path: string): string {
  const found = find(path);
  if (!found) return path;
  const { tab: _tab, "*": _rest, ...of } = found.fields;
  return `${pageRoutes.findIndex((route) => route.load === found.load)} ${JSON.stringify(of)}`;
}

function find(path: string) {
  for (const { template, load, ahead } of pageRoutes) {
    const fields = match(template, path);
    if (fields) return { load, ahead, fields };
  }
  return null;
}

function NoPage({ path }: { path: string }) {
  useTitle("No such page");
  return (
    <Empty page title="There is no page here" icon="search">
      <p>
        Nothing is at <code>{path}</code>. The link may be from another version, or cut off.
      </p>
      <LinkButton href={href("/experiments")}>Go to the experiments</LinkButton>
    </Empty>
  );
}

/** A page that stops with an error says so, and the rest goes on. */
class Crashes extends Component<{ children: ComponentChildren; path: string }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static override getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate(before: { path: string }) {
    if (before.path !== this.props.path && this.state.error) this.setState({ error: null });
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return <Failure page error={error} what="This page stopped with an error." retry={() => this.setState({ error: null })} />;
  }
}
