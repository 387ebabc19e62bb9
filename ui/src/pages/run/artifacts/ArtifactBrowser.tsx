/** The files of a run or of a logged model: a tree beside what is chosen in it. */

import type { FileInfo } from "@schema/calls";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Button, IconButton } from "../../../components/Button";
import { Empty } from "../../../components/Empty";
import { Failure } from "../../../components/Failure";
import { Loading } from "../../../components/Loaded";
import { Code } from "../../../components/Code";
import { FolderView } from "./FolderView";
import { Preview } from "./Preview";
import { isServed, type Owner, zipUrl } from "./source";
import { folderOf, lastName } from "./tree";
import { FileTree } from "./FileTree";
import { useTree } from "./useTree";
import { droppedFiles, Uploads, useUploads } from "./Uploads";
import "./artifacts.css";

/** What the browser needs: whose files, which one is shown, and what to do when another is chosen. */
export interface ArtifactBrowserProps {
  owner: Owner;
  path: string;
  onPath: (path: string) => void;
}

/** The browser. */
export function ArtifactBrowser({ owner, path, onPath }: ArtifactBrowserProps) {
  const tree = useTree(owner, path);
  const [dragged, setDragged] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const siblings = tree.folders.get(folderOf(path));
  const file = useMemo(() => siblings?.files?.find((one) => one.path === path), [siblings, path]);
  const folder = !path || file?.is_dir ? path : folderOf(path);
  const uploads = useUploads(owner, tree.root, (into) => tree.load(into));
  const may = "run_id" in owner || isServed(tree.root);
  useEffect(() => {
    if (file?.is_dir && !tree.folders.has(file.path)) tree.toggle(file.path);
  }, [file]);
  const top = tree.folders.get("");
  if (top?.error && !top.files) return <Failure error={top.error} what="The artifacts could not be listed." retry={() => tree.load("")} />;
  if (!top?.files) return <Loading />;
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setDragged(false);
    if (event.dataTransfer && may) void droppedFiles(event.dataTransfer).then((files) => uploads.add(files, folder));
  };
  return (
    <div
      class={`artifacts-page ${dragged ? "dragged" : ""}`}
      onDragOver={(event) => {
        if (!may || !event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        setDragged(true);
      }}
      onDragLeave={(event) => event.currentTarget === event.target && setDragged(false)}
      onDrop={drop}
    >
      <section class="artifact-side" aria-label="Files">
        <div class="artifact-tools">
          <Button small icon="upload" disabled={!may} onClick={() => picker.current?.click()}>
            Upload
          </Button>
          <a class="button small plain" href={zipUrl(owner, "")} download>
            Download all
          </a>
          <span class="spacer" />
          <IconButton small icon="refresh" label="List the files again" onClick={() => [...tree.folders.keys()].forEach(tree.load)} />
          <input
            ref={picker}
            type="file"
            multiple
            class="hidden-visually"
            tabIndex={-1}
            aria-label="Files to upload"
            onChange={(event) => {
              const files = [...(event.currentTarget.files ?? [])].map((one) => ({ path: one.name, file: one }));
              uploads.add(files, folder);
              event.currentTarget.value = "";
            }}
          />
        </div>
        <FileTree tree={tree} path={path} onPath={onPath} />
        <Uploads uploads={uploads} />
      </section>
      <section class="artifact-view" aria-label={path ? `Preview of ${lastName(path)}` : "Preview"}>
        <Chosen owner={owner} tree={tree} path={path} file={file} onPath={onPath} empty={top.files.length === 0} />
      </section>
      {dragged && (
        <div class="drop-note" aria-hidden="true">
          Drop to upload into {folder || "the root"}
        </div>
      )}
    </div>
  );
}

interface ChosenProps extends ArtifactBrowserProps {
  tree: ReturnType<typeof useTree>;
  file: FileInfo | undefined;
  empty: boolean;
}

function Chosen({ owner, tree, path, file, onPath, empty }: ChosenProps) {
  if (empty) {
    return (
      <Empty title="No artifacts yet" icon="folder">
        <p>Drop files here, press Upload, or log them:</p>
        <Code text={'mlflow.log_artifact("report.html")\nmlflow.log_figure(figure, "plots/loss.png")'} />
      </Empty>
    );
  }
  const siblings = tree.folders.get(folderOf(path));
  if (!path || file?.is_dir) return <FolderView owner={owner} tree={tree} path={path} onPath={onPath} />;
  if (file) return <Preview key={path} owner={owner} root={tree.root} file={file} siblings={siblings?.files ?? []} onPath={onPath} changed={() => tree.load(folderOf(path))} />;
  if (siblings?.error) return <Failure error={siblings.error} what={`The folder ${folderOf(path)} could not be listed.`} retry={() => tree.load(folderOf(path))} />;
  if (!siblings || siblings.loading) return <Loading />;
  return (
    <Empty title="There is no such file" icon="search">
      <p>
        Looked for <code>{path}</code>.
      </p>
      <Button onClick={() => onPath("")}>Show all files</Button>
    </Empty>
  );
}

