/** A piece of code or text to copy. */

import { CopyButton } from "./CopyButton";
import "./empty.css";

/** Code as it is, with a button that copies it. */
export function Code({ text, label = "Copy this code" }: { text: string; label?: string }) {
  return (
    <div class="code-block">
      {/* A box that scrolls has to be reachable by keyboard. */}
      <pre tabIndex={0} role="region" aria-label="Code">
        <code>{text}</code>
      </pre>
      <CopyButton text={text} label={label} />
    </div>
  );
}
