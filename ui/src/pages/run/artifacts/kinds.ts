/** How a file is shown, told from its name. */

/** A way of showing a file. */
export type Kind =
  | "image" | "text" | "markdown" | "json" | "yaml" | "sheet" | "parquet" | "html" | "svg" | "pdf" | "audio" | "video"
  | "notebook" | "npy" | "zip" | "mlmodel" | "unknown";

const BY_ENDING: Record<string, Kind> = {};
const ENDINGS: [Kind, string][] = [
  ["image", "png jpg jpeg gif webp bmp ico avif"],
  ["text", "txt log out err cfg conf cnf ini properties toml xml js jsx ts tsx py r sh sql rst jsonl ndjson css c h cpp java go rs jl lock env diff patch tex bib proto dockerfile makefile geojsonl"],
  ["markdown", "md markdown"],
  ["json", "json geojson"],
  ["yaml", "yaml yml"],
  ["sheet", "csv tsv"],
  ["parquet", "parquet pq"],
  ["html", "html htm"],
  ["svg", "svg"],
  ["pdf", "pdf"],
  ["audio", "wav mp3 ogg oga flac m4a aac opus"],
  ["video", "mp4 webm mov ogv m4v"],
  ["notebook", "ipynb"],
  ["npy", "npy"],
  ["zip", "zip npz jar whl"],
];
for (const [kind, endings] of ENDINGS) for (const ending of endings.split(" ")) BY_ENDING[ending] = kind;

/** Files whose whole name says that they are text. */
const TEXT_NAMES = /^(dockerfile|makefile|license|readme|notice|mlproject|\.[\w.-]+)$/i;

/** The way to show a file of this path. */
export function kindOf(path: string): Kind {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name === "MLmodel") return "mlmodel";
  if (TEXT_NAMES.test(name)) return "text";
  const dot = name.lastIndexOf(".");
  return (dot >= 0 && BY_ENDING[name.slice(dot + 1).toLowerCase()]) || "unknown";
}

/** Above how many bytes each kind asks before it loads the whole file; text is read by ranges and never asks. */
export const ASK_ABOVE: Partial<Record<Kind, number>> = {
  image: 30e6, markdown: 2e6, json: 10e6, yaml: 5e6, sheet: 30e6, html: 30e6, svg: 5e6, pdf: 60e6, notebook: 30e6, mlmodel: 1e6,
};
