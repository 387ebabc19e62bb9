/** A PDF file in the browser's own viewer. */

import { useEffect, useState } from "preact/hooks";
import { Loaded } from "../../../../components/Loaded";
import type { ViewProps } from "../Preview";
import { useFile } from "./useFile";

/** The viewer. The bytes go to it directly, as browsers refuse to show PDF files that come sandboxed. */
export function PdfView({ owner, file }: ViewProps) {
  const load = useFile(owner, file, (bytes) => new Blob([bytes as BlobPart], { type: "application/pdf" }));
  return (
    <Loaded load={load} what="The file could not be read.">
      {(blob) => <Viewer blob={blob} title={file.path} />}
    </Loaded>
  );
}

function Viewer({ blob, title }: { blob: Blob; title: string }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return url ? <iframe class="pdf-frame" title={title} src={url} /> : null;
}
