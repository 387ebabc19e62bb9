/** How numbers, times and sizes are written on the page. Nothing here depends on the reader's language but dates. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A number with up to `digits` significant digits, so that a column of them stays steady: 0.0176, 1,234, 1.2e-7. */
export function formatNumber(value: number, digits = 5): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e12) return minus(grouped(value));
  if (size >= 1e9 || size < 1e-4) return minus(shortExponent(value.toExponential(Math.max(0, digits - 2))));
  if (size >= 10 ** digits) return minus(grouped(Math.round(value)));
  return minus(grouped(Number(value.toPrecision(digits))));
}

/** A number as it is, with commas between thousands. (What the browser has for this takes milliseconds to set up.) */
export function grouped(value: number): string {
  const [whole = "", rest] = String(value).split(".");
  const parted = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return rest === undefined ? parted : `${parted}.${rest}`;
}

/** A number in a place where it is compared with one beside it: with its sign, e.g. +0.012 or −3. */
export function formatDelta(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? `+${formatNumber(value, digits)}` : formatNumber(value, digits);
}

/** A count, exact up to 9,999 and with a letter above: 12.3k, 4.5M. */
export function formatCount(count: number): string {
  if (Math.abs(count) < 10_000) return grouped(count);
  for (const [size, letter] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]] as const) {
    if (Math.abs(count) >= size) return `${Number((count / size).toPrecision(3))}${letter}`;
  }
  return String(count);
}

/** "1 run", "2 runs": a count with the word that fits it. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** A number of bytes: 512 B, 1.4 kB, 3.2 MB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB", "PB"];
  let size = bytes;
  let unit = "B";
  for (const next of units) {
    if (size < 999.5) break;
    size /= 1000;
    unit = next;
  }
  return `${Number(size.toPrecision(3))} ${unit}`;
}

/** A span of milliseconds in its two largest units: 20 µs, 2.5 ms, 850 ms, 4.2 s, 3 min 5 s, 2 h 10 min, 3 d 4 h. */
export function formatDuration(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  if (span > 0 && span < 0.9995) return `${Number((1000 * span).toPrecision(3))} µs`;
  if (span < 10) return `${Number(span.toFixed(1))} ms`;
  if (span < 1000) return `${Math.round(span)} ms`;
  if (span < 10_000) return `${Number((span / 1000).toFixed(1))} s`;
  const seconds = Math.round(span / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return two(Math.floor(seconds / 60), "min", seconds % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return two(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(minutes / 60);
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** How long ago a time (milliseconds since 1970) was: just now, 5 min ago, 3 h ago, yesterday, 12 d ago, or the date. */
export function formatAgo(time: number, now: number = Date.now()): string {
  const span = now - time;
  if (span < -minute) return formatDate(time);
  if (span < minute) return "just now";
  if (span < hour) return `${Math.floor(span / minute)} min ago`;
  if (span < day) return `${Math.floor(span / hour)} h ago`;
  if (span < 2 * day) return "yesterday";
  if (span < 30 * day) return `${Math.floor(span / day)} d ago`;
  return formatDate(time);
}

/** A day, in digits that sort: 2026-03-09. */
export function formatDate(time: number): string {
  const date = new Date(time);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** A day and a time in the reader's time zone: 2026-03-09 14:05:07. */
export function formatTime(time: number): string {
  const date = new Date(time);
  return `${formatDate(time)} ${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** The first characters of a long id, enough to tell it from others by eye. */
export function shortId(id: string, length = 8): string {
  return id.length > length + 2 ? id.slice(0, length) : id;
}

function two(first: number, unit: string, second: number, smaller: string): string {
  return second ? `${first} ${unit} ${second} ${smaller}` : `${first} ${unit}`;
}

function minus(text: string): string {
  return text.replace(/^-/, "−");
}

function shortExponent(text: string): string {
  return text.replace(/\.?0+e/, "e").replace("e+", "e").replace("e-", "e−");
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
