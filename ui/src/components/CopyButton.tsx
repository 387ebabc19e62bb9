/** Copying a text to the clipboard. */

import { useSignal } from "@preact/signals";
import { toast } from "../lib/toasts";
import { Button, IconButton } from "./Button";

/** Copy a text; true when the browser did. Works without HTTPS, too, where the clipboard interface is missing. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    (document.querySelector("dialog:modal") ?? document.body).append(area);
    area.select();
    // The only way on a page that came over plain HTTP.
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** A button that copies `text`; `label` says what: "Copy the run's id". With `words` they are shown beside the icon. */
export function CopyButton({ text, label, words, small = true }: { text: string | (() => string); label: string; words?: string; small?: boolean }) {
  const copied = useSignal(false);
  const copy = async () => {
    const done = await copyText(typeof text === "function" ? text() : text);
    if (!done) {
      toast("The browser did not allow copying.", { kind: "failed" });
      return;
    }
    copied.value = true;
    setTimeout(() => {
      copied.value = false;
    }, 1500);
  };
  const icon = copied.value ? "check" : "copy";
  const now = copied.value ? "Copied" : label;
  return words ? (
    <Button small={small} icon={icon} aria-label={now} onClick={() => void copy()}>
      {words}
    </Button>
  ) : (
    <IconButton small={small} icon={icon} label={now} onClick={() => void copy()} />
  );
}
