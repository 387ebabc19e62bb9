/** Images that were logged step by step: their names say what they are. */

/** One image of a series. */
export interface StepImage {
  runId: string;
  key: string;
  step: number;
  timestamp: number;
  /** The paths of the whole image and of the small one, among the run's artifacts. */
  path: string;
  small: string;
}

/** The image that a file's path names; null for other files. `samples#grid%step%3%timestamp%99%id.png`: of the key
 * `samples/grid`, at step 3. The older `+` between the parts is read, too. */
export function stepImage(runId: string, path: string): StepImage | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const parts = /^(.+)([%+])step\2(-?\d+)\2timestamp\2(\d+)\2([^%+.]+)\.(\w+)$/.exec(name);
  if (!parts) return null;
  const stem = path.slice(0, path.lastIndexOf("."));
  return {
    runId,
    key: (parts[1] as string).replaceAll("#", "/"),
    step: Number(parts[3]),
    timestamp: Number(parts[4]),
    path,
    small: `${stem}${parts[2]}compressed.webp`,
  };
}

/** The image of a run at a step, or the last one before it. */
export function atStep(images: readonly StepImage[], runId: string, key: string, step: number): StepImage | null {
  let found: StepImage | null = null;
  for (const image of images) {
    if (image.runId !== runId || image.key !== key || image.step > step) continue;
    if (!found || image.step > found.step || (image.step === found.step && image.timestamp > found.timestamp)) found = image;
  }
  return found;
}
