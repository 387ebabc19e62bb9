/** Sound and film in the browser's own player. */

import { useState } from "preact/hooks";
import type { ViewProps } from "../Preview";
import { fileUrl } from "../source";

/** The player. */
export function MediaView({ owner, file, video }: ViewProps & { video: boolean }) {
  const [failed, setFailed] = useState(false);
  const source = fileUrl(owner, file.path, { inline: true });
  if (failed) return <p class="view-note">The browser cannot play this file. Download it instead.</p>;
  return (
    <div class="media-view">
      {video ? (
        <video controls src={source} onError={() => setFailed(true)} aria-label={file.path} />
      ) : (
        <audio controls src={source} onError={() => setFailed(true)} aria-label={file.path} />
      )}
    </div>
  );
}
