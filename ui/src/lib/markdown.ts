/** Markdown as HTML that is safe to show. Both libraries behind it are loaded when something is first shown. */

import type { Config } from "dompurify";

let loading: Promise<[typeof import("marked"), (typeof import("dompurify"))["default"]]> | null = null;

function libraries() {
  loading ??= Promise.all([import("marked"), import("dompurify").then((module) => module.default)]);
  loading.catch(() => {
    loading = null;
  });
  return loading;
}

/** What may stay: no script, style or form, and nothing that is fetched from elsewhere. */
const CONFIG: Config = {
  FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "iframe", "object", "embed", "link", "meta", "base", "video", "audio", "source"],
  FORBID_ATTR: ["style", "srcset", "ping", "target", "id", "name", "class", "background", "poster", "border", "bgcolor"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

/** What the policy of the page refuses anyway, but the browser complains of to the console while such a text is read. */
const STYLES = /<style\b[\s\S]*?<\/style\s*>/gi;
const ATTRIBUTES = /(<[a-z][^<>]*?)\s(?:on\w+|style)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/gi;

/** A text without it; keeping what is dangerous out is the sanitiser's work, which comes behind. */
export function quieted(html: string): string {
  let now = html.replace(STYLES, "");
  // Each pass takes one attribute of each tag.
  for (let before = ""; before !== now; ) {
    before = now;
    now = now.replace(ATTRIBUTES, "$1");
  }
  return now;
}

/** HTML of others as nodes without anything that runs or that asks another server. */
export async function sanitised(html: string): Promise<DocumentFragment> {
  const [, purify] = await libraries();
  const fragment = purify.sanitize(quieted(html), CONFIG) as unknown as DocumentFragment;
  harden(fragment);
  return fragment;
}

/** Keep links of clean HTML from handing the page over, and its images from asking other servers. */
export function harden(root: ParentNode): void {
  for (const link of root.querySelectorAll("a[href]")) hardenLink(link);
  for (const image of root.querySelectorAll("img")) hardenImage(image);
}

/** Markdown as such nodes. */
export async function markdownNodes(text: string): Promise<DocumentFragment> {
  const [{ marked }] = await libraries();
  return sanitised(await marked.parse(text.replace(/^---\n[\s\S]*?\n---\n/, ""), { gfm: true, async: true }));
}

function hardenLink(link: Element): void {
  const address = link.getAttribute("href") ?? "";
  if (address.startsWith("#/")) return;
  if (!/^(https?:|mailto:)/i.test(address)) {
    link.removeAttribute("href");
    return;
  }
  link.setAttribute("rel", "noopener noreferrer");
  link.setAttribute("target", "_blank");
}

/** An image from elsewhere would tell its server who reads; a link in its place leaves that to the reader. */
function hardenImage(image: Element): void {
  const address = image.getAttribute("src") ?? "";
  if (address.startsWith("data:image/") || address.startsWith("blob:")) return;
  const shown = image.ownerDocument.createElement(/^https?:/i.test(address) ? "a" : "span");
  shown.textContent = image.getAttribute("alt") || address || "image";
  if (shown.tagName === "A") {
    shown.setAttribute("href", address);
    hardenLink(shown);
  }
  image.replaceWith(shown);
}
