/** Finding things in a list that is on the page already, by words in any order. */

/** How well a name fits what was typed: 0 not at all; whole words and beginnings count more than parts of words. */
export function fit(name: string, text: string): number {
  const lower = name.toLowerCase();
  let sum = 0;
  for (const word of text.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = lower.indexOf(word);
    if (at < 0) return 0;
    const begins = at === 0 || /[^a-z0-9]/.test(lower[at - 1] ?? "");
    sum += word.length / lower.length + (begins ? 1 : 0) + (at === 0 ? 1 : 0) + 0.01;
  }
  return sum;
}

/** The items that fit, the best first; all of them, in their order, when nothing was typed. */
export function rank<T>(items: readonly T[], text: string, name: (item: T) => string): T[] {
  if (!text.trim()) return [...items];
  return items
    .map((item) => ({ item, fits: fit(name(item), text) }))
    .filter((one) => one.fits > 0)
    .sort((a, b) => b.fits - a.fits)
    .map((one) => one.item);
}
