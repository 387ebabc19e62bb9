/** Where the page is: MLflow's hash routes, `#/path?query`. The address is the only state that links carry. */

import { computed, signal } from "@preact/signals";

/** A path with its query, e.g. of `#/experiments/1/runs?searchFilter=…`. */
export interface Place {
  path: string;
  query: URLSearchParams;
}

function read(): Place {
  const hash = location.hash.replace(/^#/, "") || "/";
  const cut = hash.indexOf("?");
  const path = cut < 0 ? hash : hash.slice(0, cut);
  return { path: path.startsWith("/") ? path : `/${path}`, query: new URLSearchParams(cut < 0 ? "" : hash.slice(cut)) };
}

const current = signal<Place>(read());
let arrived = 0;
addEventListener("hashchange", () => {
  arrive();
});

function arrive(): void {
  const before = current.peek().path;
  current.value = read();
  if (current.value.path !== before) arrived = performance.now();
}

/** When the present path was opened, by `performance.now()`: what its page shows was asked for after that. */
export function arrivedAt(): number {
  return arrived;
}

/** The place that is shown. */
export const place = computed(() => current.value);

/** A link to a place; parameters that are empty or undefined are left out. */
export function href(path: string, query: Record<string, string | undefined> | URLSearchParams = {}): string {
  const pairs = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const text = new URLSearchParams(
    pairs.filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== ""),
  ).toString();
  return `#${path}${text && `?${text}`}`;
}

/** Go to a place; Back returns from it. */
export function go(link: string): void {
  location.hash = link;
}

/** Go to a place instead of the one that is shown: Back passes it over. For filters, sorts, scroll and redirects. */
export function replace(link: string): void {
  history.replaceState(null, "", link);
  arrive();
}

/** Change parameters of the place that is shown; undefined or "" removes one. */
export function setQuery(changes: Record<string, string | undefined>): void {
  const query = new URLSearchParams(current.value.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === "") query.delete(name);
    else query.set(name, value);
  }
  replace(href(current.value.path, query));
}

/** The fields of a path that fits a template such as `/experiments/:id/runs/:run/artifacts/*`; null for another path. */
export function match(template: string, path: string): Record<string, string> | null {
  const wanted = template.split("/");
  const names = path.split("/");
  const rest = wanted[wanted.length - 1] === "*";
  if (names.length < wanted.length - (rest ? 1 : 0) || (names.length > wanted.length && !rest)) return null;
  const fields: Record<string, string> = {};
  for (const [index, name] of wanted.entries()) {
    if (name === "*") {
      fields["*"] = names.slice(index).map(decoded).join("/");
    } else if (name.startsWith(":")) {
      const value = names[index];
      if (!value) return null;
      fields[name.slice(1)] = decoded(value);
    } else if (name !== names[index]) {
      return null;
    }
  }
  return fields;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
