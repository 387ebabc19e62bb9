/** Give an element the focus when it appears. */

import { useCallback } from "preact/hooks";

/** A ref that focuses its element once, when it is first drawn. */
export function useFocusOnce<E extends HTMLElement>(): (element: E | null) => void {
  return useCallback((element: E | null) => {
    element?.focus();
  }, []);
}
