/** The bar at the top: where one is, the way to everything else, the theme and the keys. */

import { serverAnswers } from "../api/reach";
import { experimentById } from "../lib/experiments";
import { liveState } from "../lib/live";
import { href, place } from "../lib/route";
import { chooseTheme, dark, theme, type Theme } from "../lib/theme";
import { pageName } from "../lib/title";
import { IconButton } from "./Button";
import { Icon } from "./icons";
import { Keys } from "./Keys";
import { Menu } from "./Menu";
import "./topbar.css";

const themes: { id: Theme; label: string }[] = [
  { id: "system", label: "As the system" },
  { id: "light", label: "Light" },
  { id: "dark", label: "Dark" },
];

/** Brand, breadcrumb, search, live sign, theme, help. */
export function TopBar({ onSearch, onKeys }: { onSearch: () => void; onKeys: () => void }) {
  const { path } = place.value;
  const inModels = /^\/(models|compare-model-versions)(\/|$)/.test(path);
  return (
    <header class="bar">
      <a class="brand" href={href("/experiments")} aria-label="Millrace, home">
        <Wheel />
        Millrace
      </a>
      <nav class="bar-places" aria-label="Main">
        <a href={href("/experiments")} aria-current={inModels ? undefined : "true"}>
          Experiments
        </a>
        <a href={href("/models")} aria-current={inModels ? "true" : undefined}>
          Models
        </a>
      </nav>
      <Breadcrumb />
      <div class="bar-end">
        <Live />
        <button type="button" class="bar-search" onClick={onSearch} aria-keyshortcuts="Control+K">
          <Icon name="search" size={14} />
          <span class="bar-search-text">Go to anything…</span>
          <span aria-hidden="true">
            <Keys keys="Ctrl+K" />
          </span>
        </button>
        <Menu
          iconOnly
          align="end"
          icon={dark.value ? "moon" : "sun"}
          label="Theme"
          items={themes.map((one) => ({ label: one.label, checked: theme.value === one.id, run: () => chooseTheme(one.id) }))}
        />
        <IconButton icon="help" label="Keys" keys="?" onClick={onKeys} />
      </div>
    </header>
  );
}

/** A mill's wheel. */
function Wheel() {
  return (
    <svg class="brand-sign" viewBox="0 0 16 16" width={18} height={18} aria-hidden="true">
      <circle cx="8" cy="8" r="4.6" />
      <path d="M8 1v14M1 8h14M3.05 3.05l9.9 9.9M12.95 3.05l-9.9 9.9" />
    </svg>
  );
}

function Breadcrumb() {
  const crumbs = crumbsOf(place.value.path);
  const last = /^\/(experiments|models)?$/.test(place.value.path) ? "" : pageName.value;
  const shown = last && crumbs.at(-1)?.text !== last ? [...crumbs, { text: last, link: undefined }] : crumbs;
  if (shown.length === 0) return null;
  return (
    <nav class="crumbs" aria-label="Where this is">
      <ol>
        {shown.map((crumb, index) => (
          <li key={index}>
            {crumb.link && index < shown.length - 1 ? (
              <a href={crumb.link}>{crumb.text}</a>
            ) : (
              <span aria-current={index === shown.length - 1 ? "page" : undefined}>{crumb.text}</span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** What is above a page: the experiment of a run or model, the name of a model's version. The page names itself. */
function crumbsOf(path: string): { text: string; link: string | undefined }[] {
  const [, kind, id, tab, inner] = path.split("/").map(decode);
  if (kind === "experiments" && id && /^\d+$/.test(id)) {
    const name = experimentById(id).data.value?.name ?? `experiment ${id}`;
    return [{ text: name, link: href(`/experiments/${id}/${inner && tab !== "runs" ? tab : "runs"}`) }];
  }
  const compared = place.value.query.get("name")?.replace(/^"(.*)"$/, "$1");
  if (kind === "compare-model-versions" && compared) return [{ text: compared, link: href(`/models/${encodeURIComponent(compared)}`) }];
  if (kind === "models" && id && tab) return [{ text: id, link: href(`/models/${encodeURIComponent(id)}`) }];
  return [];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function Live() {
  const state = liveState.value;
  if (state === "off") return null;
  const text = state === "live" ? "Live" : "Paused";
  const tip = state === "live" ? "Changes appear here as they happen" : "The server is not reached just now; changes appear once it is";
  return (
    <span class={`live ${state}`} data-tip={tip} role="status">
      <span class="live-dot" aria-hidden="true" />
      {text}
    </span>
  );
}

/** A quiet line while the server does not answer. */
export function AwayBanner() {
  return (
    <div class="away" role="status">
      {!serverAnswers.value && (
        <p>
          <Icon name="warning" size={14} />
          The server does not answer. What is shown may be old; the page goes on by itself once it is back.
        </p>
      )}
    </div>
  );
}
