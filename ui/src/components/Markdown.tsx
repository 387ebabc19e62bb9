/** Markdown, or HTML of others, shown safely. */

import { useEffect, useRef, useState } from "preact/hooks";
import { markdownNodes, sanitised } from "../lib/markdown";
import { Failure } from "./Failure";
import "./markdown.css";

/** A text in Markdown (or in HTML) as a part of the page. */
export function Markdown({ text, html = false }: { text: string; html?: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState<unknown>(null);
  useEffect(() => {
    let wanted = true;
    setFailed(null);
    (html ? sanitised(text) : markdownNodes(text)).then(
      (nodes) => wanted && box.current?.replaceChildren(nodes),
      (error: unknown) => wanted && setFailed(error),
    );
    return () => {
      wanted = false;
    };
  }, [text, html]);
  if (failed) return <Failure error={failed} />;
  return <div class="markdown" ref={box} />;
}
