/** What the chosen span did: what it took and gave, its attributes, its events. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { CopyButton } from "../../components/CopyButton";
import { JsonTree } from "../../components/JsonTree";
import { KeyValues } from "../../components/KeyValues";
import { Markdown } from "../../components/Markdown";
import { Tabs } from "../../components/Tabs";
import { formatDuration } from "../../lib/format";
import { Marked } from "../run/artifacts/previews/LineView";
import { Assessments } from "./Assessments";
import { messagesOf } from "./messages";
import { kindClass } from "./kinds";
import type { Assessment, Span } from "./model";
import { StateDot } from "./StateDot";

interface SpanPanelProps {
  /** The trace's id. */
  trace: string;
  span: Span;
  assessments: readonly Assessment[];
  isRoot: boolean;
  wanted: string;
  reload: () => void;
}

type Part = "content" | "attributes" | "events" | "assessments";

/** The panel. */
export function SpanPanel({ trace, span, assessments, isRoot, wanted, reload }: SpanPanelProps) {
  const mine = assessments.filter((one) => one.span === span.id || (isRoot && !one.span));
  const failures = span.events.filter((event) => event.name === "exception");
  const [part, setPart] = useState<Part>("content");
  const tabs = [
    { id: "content" as const, label: "Inputs and outputs" },
    { id: "attributes" as const, label: "Attributes", count: Object.keys(span.attributes).length },
    { id: "events" as const, label: "Events", count: span.events.length },
    { id: "assessments" as const, label: "Assessments", count: mine.length },
  ];
  return (
    <section class="span-panel" aria-label={`Span ${span.name}`}>
      <header>
        <span class={`span-kind ${kindClass(span.kind)}`} aria-hidden="true" />
        <h3 class="cut">{span.name}</h3>
        <span class="quiet">{span.kind.toLowerCase().replaceAll("_", " ")}</span>
        <StateDot state={span.state} word />
        <span class="quiet">
          {formatDuration(span.end - span.start)}, from {formatDuration(span.start)} on
        </span>
      </header>
      <Tabs label="Parts of the span" tabs={tabs} current={part} onSelect={setPart} panel="span-part" />
      <div id="span-part" class="span-part" role="tabpanel" tabIndex={0}>
        {part === "content" && (
          <>
            {span.message && <p class="span-error">{span.message}</p>}
            {failures.map((event, index) => (
              <Failure key={index} attributes={event.attributes} />
            ))}
            <Value title="Inputs" value={span.inputs} wanted={wanted} />
            <Value title="Outputs" value={span.outputs} wanted={wanted} />
          </>
        )}
        {part === "attributes" && <Attributes attributes={{ ...span.attributes, "span id": span.id }} />}
        {part === "events" && (span.events.length === 0 ? <p class="quiet">This span has no events.</p> : <Events span={span} />)}
        {part === "assessments" && <Assessments trace={trace} span={isRoot ? "" : span.id} all={mine} reload={reload} />}
      </div>
    </section>
  );
}

function Failure({ attributes }: { attributes: Record<string, unknown> }) {
  const kind = String(attributes["exception.type"] ?? "Error");
  const stack = String(attributes["exception.stacktrace"] ?? "");
  return (
    <details class="span-exception" open>
      <summary>
        <strong>{kind}</strong> {String(attributes["exception.message"] ?? "")}
      </summary>
      {stack && (
        <pre tabIndex={0} role="region" aria-label="Stack trace">
          {stack}
        </pre>
      )}
    </details>
  );
}

function Attributes({ attributes }: { attributes: Record<string, unknown> }) {
  return <KeyValues items={Object.entries(attributes).map(([key, value]) => [key, <Plain key={key} name={key} value={value} />] as const)} />;
}

function Plain({ name, value }: { name: string; value: unknown }) {
  if (typeof value === "object" && value !== null) return <JsonTree value={value} label={name} fit depth={1} />;
  return <span class="mono">{String(value)}</span>;
}

function Events({ span }: { span: Span }) {
  return (
    <ul class="span-events">
      {span.events.map((event, index) => (
        <li key={index}>
          <h4>
            {event.name} <span class="quiet">after {formatDuration(Math.max(0, event.at - span.start))}</span>
          </h4>
          {event.name === "exception" ? <Failure attributes={event.attributes} /> : <Attributes attributes={event.attributes} />}
        </li>
      ))}
    </ul>
  );
}

function Value({ title, value, wanted }: { title: string; value: unknown; wanted: string }) {
  if (value === undefined || value === null) return null;
  const messages = messagesOf(value);
  let shown: ComponentChildren;
  if (messages) {
    shown = (
      <ol class="messages">
        {messages.map((message, index) => (
          <li key={index} class={`message ${message.role}`}>
            <span class="message-role">{message.role}</span>
            {message.text && <Markdown text={message.text} />}
            {message.calls.map((one, at) => (
              <pre key={at} class="message-call">
                {one.name}({one.input})
              </pre>
            ))}
          </li>
        ))}
      </ol>
    );
  } else if (typeof value === "string") {
    shown = <pre class="whole-value span-text">{wanted ? <Marked text={value} wanted={wanted} /> : value}</pre>;
  } else if (typeof value === "object") {
    shown = <JsonTree value={value} label={title} fit depth={3} />;
  } else {
    shown = <code>{String(value)}</code>;
  }
  return (
    <section class="span-value">
      <h4>
        {title}
        <CopyButton text={() => (typeof value === "string" ? value : JSON.stringify(value, null, 2))} label={`Copy the ${title.toLowerCase()}`} />
      </h4>
      {shown}
    </section>
  );
}
