/** An image: fitted or at any size, moved by dragging, with those beside it a key away. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Button, IconButton } from "../../../../components/Button";
import { useKeys } from "../../../../lib/keys";
import { kindOf } from "../kinds";
import type { ViewProps } from "../Preview";
import { fileUrl } from "../source";

const LEAST = 0.05;
const MOST = 32;

/** The image. */
export function ImageView({ owner, file, siblings, onPath }: ViewProps) {
  const [zoom, setZoom] = useState<number | null>(null);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  const [failed, setFailed] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const images = siblings.filter((one) => !one.is_dir && kindOf(one.path) === "image");
  const at = images.findIndex((one) => one.path === file.path);
  const step = (by: number) => {
    const next = images[(at + by + images.length) % images.length];
    if (next && next.path !== file.path) onPath(next.path);
  };
  const fitted = () => {
    const element = box.current;
    return element && size ? Math.min(1, (element.clientWidth - 24) / size.width, (element.clientHeight - 24) / size.height) : 1;
  };
  const scale = (by: number) => setZoom(Math.max(LEAST, Math.min(MOST, (zoom ?? fitted()) * by)));
  // In an enlarged image, the arrows scroll.
  const steps = () => zoom === null || document.activeElement !== box.current;
  useKeys("Image", [
    { keys: "ArrowRight", does: "Next image", when: steps, run: () => step(1) },
    { keys: "ArrowLeft", does: "Previous image", when: steps, run: () => step(-1) },
    { keys: "+", does: "Larger", run: () => scale(1.25) },
    { keys: "-", does: "Smaller", run: () => scale(0.8) },
    { keys: "0", does: "Fit the image", run: () => setZoom(null) },
  ]);
  useEffect(() => {
    const element = box.current;
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      scale(event.deltaY < 0 ? 1.15 : 1 / 1.15);
    };
    element?.addEventListener("wheel", wheel, { passive: false });
    return () => element?.removeEventListener("wheel", wheel);
  });
  const drag = (event: PointerEvent) => {
    const element = box.current;
    if (!element || event.button !== 0) return;
    const start = { x: event.clientX + element.scrollLeft, y: event.clientY + element.scrollTop };
    element.setPointerCapture(event.pointerId);
    element.onpointermove = (move) => element.scrollTo(start.x - move.clientX, start.y - move.clientY);
    element.onpointerup = () => {
      element.onpointermove = null;
    };
  };
  const shown = zoom ?? fitted();
  return (
    <div class="image-view">
      <div class="table-tools">
        {images.length > 1 && (
          <>
            <IconButton small icon="left" label="Previous image" keys="←" onClick={() => step(-1)} />
            <span class="quiet">
              {at + 1} of {images.length}
            </span>
            <IconButton small icon="right" label="Next image" keys="→" onClick={() => step(1)} />
          </>
        )}
        <span class="spacer" />
        {size && (
          <span class="quiet">
            {size.width} × {size.height}
          </span>
        )}
        <IconButton small icon="minus" label="Smaller" keys="-" onClick={() => scale(0.8)} />
        <span class="zoom">{Math.round(shown * 100)} %</span>
        <IconButton small icon="plus" label="Larger" keys="+" onClick={() => scale(1.25)} />
        <Button small aria-pressed={zoom === null} onClick={() => setZoom(null)}>
          Fit
        </Button>
        <Button small onClick={() => setZoom(1)}>
          100 %
        </Button>
      </div>
      <div class="image-box" ref={box} onPointerDown={drag} tabIndex={0} role="region" aria-label="Image, scrolled by the arrow keys when enlarged">
        {failed ? (
          <p class="view-note">The browser cannot show this image.</p>
        ) : (
          <img
            src={fileUrl(owner, file.path, { inline: true })}
            alt={file.path}
            draggable={false}
            class={shown > 2 ? "pixels" : ""}
            style={size ? { width: `${size.width * shown}px`, height: `${size.height * shown}px` } : {}}
            onLoad={(event) => setSize({ width: event.currentTarget.naturalWidth, height: event.currentTarget.naturalHeight })}
            onError={() => setFailed(true)}
          />
        )}
      </div>
    </div>
  );
}
