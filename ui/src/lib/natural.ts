/** The order of names as people have it: numbers in them count by their size, so that `layer_9` comes before `layer_10`. */

const parts = /\d+|\D+/g;

/** Compare two names. (The browser's own way to do this costs milliseconds to set up, which a page's first table waits for.) */
export function byName(a: string, b: string): number {
  if (a === b) return 0;
  const [ours, theirs] = [a.match(parts) ?? [], b.match(parts) ?? []];
  for (let at = 0; at < Math.min(ours.length, theirs.length); at += 1) {
    const [one = "", other = ""] = [ours[at], theirs[at]];
    const order = Number(one) - Number(other) || compare(one.toLowerCase(), other.toLowerCase());
    if (order) return order;
  }
  return ours.length - theirs.length || compare(a, b);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
