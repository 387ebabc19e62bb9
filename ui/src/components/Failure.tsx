/** What is shown in place of something that could not be loaded: what failed, and a way to try again. */

import "./failure.css";

/** A sentence about an error, with a button when `retry` is given. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <div class="failure" role="alert">
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}
