/** What is in a folder, as a list; images of it as a gallery. */

import { useState } from "preact/hooks";
import { IconButton } from "../../../components/Button";
import { askWhether } from "../../../components/ask";
import { Failure } from "../../../components/Failure";
import { Icon } from "../../../components/icons";
import { Loading } from "../../../components/Loaded";
import { Rows } from "../../../components/Rows";
import { formatBytes, plural } from "../../../lib/format";
import { toast, toastFailure } from "../../../lib/toasts";
import { kindOf } from "./kinds";
import { fileUrl, isServed, type Owner, remove, zipUrl } from "./source";
import { folderOf, lastName } from "./tree";
import type { Tree } from "./useTree";

const GALLERY = 60;

interface FolderViewProps {
  owner: Owner;
  tree: Tree;
  path: string;
  onPath: (path: string) => void;
}

/** The folder. */
export function FolderView({ owner, tree, path, onPath }: FolderViewProps) {
  const [most, setMost] = useState(GALLERY);
  const folder = tree.folders.get(path);
  if (folder?.error && !folder.files) return <Failure error={folder.error} what={`The folder ${path} could not be listed.`} retry={() => tree.load(path)} />;
  if (!folder?.files) return <Loading />;
  const { files } = folder;
  const images = files.filter((file) => !file.is_dir && ["image", "svg"].includes(kindOf(file.path)));
  const size = files.reduce((sum, file) => sum + (file.file_size ?? 0), 0);
  const drop = async () => {
    if (!(await askWhether({ title: "Delete this folder?", text: `“${path}” and all files in it are deleted for good.`, action: "Delete the folder", danger: true }))) return;
    try {
      await remove(tree.root, path);
      toast(`Deleted “${path}”.`);
      onPath(folderOf(path));
      tree.load(folderOf(path));
    } catch (error) {
      toastFailure(error, "The folder could not be deleted");
    }
  };
  return (
    <div class="folder-view">
      <header class="view-head">
        <Icon name="folderOpen" />
        <h2 class="cut">{path ? lastName(path) : "All files"}</h2>
        <span class="quiet">
          {plural(files.length, "entry", "entries")}
          {size > 0 && `, ${formatBytes(size)} directly in it`}
        </span>
        <span class="spacer" />
        <a class="button small plain" href={zipUrl(owner, path)} download>
          <Icon name="download" size={14} />
          Download as zip
        </a>
        {path && isServed(tree.root) && <IconButton small icon="trash" label="Delete this folder" onClick={() => void drop()} />}
      </header>
      {images.length > 0 && (
        <div class="gallery-box">
          <ul class="gallery" aria-label="Images in this folder">
            {images.slice(0, most).map((file) => (
              <li key={file.path}>
                <button type="button" onClick={() => onPath(file.path)}>
                  <img loading="lazy" src={fileUrl(owner, file.path, { inline: true })} alt="" />
                  <span class="cut">{lastName(file.path)}</span>
                </button>
              </li>
            ))}
          </ul>
          {images.length > most && (
            <button type="button" class="value-button" onClick={() => setMost(most + GALLERY)}>
              Show more of the {images.length} images
            </button>
          )}
        </div>
      )}
      <Rows
        count={files.length}
        height={28}
        role="list"
        label="Files in this folder"
        class="folder-list"
        render={(index) => {
          const file = files[index];
          return (
            file && (
              <div class="folder-line">
                <Icon name={file.is_dir ? "folder" : "file"} size={14} />
                <button type="button" class="value-button cut" onClick={() => onPath(file.path)}>
                  {lastName(file.path)}
                </button>
                <span class="quiet number">{file.is_dir ? "" : formatBytes(file.file_size ?? 0)}</span>
              </div>
            )
          );
        }}
      />
    </div>
  );
}
