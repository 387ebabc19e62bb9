/** The frame of every page: the bar at the top, the page below it, the things that open over it. */

import { signal, useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { match, place } from "../lib/route";
import { pageRoutes, type PageProps } from "../pages/routes";
import { Failure } from "./Failure";
import "./shell.css";

const loaded = signal(new Map<string, ComponentType<PageProps>>());

/** The whole page. */
export function Shell() {
  return (
    <div class="shell">
      <a class="skip" href="#content" onClick={skip}>
        Skip to content
      </a>
      <header class="bar">
        <a class="brand" href="#/experiments">
          Millrace
        </a>
        <nav aria-label="Main">
          <a href="#/experiments">Experiments</a>
          <a href="#/models">Models</a>
        </nav>
      </header>
      <main id="content" tabIndex={-1}>
        <Page />
      </main>
    </div>
  );
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function Page() {
  const failed = useSignal<unknown>(null);
  const { path } = place.value;
  const found = pageRoutes
    .map((route) => ({ route, fields: match(route.template, path) }))
    .find((one) => one.fields !== null);
  useSignalEffect(() => {
    const here = place.value.path;
    const route = pageRoutes.find((one) => match(one.template, here));
    if (!route || loaded.peek().has(route.template)) return;
    failed.value = null;
    route.load().then(
      (module) => {
        loaded.value = new Map(loaded.peek()).set(route.template, module.default);
      },
      (error: unknown) => {
        failed.value = error;
      },
    );
  });
  if (!found) return <Failure error={new Error(`There is no page at ${path}.`)} />;
  if (failed.value) return <Failure error={failed.value} retry={() => location.reload()} />;
  const Shown = loaded.value.get(found.route.template);
  return Shown ? <Shown fields={found.fields ?? {}} /> : <p class="quiet loading">Loading…</p>;
}
