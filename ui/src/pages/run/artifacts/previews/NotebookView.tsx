/** A notebook: its cells and what they gave, with nothing of it able to run. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { Loaded } from "../../../../components/Loaded";
import { Markdown } from "../../../../components/Markdown";
import { ansiPieces } from "../../console/ansi";
import { highlight, languageOf } from "../highlight";
import { type Cell, type Output, parseNotebook } from "../notebook";
import type { ViewProps } from "../Preview";
import { asText, useFile } from "./useFile";
import "../../console/ansi.css";

const FIRST_CELLS = 100;

/** The notebook. */
export function NotebookView({ owner, file }: ViewProps) {
  const [most, setMost] = useState(FIRST_CELLS);
  const load = useFile(owner, file, (bytes) => parseNotebook(asText(bytes)));
  return (
    <Loaded load={load} what="The notebook could not be read.">
      {(notebook) => (
        <div class="page-view notebook" tabIndex={0} role="region" aria-label={file.path}>
          {notebook.cells.slice(0, most).map((cell, index) => (
            <CellView key={index} cell={cell} language={notebook.language} />
          ))}
          {notebook.cells.length > most && (
            <button type="button" class="value-button" onClick={() => setMost(most + FIRST_CELLS)}>
              Show more of the {notebook.cells.length} cells
            </button>
          )}
        </div>
      )}
    </Loaded>
  );
}

function CellView({ cell, language }: { cell: Cell; language: string }) {
  if (cell.kind === "markdown") return <Markdown text={cell.source} />;
  return (
    <div class="cell">
      <span class="cell-count quiet mono">{cell.count === null ? "" : `[${cell.count}]`}</span>
      <div class="cell-inside">
        {cell.source && <Source text={cell.source} language={cell.kind === "code" ? language : ""} />}
        {cell.outputs.map((output, index) => (
          <OutputView key={index} output={output} />
        ))}
      </div>
    </div>
  );
}

function Source({ text, language }: { text: string; language: string }) {
  const lines = useMemo(() => text.split("\n").map((line) => highlight(line, languageOf(`x.${language === "python" ? "py" : language}`))), [text, language]);
  return (
    <pre class="cell-source">
      {lines.map((pieces, index) => (
        <span key={index}>
          {pieces.map((piece, at) => (
            <span key={at} class={piece.class}>
              {piece.text}
            </span>
          ))}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}

function OutputView({ output }: { output: Output }) {
  switch (output.kind) {
    case "html":
      return <Markdown html text={output.html} />;
    case "markdown":
      return <Markdown text={output.text} />;
    case "image":
      return <Picture type={output.type} base64={output.base64} />;
    case "svg":
      return <Drawing text={output.text} />;
    default:
      return (
        <pre class={`cell-output ${output.error ? "error" : ""}`}>
          {output.text.split("\n").map((line, index) => (
            <span key={index}>
              {ansiPieces(line).map((piece, at) => (
                <span key={at} class={piece.class}>
                  {piece.text}
                </span>
              ))}
              {"\n"}
            </span>
          ))}
        </pre>
      );
  }
}

function Picture({ type, base64 }: { type: string; base64: string }) {
  return <img class="cell-image" alt="Output of the cell" src={`data:${type};base64,${base64.replace(/[^A-Za-z0-9+/=]/g, "")}`} />;
}

/** A drawing as an image, in which nothing can run. */
function Drawing({ text }: { text: string }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [text]);
  return url ? <img class="cell-image" alt="Output of the cell" src={url} /> : null;
}
