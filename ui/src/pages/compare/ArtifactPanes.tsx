/** The files of two runs beside each other: a tree for each, and what differs between two texts. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { FileInfo } from "@schema/calls";
import { Checkbox, Select } from "../../components/fields";
import { Loaded, Loading } from "../../components/Loaded";
import { Failure } from "../../components/Failure";
import { useLoad } from "../../lib/load";
import type { ChartRun } from "../charts/lines";
import { FileTree } from "../run/artifacts/FileTree";
import { type Kind, kindOf } from "../run/artifacts/kinds";
import { Preview } from "../run/artifacts/Preview";
import { readText } from "../run/artifacts/source";
import { folderOf } from "../run/artifacts/tree";
import { type Tree, useTree } from "../run/artifacts/useTree";
import { diffLines, folded } from "./lineDiff";
import "../run/artifacts/artifacts.css";
import "./compare.css";

/** Kinds of files whose lines can be compared. */
const textKinds: readonly Kind[] = ["text", "markdown", "json", "yaml", "sheet", "html", "svg", "mlmodel"];
/** Above how many bytes texts are shown but not compared. */
const MOST_BYTES = 1_000_000;

/** Both panes, with the difference below where both show text. */
export function ArtifactPanes({ runs }: { runs: readonly ChartRun[] }) {
  const left = useSignal(runs[0]?.id ?? "");
  const right = useSignal(runs[1]?.id ?? runs[0]?.id ?? "");
  const leftPath = useSignal("");
  const rightPath = useSignal("");
  const linked = useSignal(true);
  const trees = [useTree(useOwner(left.value), leftPath.value), useTree(useOwner(right.value), rightPath.value)] as const;
  const files = [fileAt(trees[0], leftPath.value), fileAt(trees[1], rightPath.value)] as const;
  const choose = (side: 0 | 1, path: string) => {
    if (side === 0 || linked.value) leftPath.value = path;
    if (side === 1 || linked.value) rightPath.value = path;
  };
  const comparable = files.every((file) => file && textKinds.includes(kindOf(file.path)) && (file.file_size ?? 0) <= MOST_BYTES);
  return (
    <div class="artifact-panes">
      <div class="artifact-pane-bar">
        <Checkbox label="Choose the same path on both sides" checked={linked.value} onChange={(on) => (linked.value = on)} />
      </div>
      <div class="artifact-pane-pair">
        {([0, 1] as const).map((side) => {
          const chosen = side === 0 ? left : right;
          const path = side === 0 ? leftPath.value : rightPath.value;
          return (
            <Pane
              key={side}
              side={side === 0 ? "Left" : "Right"}
              runs={runs}
              run={chosen.value}
              onRun={(id) => (chosen.value = id)}
              tree={trees[side]}
              path={path}
              file={files[side]}
              showFile={!comparable}
              onPath={(next) => choose(side, next)}
            />
          );
        })}
      </div>
      {comparable && files[0] && files[1] && <Difference left={left.value} right={right.value} paths={[files[0].path, files[1].path]} />}
    </div>
  );
}

function useOwner(runId: string): { run_id: string } {
  return useMemo(() => ({ run_id: runId }), [runId]);
}

function fileAt(tree: Tree, path: string): FileInfo | undefined {
  const file = tree.folders.get(folderOf(path))?.files?.find((one) => one.path === path);
  return file?.is_dir ? undefined : file;
}

interface PaneProps {
  side: string;
  runs: readonly ChartRun[];
  run: string;
  onRun: (id: string) => void;
  tree: Tree;
  path: string;
  file: FileInfo | undefined;
  showFile: boolean;
  onPath: (path: string) => void;
}

function Pane({ side, runs, run, onRun, tree, path, file, showFile, onPath }: PaneProps) {
  const owner = useOwner(run);
  const top = tree.folders.get("");
  return (
    <section class="artifact-pane" aria-label={`${side} run`}>
      <Select label={`${side} run`} hideLabel value={run} options={runs.map((one) => ({ value: one.id, label: one.name }))} onChange={onRun} />
      {top?.error ? <Failure error={top.error} retry={() => tree.load("")} /> : !top?.files ? <Loading /> : null}
      {top?.files?.length === 0 && <p class="quiet">This run has no artifacts.</p>}
      {top?.files && top.files.length > 0 && (
        <div class="artifact-pane-tree">
          <FileTree tree={tree} path={path} onPath={onPath} />
        </div>
      )}
      {showFile && file && (
        <div class="artifact-pane-file">
          <Preview key={file.path + run} owner={owner} file={file} siblings={[]} root={tree.root} onPath={onPath} changed={() => tree.load(folderOf(path))} />
        </div>
      )}
      {path && !file && top?.files && tree.folders.get(folderOf(path))?.files && !isFolder(tree, path) && <p class="quiet">This run has no file {path}.</p>}
    </section>
  );
}

function isFolder(tree: Tree, path: string): boolean {
  return tree.folders.get(folderOf(path))?.files?.some((one) => one.path === path && one.is_dir) ?? false;
}

function Difference({ left, right, paths }: { left: string; right: string; paths: [string, string] }) {
  const all = useSignal(false);
  const load = useLoad(
    (signal) => Promise.all([readText({ run_id: left }, paths[0], signal), readText({ run_id: right }, paths[1], signal)]),
    [left, right, ...paths],
  );
  return (
    <Loaded load={load} what="The files could not be read.">
      {([a, b]) => <DiffView lines={a} others={b} all={all.value} onAll={(on) => (all.value = on)} />}
    </Loaded>
  );
}

/** How many lines of a difference are drawn at most. */
const MOST_LINES = 3000;

function DiffView({ lines, others, all, onAll }: { lines: string; others: string; all: boolean; onAll: (on: boolean) => void }) {
  const found = useMemo(() => diffLines(lines, others), [lines, others]);
  const less = found.filter((line) => line.kind === "left").length;
  const more = found.filter((line) => line.kind === "right").length;
  const shown = all ? found : folded(found);
  return (
    <section class="diff" aria-label="Difference">
      <div class="diff-bar">
        {less + more === 0 ? (
          <span>Both files are the same.</span>
        ) : (
          <span>
            <span class="bad">−{less}</span> <span class="good">+{more}</span> lines
          </span>
        )}
        <Checkbox label="All lines" checked={all} onChange={onAll} />
      </div>
      <div class="diff-lines" role="region" tabIndex={0} aria-label="Lines">
        <table>
          <tbody>
            {shown.slice(0, MOST_LINES).map((line, i) =>
              "hidden" in line ? (
                <tr key={i} class="diff-hidden">
                  <td colSpan={4}>{line.hidden} equal lines</td>
                </tr>
              ) : (
                <tr key={i} class={`diff-${line.kind}`}>
                  <td class="diff-number">{line.left ?? ""}</td>
                  <td class="diff-number">{line.right ?? ""}</td>
                  <td class="diff-sign">{line.kind === "same" ? "" : line.kind === "left" ? "−" : "+"}</td>
                  <td class="diff-text">{line.text}</td>
                </tr>
              ),
            )}
          </tbody>
        </table>
        {shown.length > MOST_LINES && <p class="quiet">The first {MOST_LINES.toLocaleString("en-US")} lines of the difference.</p>}
      </div>
    </section>
  );
}
