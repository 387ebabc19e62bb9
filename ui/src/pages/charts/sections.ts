/** Charts in sections: by what stands before the slashes of a metric's key. */

/** A section with its charts and the sections in it. */
export interface Section {
  /** The whole prefix: `train`, `train/aug`; "" for keys without one. */
  prefix: string;
  /** What its heading says: the prefix without that of the section around it. */
  title: string;
  keys: string[];
  inner: Section[];
  /** How many charts it and its inner sections have. */
  count: number;
}

/** The sections of keys, in their order. A section that would only hold one other section is joined with it. */
export function sectionsOf(keys: readonly string[]): Section[] {
  const root: Section = { prefix: "", title: "", keys: [], inner: [], count: 0 };
  for (const key of keys) {
    const parts = key.split("/");
    let here = root;
    here.count++;
    for (let depth = 1; depth < parts.length; depth++) {
      const prefix = parts.slice(0, depth).join("/");
      let next = here.inner.find((one) => one.prefix === prefix);
      if (!next) {
        next = { prefix, title: parts[depth - 1] as string, keys: [], inner: [], count: 0 };
        here.inner.push(next);
      }
      next.count++;
      here = next;
    }
    here.keys.push(key);
  }
  // What the machine did comes after what the model did.
  const inner = root.inner.map(joined).sort((a, b) => Number(isSystem(a)) - Number(isSystem(b)));
  return root.keys.length ? [{ ...root, inner: [], count: root.keys.length }, ...inner] : inner;
}

function isSystem({ prefix }: Section): boolean {
  return prefix === "system" || prefix.startsWith("system/");
}

function joined(section: Section): Section {
  const inner = section.inner.map(joined);
  const [only] = inner;
  if (only && inner.length === 1 && section.keys.length === 0) {
    return { ...only, title: `${section.title}/${only.title}` };
  }
  return { ...section, inner };
}

/** The keys that a pattern matches: a regular expression, or as plain text when it is none. */
export function matching(keys: readonly string[], pattern: string): string[] {
  if (!pattern) return [...keys];
  const test = tester(pattern);
  return keys.filter(test);
}

function tester(pattern: string): (key: string) => boolean {
  try {
    const found = new RegExp(pattern, "i");
    return (key) => found.test(key);
  } catch {
    const plain = pattern.toLowerCase();
    return (key) => key.toLowerCase().includes(plain);
  }
}
