/** What a run printed, where its output was logged: followed while it grows, searched, in the colours of terminals. */

import type { FileInfo, Run } from "@schema/calls";
import { useEffect, useRef, useState } from "preact/hooks";
import { Code } from "../../../components/Code";
import { Empty } from "../../../components/Empty";
import { Failure } from "../../../components/Failure";
import { Checkbox, Select } from "../../../components/fields";
import { Loaded, Loading } from "../../../components/Loaded";
import { formatBytes } from "../../../lib/format";
import { useLoad } from "../../../lib/load";
import { place, setQuery } from "../../../lib/route";
import { LineFile } from "../artifacts/lines";
import { LineView } from "../artifacts/previews/LineView";
import { listFolder } from "../artifacts/source";
import "../artifacts/artifacts.css";

const POLL = 2000;

/** The files of a run that hold output: all in `console/`, and the texts in `logs/`. */
async function outputFiles(runId: string, signal: AbortSignal): Promise<FileInfo[]> {
  const { files } = await listFolder({ run_id: runId }, "", signal);
  const found = files.filter((file) => !file.is_dir && isOutput(file.path));
  const folders = files.filter((file) => file.is_dir && ["console", "logs", "log"].includes(file.path));
  for (const folder of await Promise.all(folders.map((one) => listFolder({ run_id: runId }, one.path, signal)))) {
    found.push(...folder.files.filter((file) => !file.is_dir && (file.path.startsWith("console/") || isOutput(file.path))));
  }
  return found;
}

function isOutput(path: string): boolean {
  return /\.(log|out|err)$/i.test(path) || (/^logs?\//.test(path) && /\.txt$/i.test(path)) || /^(console|stdout|stderr|output)\.txt$/i.test(path);
}

/** The file that is shown first: what the last process of the run printed, else the first that is there. */
export function shownFirst<T extends { path: string }>(files: readonly T[]): T | undefined {
  const order = new Intl.Collator("en", { numeric: true });
  return files.filter((one) => /^console\/output.*\.log$/.test(one.path)).sort((a, b) => order.compare(a.path.replace(".log", ""), b.path.replace(".log", ""))).at(-1) ?? files[0];
}

/** The output. */
export function Console({ run }: { run: Run }) {
  const id = run.info.run_id;
  const load = useLoad((signal) => outputFiles(id, signal), [id], { keep: true });
  const running = run.info.status === "RUNNING";
  const none = load.data.value?.length === 0;
  useEffect(() => {
    if (!running || !none) return;
    // The file comes with the first thing that is printed.
    const timer = setInterval(() => !document.hidden && load.reload(), POLL);
    return () => clearInterval(timer);
  }, [running, none]);
  return (
    <Loaded load={load} what="The output of this run could not be looked for.">
      {(files) => {
        const file = files.find((one) => one.path === place.value.query.get("file")) ?? shownFirst(files);
        if (!file) {
          return (
            <Empty title={running ? "This run has no output yet" : "This run has no output to show"} icon="note">
              <p>
                What a run prints is kept when that is asked for; files in <code>console/</code> and texts in <code>logs/</code> are shown, too.
              </p>
              <Code text={"with mlflow.start_run(log_console=True):\n    ..."} />
            </Empty>
          );
        }
        return <Output key={file.path} run={run} files={files} file={file} />;
      }}
    </Loaded>
  );
}

function Output({ run, files, file }: { run: Run; files: readonly FileInfo[]; file: FileInfo }) {
  const running = run.info.status === "RUNNING";
  const [text, setText] = useState<LineFile | null>(null);
  const [stamp, setStamp] = useState(0);
  const [failed, setFailed] = useState<unknown>(null);
  const [follow, setFollow] = useState(true);
  const stop = useRef(new AbortController());
  const begin = () => {
    stop.current = new AbortController();
    setFailed(null);
    LineFile.tail({ run_id: run.info.run_id }, file.path, file.file_size ?? 0, stop.current.signal).then(setText, (error: unknown) => {
      if (!stop.current.signal.aborted) setFailed(error);
    });
  };
  useEffect(() => {
    begin();
    return () => stop.current.abort();
  }, []);
  useEffect(() => {
    if (!text) return;
    const look = () =>
      text.grown(stop.current.signal).then(
        (more) => more && setStamp((count) => count + 1),
        // A poll that fails is made up for by the next.
        () => undefined,
      );
    // When the run has ended, its last words may come a moment later.
    if (!running) {
      const timer = setTimeout(() => void look(), POLL);
      return () => clearTimeout(timer);
    }
    const timer = setInterval(() => !document.hidden && void look(), POLL);
    return () => clearInterval(timer);
  }, [text, running]);
  if (failed) return <Failure error={failed} what="The output could not be read." retry={begin} />;
  if (!text) return <Loading />;
  return (
    <div class="console-page">
      <LineView
        lines={text.lines}
        stamp={stamp}
        first={text.first}
        label={`Output in ${file.path}`}
        name=""
        follow={follow}
        onFollow={setFollow}
        note={text.first === null && <p class="view-note">The last megabyte of {formatBytes(file.file_size ?? 0)}. The whole file is among the artifacts.</p>}
        tools={
          <>
            <Checkbox label="Follow" checked={follow} onChange={setFollow} />
            {files.length > 1 && <Select label="File" hideLabel value={file.path} options={files.map((one) => one.path)} onChange={(path) => setQuery({ file: path })} />}
            <span class="quiet">{text.lines.length.toLocaleString("en-US")} lines</span>
          </>
        }
      />
    </div>
  );
}
