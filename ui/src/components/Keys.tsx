/** A shortcut as it is shown beside what it does. */

const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);
const signs: Record<string, string> = {
  Ctrl: mac ? "⌘" : "Ctrl",
  Shift: mac ? "⇧" : "Shift",
  Alt: mac ? "⌥" : "Alt",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
};

/** Keys drawn as keys: "Ctrl+K", "g e". */
export function Keys({ keys }: { keys: string }) {
  const all = keys.split(" ").flatMap((press) => (press === "+" ? ["+"] : press.split("+")));
  return (
    <span class="keys">
      {all.map((key, index) => (
        <kbd key={index}>{signs[key] ?? key}</kbd>
      ))}
    </span>
  );
}
