/** A file as what it is: its head, and the view that fits its kind. */

import type { FileInfo } from "@schema/calls";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { askWhether } from "../../../components/ask";
import { Button, IconButton } from "../../../components/Button";
import { CopyButton } from "../../../components/CopyButton";
import { Empty } from "../../../components/Empty";
import { Choice } from "../../../components/fields";
import { Icon } from "../../../components/icons";
import { lazy } from "../../../components/lazy";
import { formatBytes } from "../../../lib/format";
import { toast, toastFailure } from "../../../lib/toasts";
import { ASK_ABOVE, type Kind, kindOf } from "./kinds";
import { fileUrl, isServed, type Owner, remove } from "./source";
import { folderOf, lastName } from "./tree";

/** What every view of a file gets. */
export interface ViewProps {
  owner: Owner;
  file: FileInfo;
  siblings: readonly FileInfo[];
  onPath: (path: string) => void;
}

const Text = lazy(() => import("./previews/TextView").then((module) => module.TextView));
const Rendered = lazy(() => import("./previews/MarkdownView").then((module) => module.MarkdownView));
const Json = lazy(() => import("./previews/JsonView").then((module) => module.JsonView));
const SheetView = lazy(() => import("./previews/SheetView").then((module) => module.SheetView));
const ParquetView = lazy(() => import("./previews/ParquetView").then((module) => module.ParquetView));
const Framed = lazy(() => import("./previews/FrameView").then((module) => module.FrameView));
const Pdf = lazy(() => import("./previews/PdfView").then((module) => module.PdfView));
const Picture = lazy(() => import("./previews/ImageView").then((module) => module.ImageView));
const Media = lazy(() => import("./previews/MediaView").then((module) => module.MediaView));
const NotebookView = lazy(() => import("./previews/NotebookView").then((module) => module.NotebookView));
const Npy = lazy(() => import("./previews/NpyView").then((module) => module.NpyView));
const Zip = lazy(() => import("./previews/ZipView").then((module) => module.ZipView));
const Unknown = lazy(() => import("./previews/UnknownView").then((module) => module.UnknownView));

const WORDS: Partial<Record<Kind, string>> = {
  markdown: "Page", json: "Parsed", sheet: "Table", html: "Page", svg: "Picture", notebook: "Notebook",
};

interface PreviewProps extends ViewProps {
  root: string;
  /** The folder that the file is in changed. */
  changed: () => void;
}

/** The file. */
export function Preview({ root, changed, ...props }: PreviewProps) {
  const { owner, file, onPath } = props;
  const kind = kindOf(file.path);
  const [raw, setRaw] = useState(false);
  const [agreed, setAgreed] = useState(false);
  const name = lastName(file.path);
  const size = file.file_size ?? 0;
  const word = WORDS[kind];
  const asks = !raw && !agreed && size > (ASK_ABOVE[kind] ?? Number.POSITIVE_INFINITY);
  const drop = async () => {
    if (!(await askWhether({ title: "Delete this file?", text: `“${file.path}” is deleted for good.`, action: "Delete the file", danger: true }))) return;
    try {
      await remove(root, file.path);
      toast(`Deleted “${name}”.`);
      onPath(folderOf(file.path));
      changed();
    } catch (error) {
      toastFailure(error, "The file could not be deleted");
    }
  };
  let body: ComponentChildren;
  if (asks) {
    body = (
      <Empty title={`This file has ${formatBytes(size)}`} icon="file">
        <p>To be shown, it has to be loaded whole.</p>
        <p class="empty-actions">
          <Button kind="primary" onClick={() => setAgreed(true)}>
            Load and show it
          </Button>
          <Button onClick={() => setRaw(true)}>Show its text by parts</Button>
        </p>
      </Empty>
    );
  } else {
    body = raw ? <Text {...props} /> : <View kind={kind} {...props} />;
  }
  return (
    <div class="preview">
      <header class="view-head">
        <Icon name="file" />
        <h2 class="cut" data-tip={file.path}>
          {name}
        </h2>
        <CopyButton text={file.path} label="Copy the path" />
        <span class="quiet">{formatBytes(size)}</span>
        <span class="spacer" />
        {word && (
          <Choice
            label="How it is shown"
            value={raw ? "raw" : "shown"}
            onChange={(value) => setRaw(value === "raw")}
            options={[
              { value: "shown", label: word },
              { value: "raw", label: "Source" },
            ]}
          />
        )}
        <a class="button small plain" href={fileUrl(owner, file.path)} download={name}>
          <Icon name="download" size={14} />
          Download
        </a>
        {isServed(root) && <IconButton small icon="trash" label="Delete this file" onClick={() => void drop()} />}
      </header>
      <div class={`view ${raw ? "text" : kind}`}>{body}</div>
    </div>
  );
}

function View({ kind, ...props }: ViewProps & { kind: Kind }) {
  switch (kind) {
    case "image":
      return <Picture {...props} />;
    case "markdown":
      return <Rendered {...props} />;
    case "json":
      return <Json {...props} />;
    case "sheet":
      return <SheetView {...props} />;
    case "parquet":
      return <ParquetView {...props} />;
    case "html":
    case "svg":
      return <Framed {...props} />;
    case "pdf":
      return <Pdf {...props} />;
    case "audio":
    case "video":
      return <Media {...props} video={kind === "video"} />;
    case "notebook":
      return <NotebookView {...props} />;
    case "npy":
      return <Npy {...props} />;
    case "zip":
      return <Zip {...props} />;
    case "unknown":
      return <Unknown {...props} />;
    default:
      return <Text {...props} />;
  }
}
