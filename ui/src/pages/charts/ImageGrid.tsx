/** Images that were logged step by step (`log_image` with a key): a row for each run, one slider for all of them. */

import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { call, prefix } from "../../api/call";
import { Dialog } from "../../components/Dialog";
import { Icon } from "../../components/icons";
import { useLoad } from "../../lib/load";
import { matching } from "./sections";
import { runTable } from "./data";
import { hovered } from "../../charts/shared";
import { atStep, stepImage, type StepImage } from "./images";
import type { ChartRun } from "./lines";

/** How many runs are looked into for images: each is a list of files of its own. */
const MOST_RUNS = 12;

/** Where a file of a run is. */
export function artifactUrl(runId: string, path: string): string {
  return `${prefix}/get-artifact?run_uuid=${encodeURIComponent(runId)}&path=${encodeURIComponent(path)}`;
}

interface FoundImages {
  images: StepImage[];
  /** How many runs were looked into, of how many that have images. */
  runs: number;
  having: number;
}

async function imagesOf(experimentIds: string[], runIds: readonly string[], signal: AbortSignal): Promise<FoundImages> {
  const search = { experimentIds, filter: "", orderBy: [] };
  const table = await runTable(search, runIds, ["tags.mlflow.loggedImages"], runIds.length, signal);
  const tags = table.columns.get("tags.mlflow.loggedImages") ?? [];
  // The tag says which runs have images: only their files are listed.
  const having = table.ids.filter((_, i) => tags[i] !== null && tags[i] !== undefined);
  const chosen = having.slice(0, MOST_RUNS);
  const lists = await Promise.all(chosen.map((id) => filesOf(id, signal)));
  return { images: lists.flat(), runs: chosen.length, having: having.length };
}

async function filesOf(runId: string, signal: AbortSignal): Promise<StepImage[]> {
  const found: StepImage[] = [];
  let token: string | undefined;
  for (let page = 0; page < 20; page++) {
    const answer = await call("ListArtifacts", { run_id: runId, path: "images", ...(token ? { page_token: token } : {}) }, signal);
    const small = new Set((answer.files ?? []).map((file) => file.path).filter((path) => path.endsWith("compressed.webp")));
    for (const file of answer.files ?? []) {
      if (file.path.endsWith(".webp")) continue;
      const image = stepImage(runId, file.path);
      if (image) found.push({ ...image, small: small.has(image.small) ? image.small : image.path });
    }
    token = answer.next_page_token ?? undefined;
    if (!token) break;
  }
  return found;
}

interface ImageGridProps {
  runs: ReadonlyMap<string, ChartRun>;
  /** What keys must match. */
  find?: string;
  version: number;
  experimentIds: string[];
}

/** The images of the runs, where there are any. */
export function ImageGrid({ runs, find = "", version, experimentIds }: ImageGridProps) {
  const ids = useMemo(() => [...runs.keys()], [runs]);
  const open = useSignal(true);
  const near = useSignal(false);
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Files are listed run by run: only when somebody scrolls down to where images would be.
    const watch = new IntersectionObserver((entries) => (near.value ||= entries.some((entry) => entry.isIntersecting)), { rootMargin: "300px" });
    if (mark.current) watch.observe(mark.current);
    return () => watch.disconnect();
  }, []);
  const load = useLoad(
    (signal) => (near.value ? imagesOf(experimentIds, ids, signal) : new Promise<FoundImages>(() => {})),
    [near.value, ids.join(), version],
    { keep: true },
  );
  const found = load.data.value;
  const images = found?.images ?? [];
  const keys = matching([...new Set(images.map((image) => image.key))].sort(), find);
  const chosen = useSignal<number | null>(null);
  const large = useSignal<StepImage | null>(null);
  if (!keys.length) return <div ref={mark} />;
  const shown = images.filter((image) => keys.includes(image.key));
  const steps = [...new Set(shown.map((image) => image.step))].sort((a, b) => a - b);
  const at = chosen.value === null ? steps.length - 1 : Math.min(chosen.value, steps.length - 1);
  const rows = ids.filter((id) => shown.some((image) => image.runId === id));
  const big = large.value;
  return (
    <section class="chart-section">
      <h2 class="chart-section-head">
        <button type="button" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
          <Icon name={open.value ? "down" : "right"} size={12} />
          Images
          <span class="quiet">{keys.length}</span>
        </button>
        {open.value && steps.length > 1 && (
          <label class="image-step">
            <span class="quiet">Step</span>
            <input
              type="range"
              aria-label="Step of the images"
              aria-valuetext={`step ${steps[at]}`}
              min={0}
              max={steps.length - 1}
              value={at}
              onInput={(event) => (chosen.value = Number(event.currentTarget.value))}
            />
            <output>{steps[at]}</output>
          </label>
        )}
        {found && found.having > found.runs && (
          <span class="quiet">
            of the first {found.runs} of {found.having} runs with images
          </span>
        )}
      </h2>
      {open.value && (
        <div class="image-grid" tabIndex={0} role="region" aria-label="Images">
          <table>
            <thead>
              <tr>
                <th scope="col">Run</th>
                {keys.map((key) => (
                  <th key={key} scope="col">
                    {key}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((id) => {
                const run = runs.get(id) as ChartRun;
                return (
                  <tr key={id} onMouseEnter={() => (hovered.value = id)} onMouseLeave={() => (hovered.value = null)}>
                    <th scope="row">
                      <span class="swatch" style={{ background: run.colour }} />
                      {run.name}
                    </th>
                    {keys.map((key) => (
                      <Cell key={key} image={atStep(shown, id, key, steps[at] as number)} wanted={steps[at] as number} name={run.name} onOpen={(image) => (large.value = image)} />
                    ))}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {big && (
        <Dialog title={`${big.key}, step ${big.step}: ${runs.get(big.runId)?.name ?? big.runId}`} wide onClose={() => (large.value = null)}>
          <Large image={big} steps={shown.filter((one) => one.runId === big.runId && one.key === big.key).sort((a, b) => a.step - b.step)} onStep={(image) => (large.value = image)} />
        </Dialog>
      )}
    </section>
  );
}

function Cell({ image, wanted, name, onOpen }: { image: StepImage | null; wanted: number; name: string; onOpen: (image: StepImage) => void }) {
  if (!image) return <td class="quiet">–</td>;
  return (
    <td>
      <button type="button" class="image-cell" onClick={() => onOpen(image)}>
        <img src={artifactUrl(image.runId, image.small)} alt={`${image.key} of ${name} at step ${image.step}`} loading="lazy" width={128} height={128} />
        {image.step !== wanted && <span class="image-older">step {image.step}</span>}
      </button>
    </td>
  );
}

function Large({ image, steps, onStep }: { image: StepImage; steps: StepImage[]; onStep: (image: StepImage) => void }) {
  const at = steps.findIndex((one) => one.path === image.path);
  return (
    <>
      <img class="image-large" src={artifactUrl(image.runId, image.path)} alt={`${image.key} at step ${image.step}`} />
      {steps.length > 1 && (
        <label class="image-step">
          <span class="quiet">Step</span>
          <input
            type="range"
            data-focus
            aria-label="Step of the image"
            aria-valuetext={`step ${image.step}`}
            min={0}
            max={steps.length - 1}
            value={at}
            onInput={(event) => onStep(steps[Number(event.currentTarget.value)] as StepImage)}
          />
          <output>{image.step}</output>
        </label>
      )}
    </>
  );
}
