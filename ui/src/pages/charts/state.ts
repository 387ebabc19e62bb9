/** The state of the charts of a page, as it travels in the address: parameter `charts`. */

import type { Smoothing } from "../../charts/smoothing";

/** How a line chart is drawn; one chart may have other settings than the rest. */
export interface Settings {
  /** step, relative, wall, or `metrics.<key>`: another metric. */
  x: string;
  smoothing: Smoothing;
  /** The weight of an EMA (0 to 1), or a width in points. */
  amount: number;
  log: boolean;
  /** Whether values beyond the 1st and the 99th percentile are out of the picture. */
  cut: boolean;
}

/** The kinds of charts that are added by hand. */
export type AddedKind = "scatter" | "bar" | "parallel" | "box" | "heat" | "importance";

/** A chart that was added by hand; what each column is for depends on the kind. */
export interface Added {
  kind: AddedKind;
  columns: string[];
}

/** Everything that a link to charts carries. */
export interface Workspace extends Settings {
  /** How many runs are drawn at most. */
  runs: number;
  /** The columns by which runs are drawn as groups: one for each combination of their values. */
  groups: string[];
  /** What keys of metrics must match. */
  find: string;
  /** The sections that are not as they are at first, opened or closed. */
  toggled: string[];
  own: Readonly<Record<string, Partial<Settings>>>;
  added: Added[];
  /** How large charts are. */
  size: "s" | "m" | "l";
  /** The parts of x axes that are zoomed to, by the name of the axis. */
  zooms: Readonly<Record<string, readonly [number, number]>>;
}

/** How everything is at first. */
export const initial: Workspace = {
  x: "step",
  smoothing: "none",
  amount: 0.6,
  log: false,
  cut: false,
  runs: 50,
  groups: [],
  find: "",
  toggled: [],
  own: {},
  added: [],
  size: "m",
  zooms: {},
};

/** How high charts of each size are, in pixels. */
export const heights = { s: 160, m: 220, l: 380 } as const;

const smoothings: readonly string[] = ["none", "ema", "gaussian", "mean"];
const kinds: readonly string[] = ["scatter", "bar", "parallel", "box", "heat", "importance"];

/** A workspace as a short text: only what is not as at first; "" when everything is. */
export function formatWorkspace(workspace: Workspace): string {
  const parts = formatSettings(workspace, initial);
  if (workspace.runs !== initial.runs) parts.push(`n:${workspace.runs}`);
  if (workspace.groups.length) parts.push(`g:${workspace.groups.map(escaped).join(",")}`);
  if (workspace.find) parts.push(`f:${escaped(workspace.find)}`);
  if (workspace.toggled.length) parts.push(`t:${workspace.toggled.map(escaped).join(",")}`);
  for (const [key, own] of Object.entries(workspace.own)) {
    parts.push(`o:${escaped(key)},${formatSettings({ ...initial, ...own }, null, own).map(escaped).join(",")}`);
  }
  if (workspace.size !== initial.size) parts.push(`w:${workspace.size}`);
  for (const [axis, [low, high]] of Object.entries(workspace.zooms)) parts.push(`z:${[axis, `${low}`, `${high}`].map(escaped).join(",")}`);
  for (const { kind, columns } of workspace.added) parts.push(`c:${[kind, ...columns].map(escaped).join(",")}`);
  return parts.join(";");
}

/** The workspace that a text says; what it does not say, or says wrongly, is as at first. */
export function parseWorkspace(text: string): Workspace {
  const workspace: Workspace = { ...initial, own: {}, groups: [], toggled: [], added: [], zooms: {} };
  const zooms: Record<string, readonly [number, number]> = {};
  const own: Record<string, Partial<Settings>> = {};
  for (const part of text.split(";")) {
    const cut = part.indexOf(":");
    const name = cut < 0 ? part : part.slice(0, cut);
    const value = cut < 0 ? "" : part.slice(cut + 1);
    const fields = value.split(",").map(unescaped);
    if (name === "n" && Number(value) >= 1) workspace.runs = Math.min(1000, Math.floor(Number(value)));
    else if (name === "g") workspace.groups = fields.filter(Boolean);
    else if (name === "f") workspace.find = unescaped(value);
    else if (name === "t") workspace.toggled = fields;
    else if (name === "w" && (value === "s" || value === "l")) workspace.size = value;
    else if (name === "z" && Number(fields[1]) < Number(fields[2])) zooms[fields[0] as string] = [Number(fields[1]), Number(fields[2])];
    else if (name === "o" && fields[0]) own[fields[0]] = parseSettings(fields.slice(1));
    else if (name === "c" && kinds.includes(fields[0] as string)) {
      workspace.added.push({ kind: fields[0] as AddedKind, columns: fields.slice(1) });
    } else Object.assign(workspace, parseSettings([part]));
  }
  workspace.own = own;
  workspace.zooms = zooms;
  return workspace;
}

/** The change by which a section is opened or closed. */
export function toggling({ toggled }: Workspace, prefix: string): Pick<Workspace, "toggled"> {
  return { toggled: toggled.includes(prefix) ? toggled.filter((one) => one !== prefix) : [...toggled, prefix] };
}

/** The change by which one chart gets settings of its own; null takes them away. */
export function owning(workspace: Workspace, key: string, own: Partial<Settings> | null): Pick<Workspace, "own"> {
  const { [key]: before, ...rest } = workspace.own;
  return { own: own ? { ...rest, [key]: { ...before, ...own } } : rest };
}

/** The settings of one chart. */
export function settingsOf(workspace: Workspace, key: string): Settings {
  const { x, smoothing, amount, log, cut } = workspace;
  return { x, smoothing, amount, log, cut, ...workspace.own[key] };
}

function formatSettings(settings: Settings, except: Settings | null, only: Partial<Settings> = settings): string[] {
  const parts: string[] = [];
  if ("x" in only && settings.x !== except?.x) parts.push(`x:${escaped(settings.x)}`);
  if ("smoothing" in only && (settings.smoothing !== except?.smoothing || settings.amount !== except?.amount)) {
    parts.push(`s:${settings.smoothing}~${settings.amount}`);
  }
  if ("log" in only && settings.log !== except?.log) parts.push(settings.log ? "log" : "lin");
  if ("cut" in only && settings.cut !== except?.cut) parts.push(settings.cut ? "cut" : "all");
  return parts;
}

function parseSettings(parts: string[]): Partial<Settings> {
  const found: Partial<Settings> = {};
  for (const part of parts) {
    if (part.startsWith("x:")) found.x = unescaped(part.slice(2));
    else if (part.startsWith("s:")) {
      const [kind, amount] = part.slice(2).split("~");
      if (!smoothings.includes(kind as string) || !Number.isFinite(Number(amount))) continue;
      found.smoothing = kind as Smoothing;
      found.amount = Number(amount);
    } else if (part === "log" || part === "lin") found.log = part === "log";
    else if (part === "cut" || part === "all") found.cut = part === "cut";
  }
  return found;
}

function escaped(text: string): string {
  return text.replace(/[%;:,]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
}

function unescaped(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
