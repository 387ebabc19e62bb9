/** Parts of a page whose code comes when they are first shown. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Failure } from "./Failure";
import { Loading } from "./Loaded";

/** A component whose code is loaded when it is first drawn; what failed to load can be tried again. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [, drawn] = useState(0);
    const [failed, setFailed] = useState<unknown>(null);
    const fetch = () => {
      setFailed(null);
      load().then(
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
    if (failed) return <Failure error={failed} what="This part of the page could not be loaded." retry={fetch} />;
    const Shown = loaded;
    return Shown ? <Shown {...props} /> : <Loading />;
  };
}
