/** A file of an unknown kind: text when it looks like text, else its first bytes. */

import { Loaded } from "../../../../components/Loaded";
import { formatBytes } from "../../../../lib/format";
import { useLoad } from "../../../../lib/load";
import { hexLines, looksLikeText } from "../hex";
import type { ViewProps } from "../Preview";
import { ownerId, readPart } from "../source";
import { TextView } from "./TextView";

const HEAD = 4096;

/** The file. */
export function UnknownView(props: ViewProps) {
  const { owner, file } = props;
  const load = useLoad(async (signal) => (await readPart(owner, file.path, 0, HEAD, signal)).bytes, [ownerId(owner), file.path]);
  return (
    <Loaded load={load} what="The file could not be read.">
      {(bytes) =>
        looksLikeText(bytes) ? (
          <TextView {...props} />
        ) : (
          <div class="with-note">
            <p class="view-note">
              This page knows no view for files of this kind. {bytes.length < (file.file_size ?? 0) ? `The first ${formatBytes(bytes.length)}:` : "Its bytes:"}
            </p>
            <pre class="hex" tabIndex={0} role="region" aria-label="Bytes of the file">
              {hexLines(bytes).join("\n")}
            </pre>
          </div>
        )
      }
    </Loaded>
  );
}
