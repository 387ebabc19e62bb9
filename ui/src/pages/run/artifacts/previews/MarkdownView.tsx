/** A Markdown file as a page. */

import { Loaded } from "../../../../components/Loaded";
import { Markdown } from "../../../../components/Markdown";
import type { ViewProps } from "../Preview";
import { asText, useFile } from "./useFile";

/** The page. */
export function MarkdownView({ owner, file }: ViewProps) {
  const load = useFile(owner, file, asText);
  return (
    <Loaded load={load} what="The file could not be read.">
      {(text) => (
        <div class="page-view" tabIndex={0} role="region" aria-label={file.path}>
          <Markdown text={text} />
        </div>
      )}
    </Loaded>
  );
}
