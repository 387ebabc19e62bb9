/** Parts of a page whose code comes when they are first shown. */

import { useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { fetchPart } from "../api/call";
import { serverAnswers } from "../api/reach";
import { Failure } from "./Failure";
import { Loading } from "./Loaded";

/** A component whose code is loaded when it is first drawn; what failed to load is tried again when the server is back. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [, drawn] = useState(0);
    const [failed, setFailed] = useState<unknown>(null);
    const fetch = () => {
      setFailed(null);
      fetchPart(load).then(
        (component) => {
          loaded = component;
          drawn((count) => count + 1);
        },
        (error: unknown) => setFailed(error),
      );
    };
    useEffect(() => {
      if (!loaded) fetch();
    }, []);
    useSignalEffect(() => {
      if (serverAnswers.value && failed) fetch();
    });
    if (failed) return <PartFailure error={failed} what="This part of the page could not be loaded." />;
    const Shown = loaded;
    return Shown ? <Shown {...props} /> : <Loading />;
  };
}

/** Why a part of the page's program is not there. */
export function PartFailure({ error, what, page = false }: { error: unknown; what: string; page?: boolean }) {
  return (
    <Failure error={error} what={what} page={page} retry={() => location.reload()}>
      {serverAnswers.value && <p class="quiet">The server may have another version by now, which the page gets when it is loaded again.</p>}
    </Failure>
  );
}
