/** HTML and SVG files in a frame that can do nothing to the page: no scripts, unless they are allowed for this file. */

import { useState } from "preact/hooks";
import { Button } from "../../../../components/Button";
import { kindOf } from "../kinds";
import type { ViewProps } from "../Preview";
import { fileUrl } from "../source";

/** The frame. Even with scripts it has an origin of its own: it cannot read this page nor call its server as the user. */
export function FrameView({ owner, file }: ViewProps) {
  const [scripts, setScripts] = useState(false);
  const svg = kindOf(file.path) === "svg";
  return (
    <div class="frame-view">
      {!svg && (
        <p class="view-note">
          {scripts ? "Scripts of this file run, locked into the frame." : "Scripts of this file do not run."}
          <Button small onClick={() => setScripts(!scripts)}>
            {scripts ? "Stop scripts" : "Allow scripts for this file"}
          </Button>
        </p>
      )}
      <iframe
        key={String(scripts)}
        title={file.path}
        src={fileUrl(owner, file.path, { inline: true, scripts })}
        // An empty list forbids all; with scripts, the frame still is of no origin.
        sandbox={scripts ? "allow-scripts" : ""}
        referrerpolicy="no-referrer"
      />
    </div>
  );
}
