/** A text file of any size, read piece by piece as it comes into view. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Button } from "../../../../components/Button";
import { Failure } from "../../../../components/Failure";
import { Loading } from "../../../../components/Loaded";
import { formatBytes } from "../../../../lib/format";
import { LineFile, PIECE } from "../lines";
import type { ViewProps } from "../Preview";
import { ownerId } from "../source";
import { LineView } from "./LineView";

/** Files up to this are read whole without asking, so that a search finds everything. */
const WHOLE = 6 * PIECE;
const MOST = 200 * PIECE;

/** The text. */
export function TextView({ owner, file }: ViewProps) {
  const size = file.file_size ?? 0;
  const [from, setFrom] = useState<"start" | "end">("start");
  const [text, setText] = useState<LineFile | null>(null);
  const [stamp, setStamp] = useState(0);
  const [failed, setFailed] = useState<unknown>(null);
  const [all, setAll] = useState(false);
  const stop = useRef(new AbortController());
  const key = useMemo(() => `${ownerId(owner)} ${file.path} ${from}`, [owner, file.path, from]);
  const drawn = () => setStamp((count) => count + 1);
  const fail = (error: unknown) => {
    // What was given up for another reading is no failure of this one.
    if (!(error instanceof DOMException && error.name === "AbortError")) setFailed(error);
  };
  const begin = async () => {
    stop.current.abort();
    stop.current = new AbortController();
    const { signal } = stop.current;
    setFailed(null);
    setText(null);
    const opened = from === "end" ? await LineFile.tail(owner, file.path, size, signal) : new LineFile(owner, file.path, size);
    do {
      if (!opened.ended) await opened.more(signal);
      if (signal.aborted) return;
      setText(opened);
      drawn();
    } while (from === "start" && size <= WHOLE && !opened.ended);
  };
  useEffect(() => {
    begin().catch(fail);
    return () => stop.current.abort();
  }, [key]);
  const more = async () => {
    if (!text || text.ended || text.end >= MOST) return;
    await text.more(stop.current.signal);
    drawn();
  };
  const readAll = async () => {
    if (!text) return;
    setAll(true);
    try {
      while (!text.ended && text.end < MOST) {
        await text.more(stop.current.signal);
        drawn();
      }
    } catch (error) {
      fail(error);
    }
    setAll(false);
  };
  if (failed) return <Failure error={failed} what="The file could not be read." retry={() => void begin().catch(fail)} />;
  if (!text) return <Loading />;
  const rest = size - text.end;
  return (
    <LineView
      key={from}
      lines={text.lines}
      stamp={stamp}
      first={text.first}
      label={file.path}
      name={file.path}
      follow={from === "end"}
      onEnd={() => void more().catch(fail)}
      tools={
        <>
          {!text.ended && rest > 0 && from === "start" && (
            <>
              <span class="quiet">{formatBytes(text.end)} read</span>
              <Button small disabled={all || size > MOST} onClick={() => void readAll()}>
                {all ? "Reading…" : `Read all ${formatBytes(size)}`}
              </Button>
            </>
          )}
          {size > WHOLE && (
            <Button small onClick={() => setFrom(from === "start" ? "end" : "start")}>
              {from === "start" ? "Go to the end" : "Go to the beginning"}
            </Button>
          )}
          <span class="quiet">{text.lines.length.toLocaleString("en-US")} lines</span>
        </>
      }
    />
  );
}
