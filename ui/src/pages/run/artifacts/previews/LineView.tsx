/** Lines of text with their numbers, searched, drawn only where they are in view. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { IconButton } from "../../../../components/Button";
import { SearchInput } from "../../../../components/fields";
import { Rows } from "../../../../components/Rows";
import { useKeys } from "../../../../lib/keys";
import { afterReturns, ansiPieces, hasAnsi, withoutAnsi } from "../../console/ansi";
import { highlight, languageOf } from "../highlight";
import { findLines } from "../lines";
import "../../console/ansi.css";

const ROW = 18;
const WIDEST = 3000;

interface LineViewProps {
  lines: readonly string[];
  /** Changes when lines were added. */
  stamp: number;
  /** The number of the first line; null where it is unknown. */
  first: number | null;
  label: string;
  /** The name that tells the language; "" for output of programs. */
  name: string;
  follow?: boolean;
  onFollow?: (follow: boolean) => void;
  /** The last lines came into view. */
  onEnd?: () => void;
  tools?: ComponentChildren;
  note?: ComponentChildren;
}

/** The lines. `/` searches, Enter and Shift+Enter walk what was found. */
export function LineView({ lines, stamp, first, label, name, follow = false, onFollow, onEnd, tools, note }: LineViewProps) {
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  const [jumps, setJumps] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const found = useMemo(() => findLines(lines, wanted), [lines, stamp, wanted]);
  const language = useMemo(() => languageOf(name), [name]);
  const widest = useMemo(() => lines.reduce((most, line) => Math.max(most, Math.min(line.length, WIDEST)), 0), [lines, stamp]);
  useEffect(() => setAt(0), [wanted]);
  useKeys("Text", [{ keys: "/", does: "Search in the text", run: () => field.current?.focus() }]);
  const step = (by: number) => {
    if (found.length === 0) return;
    setAt((at + by + found.length) % found.length);
    setJumps(jumps + 1);
    onFollow?.(false);
  };
  const marked = found[at];
  const digits = first === null ? 0 : String(first + lines.length).length;
  return (
    <div class="text-view">
      <div class="table-tools">
        <SearchInput
          label="Search in the text"
          value={wanted}
          onInput={setWanted}
          innerRef={field}
          onKeyDown={(event) => {
            if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
          }}
        />
        {wanted && (
          <>
            <span class="quiet" role="status">
              {found.length === 0 ? "not found" : `${(at + 1).toLocaleString("en-US")} of ${found.length.toLocaleString("en-US")}`}
            </span>
            <IconButton small icon="up" label="The one before" onClick={() => step(-1)} />
            <IconButton small icon="down" label="The next one" onClick={() => step(1)} />
          </>
        )}
        <span class="spacer" />
        {tools}
      </div>
      {note}
      <Rows
        count={lines.length}
        height={ROW}
        role="region"
        label={label}
        class="lines"
        width={`calc(${widest}ch + ${digits}ch + 60px)`}
        follow={follow}
        {...(marked === undefined || !wanted ? {} : { reveal: { index: marked, stamp: `${jumps} ${wanted}` } })}
        onScroll={(box) => {
          const end = box.scrollTop + box.clientHeight >= box.scrollHeight - 4 * ROW;
          if (follow && box.scrollTop + box.clientHeight < box.scrollHeight - 6 * ROW) onFollow?.(false);
          if (end) onEnd?.();
        }}
        render={(index) => {
          const line = lines[index] ?? "";
          return (
            <div class={`text-line ${wanted && index === marked ? "current" : ""}`}>
              {first !== null && (
                <span class="text-number" style={{ width: `${digits + 2}ch` }} aria-hidden="true">
                  {first + index}
                </span>
              )}
              <Line text={afterReturns(line).slice(0, WIDEST)} wanted={wanted} language={language} />
              {line.length > WIDEST && <span class="quiet"> … {(line.length - WIDEST).toLocaleString("en-US")} more characters</span>}
            </div>
          );
        }}
      />
    </div>
  );
}

function Line({ text, wanted, language }: { text: string; wanted: string; language: ReturnType<typeof languageOf> }) {
  if (wanted) {
    const plain = withoutAnsi(text);
    if (plain.toLowerCase().includes(wanted.toLowerCase())) return <Marked text={plain} wanted={wanted} />;
  }
  const pieces = hasAnsi(text) ? ansiPieces(text) : highlight(text, language);
  return (
    <code>
      {pieces.map((piece, index) =>
        piece.class ? (
          <span key={index} class={piece.class}>
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </code>
  );
}

/** A text with all places of another marked. */
export function Marked({ text, wanted }: { text: string; wanted: string }) {
  const parts: ComponentChildren[] = [];
  const lower = text.toLowerCase();
  const small = wanted.toLowerCase();
  let from = 0;
  for (let next = lower.indexOf(small); next >= 0 && parts.length < 400; next = lower.indexOf(small, from)) {
    parts.push(text.slice(from, next), <mark key={next}>{text.slice(next, next + small.length)}</mark>);
    from = next + small.length;
  }
  return (
    <code>
      {parts}
      {text.slice(from)}
    </code>
  );
}
