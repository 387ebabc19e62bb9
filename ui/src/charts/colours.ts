/** Colours of runs: the same run has the same colour, no two visible runs share one, and all can be told apart from
 * the page's background (3:1 at least, in both themes). */

/** The page's two themes. */
export type Theme = "light" | "dark";

/** The background of charts in each theme; `theme.css` holds the same. */
export const backs: Record<Theme, string> = { light: "#ffffff", dark: "#14171c" };

/** The first colours: found by a search for ten colours of at least 3:1 that are as far from each other as can be, to
 * normal eyes and to eyes with full red-green or blue-yellow blindness (simulated; the tests simulate it again). */
const first: Record<Theme, readonly string[]> = {
  light: ["#3798d4", "#d42635", "#287a52", "#8b4ff9", "#c38236", "#2b02dc", "#f64fa1", "#811f10", "#622785", "#ad3597"],
  dark: ["#4193c7", "#f52d11", "#22c7b6", "#9c5af9", "#e5e72a", "#aaadf6", "#c4628c", "#f99288", "#7bf2ec", "#bca71e"],
};

/** How many colours were chosen by hand; more are computed, still all different. */
export const handPicked = first.light.length;

/** The colour of a slot in a theme; every slot has another one. */
export function slotColour(slot: number, theme: Theme): string {
  const picked = first[theme][slot];
  if (picked) return picked;
  // Golden turns of hue and, at another pace, of lightness: no two come near each other for long.
  const turn = slot - handPicked;
  const hue = (turn * 137.508 + 15) % 360;
  const level = (turn * 0.7548776662) % 1;
  const lightness = theme === "light" ? 0.44 + level * 0.2 : 0.62 + level * 0.26;
  return readable(oklch(lightness, 0.13 + 0.06 * ((turn * 0.5698402909) % 1), hue), theme);
}

const slots = new Map<string, number>();

/** The slots of runs that are visible at once. A run keeps the slot that it had; a new one takes the slot its id
 * points to, or the next one that no visible run has. */
export function assignSlots(runIds: readonly string[]): Map<string, number> {
  const taken = new Map<number, string>();
  const assigned = new Map<string, number>();
  const pending: string[] = [];
  for (const id of [...runIds].sort()) {
    const known = slots.get(id);
    if (known !== undefined && !taken.has(known)) {
      taken.set(known, id);
      assigned.set(id, known);
    } else pending.push(id);
  }
  for (const id of pending) {
    const wanted = hash(id) % handPicked;
    let slot = wanted;
    for (let tried = 1; taken.has(slot); tried++) {
      slot = tried < handPicked ? (wanted + tried) % handPicked : tried;
    }
    taken.set(slot, id);
    assigned.set(id, slot);
    slots.set(id, slot);
  }
  return assigned;
}

/** Forget which run had which slot; for tests. */
export function forgetSlots(): void {
  slots.clear();
}

/** Colours of visible runs. `own` holds colours that users gave (`mlflow.runColor`); they are kept, only made lighter
 * or darker where the theme's background would swallow them. */
export function runColours(
  runIds: readonly string[],
  theme: Theme,
  own: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
  const colours = new Map<string, string>();
  const used = new Set<string>();
  for (const id of runIds) {
    const given = own.get(id);
    const parsed = given ? parse(given) : null;
    if (!parsed) continue;
    const colour = readable(hex(parsed), theme);
    colours.set(id, colour);
    used.add(colour);
  }
  const assigned = assignSlots(runIds.filter((id) => !colours.has(id)));
  for (const [id, slot] of assigned) {
    let colour = slotColour(slot, theme);
    for (let other = 0; used.has(colour); other++) colour = slotColour(assigned.size + handPicked + other, theme);
    used.add(colour);
    colours.set(id, colour);
  }
  return colours;
}

/** The contrast of two colours by WCAG 2: 1 to 21. */
export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** The colour of a value from 0 (low) to 1 (high): from yellow by green to blue, away from the theme's background.
 * Lightness alone tells the order, so it is safe for colour-blind eyes. */
export function ramp(share: number, theme: Theme): string {
  const t = Math.min(Math.max(share, 0), 1);
  if (theme === "light") return oklch(0.86 - t * 0.5, 0.11 + 0.05 * t, 105 + t * 165);
  return oklch(0.42 + t * 0.46, 0.15 - 0.02 * t, 270 - t * 165);
}

/** The same colour, see-through. */
export function faint(colour: string, alpha: number): string {
  const [r, g, b] = parse(colour) ?? [128, 128, 128];
  return `rgb(${r} ${g} ${b} / ${Math.round(alpha * 100)}%)`;
}

/** A colour moved away from the theme's background until it reaches 3:1. */
export function readable(colour: string, theme: Theme): string {
  let [r, g, b] = parse(colour) ?? [128, 128, 128];
  const towards = theme === "light" ? 0 : 255;
  for (let i = 0; i < 30 && contrast(hex([r, g, b]), backs[theme]) < 3.05; i++) {
    [r, g, b] = [r, g, b].map((part) => Math.round(part + (towards - part) * 0.12)) as [number, number, number];
  }
  return hex([r, g, b]);
}

function luminance(colour: string): number {
  const [r, g, b] = (parse(colour) ?? [0, 0, 0]).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The red, green and blue (0–255) of `#rgb`, `#rrggbb` or `rgb(…)`; null for anything else. */
export function parse(colour: string): [number, number, number] | null {
  const text = colour.trim();
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text);
  if (short) return [1, 2, 3].map((i) => parseInt((short[i] as string).repeat(2), 16)) as [number, number, number];
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(text);
  if (long) return [1, 2, 3].map((i) => parseInt(long[i] as string, 16)) as [number, number, number];
  const parts = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)/i.exec(text);
  if (parts) return [1, 2, 3].map((i) => Math.min(255, Number(parts[i]))) as [number, number, number];
  return null;
}

function hex(parts: readonly number[]): string {
  return `#${parts.map((part) => Math.min(255, Math.max(0, Math.round(part))).toString(16).padStart(2, "0")).join("")}`;
}

/** OKLCH (Björn Ottosson's Oklab in polar form) as `#rrggbb`; what lies outside sRGB is cut off. */
function oklch(lightness: number, chroma: number, hue: number): string {
  const angle = (hue * Math.PI) / 180;
  const a = chroma * Math.cos(angle);
  const b = chroma * Math.sin(angle);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return hex(linear.map((c) => 255 * (c <= 0.0031308 ? 12.92 * Math.max(0, c) : 1.055 * c ** (1 / 2.4) - 0.055)));
}

/** FNV-1a over the text. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return value >>> 0;
}
