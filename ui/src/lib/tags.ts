/** Tags: which are people's, which the machinery's. */

/** The tag that holds the notes of an experiment, a run or a model, in markdown. */
export const noteTag = "mlflow.note.content";

/** Whether a tag is the machinery's own. */
export function isMachines(key: string): boolean {
  return key.startsWith("mlflow.") || key.startsWith("millrace.");
}

/** A tag's value, undefined when there is none. */
export function tagOf(tags: readonly { key: string; value?: string }[] | undefined, key: string): string | undefined {
  return tags?.find((tag) => tag.key === key)?.value;
}
