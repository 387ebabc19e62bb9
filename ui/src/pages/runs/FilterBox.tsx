/** The filter box: MLflow's syntax with completion of keys and values, and the server's complaint under the place. */

import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { call, CallError } from "../../api/call";
import { Icon } from "../../components/icons";
import { IconButton } from "../../components/Button";
import { useKeys } from "../../lib/keys";
import { remember, remembered } from "../../lib/memory";
import { operatorsFor, type Suggestion, suggestions, valueQuestion, valueSuggestions } from "./completion";
import { asFilter, columnOf, complete, isPlain, tokens, type Typing, typingAt } from "./filter";
import type { Table } from "./useTable";
import "./filter.css";

const HISTORY = 20;

/** The box, with what it suggests below it. */
export function FilterBox({ table }: { table: Table }) {
  const applied = table.state.filter;
  const text = useSignal(applied);
  const open = useSignal(false);
  const active = useSignal(-1);
  const typing = useSignal<Typing | null>(null);
  const list = useSignal<Suggestion[]>([]);
  const field = useRef<HTMLInputElement>(null);
  const asked = useRef<AbortController | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const id = useId();

  useEffect(() => {
    text.value = applied;
  }, [applied]);
  useEffect(() => () => clearTimeout(timer.current), []);

  useKeys("Runs", [
    {
      keys: "/",
      does: "Filter",
      run: () => {
        field.current?.focus();
        field.current?.select();
      },
    },
  ]);

  const apply = (to: string) => {
    clearTimeout(timer.current);
    open.value = false;
    const wanted = to.trim();
    if (wanted === table.state.filter) return;
    if (wanted && !isPlain(wanted)) keep(wanted);
    table.change({ filter: wanted });
  };

  const suggest = () => {
    table.findAll();
    const at = field.current?.selectionStart ?? text.value.length;
    asked.current?.abort();
    active.value = -1;
    if (!text.value.trim()) {
      typing.value = { what: "key", part: "", start: 0, end: 0 };
      list.value = [
        ...remembered<string[]>("filters", []).slice(0, 6).map((one) => ({ text: one, detail: "used before" })),
        ...(suggestions(typing.value, table.allFacts) ?? []),
      ];
      return;
    }
    const now = typingAt(text.value, at);
    typing.value = now;
    if (now.what === "operator") {
      const key = tokens(text.value.slice(0, now.start)).findLast((one) => one.sort === "key");
      const all = key ? operatorsFor(columnOf(key.text)) : [];
      list.value = all.filter((one) => one.text.startsWith(now.part.toUpperCase()));
      return;
    }
    const ready = suggestions(now, table.allFacts);
    if (ready) {
      list.value = ready;
      return;
    }
    const question = valueQuestion(now, table.question);
    if (!question) {
      list.value = [];
      return;
    }
    const stop = new AbortController();
    asked.current = stop;
    call("GetFacet", question, stop.signal).then(
      (facet) => {
        if (!stop.signal.aborted) list.value = valueSuggestions(facet);
      },
      () => {
        if (!stop.signal.aborted) list.value = [];
      },
    );
  };

  const take = (chosen: Suggestion) => {
    const now = typing.value;
    if (!now) return;
    if (chosen.detail === "used before") {
      text.value = chosen.text;
      apply(chosen.text);
      return;
    }
    const done = complete(text.value, now, chosen.text);
    text.value = done.text;
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(done.caret, done.caret);
      suggest();
    });
  };

  const onInput = (value: string) => {
    text.value = value;
    open.value = true;
    suggest();
    clearTimeout(timer.current);
    // Words that begin no key search names as they are typed; all else is sent when it is whole, on Enter.
    const word = isPlain(value) && list.value.length === 0 && looksUp(value);
    if (word || !value.trim()) {
      timer.current = setTimeout(() => table.change({ filter: value.trim() }), 350);
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const count = list.value.length;
    const shown = open.value && count > 0;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!open.value) {
        open.value = true;
        suggest();
      } else if (count > 0) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        active.value = (active.value + step + count + (active.value < 0 && step < 0 ? 1 : 0)) % count;
      }
    } else if (event.key === "Enter") {
      const chosen = shown ? list.value[active.value] : undefined;
      if (chosen) take(chosen);
      else apply(text.value);
    } else if (event.key === "Tab" && shown && !event.shiftKey && (active.value >= 0 || typing.value?.part)) {
      take(list.value[Math.max(0, active.value)] as Suggestion);
    } else if (event.key === "Escape") {
      if (open.value) open.value = false;
      else if (text.value !== applied) text.value = applied;
      else field.current?.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const complaint = complaintOf(table, applied);
  const shown = open.value && list.value.length > 0;
  return (
    <div class={`filter${complaint ? " wrong" : ""}`}>
      <Icon name="search" size={14} />
      <input
        ref={field}
        class="input mono filter-field"
        type="text"
        role="combobox"
        aria-label="Filter runs"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown && active.value >= 0 ? `${id}-${active.value}` : undefined}
        aria-invalid={complaint !== null}
        aria-describedby={complaint ? `${id}-wrong` : undefined}
        placeholder="Search names, or filter: metrics.loss < 0.1 AND params.model = 'svc'"
        spellcheck={false}
        autocomplete="off"
        value={text.value}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onClick={() => {
          open.value = true;
          suggest();
        }}
        onBlur={() => {
          open.value = false;
        }}
      />
      {text.value !== "" && (
        <IconButton
          small
          icon="close"
          label="Clear the filter"
          onClick={() => {
            text.value = "";
            apply("");
            field.current?.focus();
          }}
        />
      )}
      <ul class="filter-list" id={`${id}-list`} role="listbox" aria-label="Suggestions" hidden={!shown}>
        {shown &&
          list.value.map((one, index) => (
            <li
              key={one.text}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active.value}
              ref={(item) => {
                if (item && index === active.value) item.scrollIntoView({ block: "nearest" });
              }}
              onPointerDown={(event) => {
                event.preventDefault();
                take(one);
              }}
            >
              <span class="mono cut">{one.text}</span>
              <span class="quiet">{one.detail}</span>
            </li>
          ))}
      </ul>
      {complaint && !shown && (
        <div class="filter-wrong" id={`${id}-wrong`} role="alert">
          {complaint.at !== null && (
            <pre aria-hidden="true">
              {applied}
              {"\n"}
              {" ".repeat(complaint.at)}▲
            </pre>
          )}
          {complaint.message}
        </div>
      )}
    </div>
  );
}

/** Whether a plain text can be meant as words of a name: the beginning of a key is not. */
function looksUp(value: string): boolean {
  return !/(^|\s)(attributes|attr|metrics?|params?|parameters?|tags?|datasets?)\./i.test(value);
}

function keep(filter: string): void {
  const before = remembered<string[]>("filters", []).filter((one) => one !== filter);
  remember("filters", [filter, ...before].slice(0, HISTORY));
}

/** What the server says of the filter that is applied, and where; null when it takes it. */
function complaintOf(table: Table, applied: string): { message: string; at: number | null } | null {
  const failed = (table.groups ?? table.rows).failed.value ?? table.rows.failed.value;
  if (!applied || !(failed instanceof CallError) || failed.status !== 400) return null;
  if (isPlain(applied)) return { message: failed.message, at: null };
  const shift = table.filter.startsWith(`(${asFilter(applied)})`) ? 1 : 0;
  return { message: failed.message, at: failed.position === null ? null : Math.max(0, failed.position - 1 - shift) };
}
