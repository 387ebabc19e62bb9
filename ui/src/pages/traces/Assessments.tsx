/** What people, judges and code made of a trace. */

import { Tag } from "../../components/Tag";
import { TimeAgo } from "../../components/TimeAgo";
import { formatNumber } from "../../lib/format";
import type { Assessment } from "./model";

const GOOD = new Set(["true", "yes", "pass", "good", "correct"]);
const BAD = new Set(["false", "no", "fail", "bad", "incorrect"]);

function toneOf(one: Assessment): "good" | "bad" | "plain" {
  if (one.error) return "bad";
  const word = String(one.value).toLowerCase();
  return one.kind === "expectation" ? "plain" : GOOD.has(word) ? "good" : BAD.has(word) ? "bad" : "plain";
}

function shown(value: unknown): string {
  if (typeof value === "number") return formatNumber(value);
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

/** An assessment as a small label. */
export function AssessmentTag({ one }: { one: Assessment }) {
  return <Tag tone={toneOf(one)} name={one.name} value={one.error ? "failed" : shown(one.value)} tip={one.rationale || one.error || `${one.name}: ${shown(one.value)}`} />;
}

/** All assessments with their reasons. */
export function Assessments({ all }: { all: readonly Assessment[] }) {
  return (
    <ul class="assessments">
      {all.map((one) => (
        <li key={one.id}>
          <div>
            <AssessmentTag one={one} />
            <span class="quiet">
              {one.kind === "expectation" ? "expected" : "feedback"} by {one.source || "an unknown source"}
              {one.sourceKind && ` (${one.sourceKind.toLowerCase().replaceAll("_", " ")})`}
              {one.time !== null && (
                <>
                  , <TimeAgo at={one.time} />
                </>
              )}
            </span>
          </div>
          {(one.rationale || one.error) && <p>{one.rationale || one.error}</p>}
        </li>
      ))}
    </ul>
  );
}
