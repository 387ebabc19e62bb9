/** `/runs/:run`: leads to the run's page below its experiment. */

import { useEffect } from "preact/hooks";
import { call } from "../../api/call";
import { Loaded } from "../../components/Loaded";
import { href, replace } from "../../lib/route";
import { useLoad } from "../../lib/load";
import type { PageProps } from "../routes";
import { UnknownRun, isUnknown } from "./UnknownRun";

/** Look up the experiment of a run and go there. */
export default function OpenRun({ fields }: PageProps) {
  const id = fields.run ?? "";
  const load = useLoad((signal) => call("GetRun", { run_id: id }, signal), [id]);
  const run = load.data.value?.run;
  useEffect(() => {
    if (run) replace(href(`/experiments/${run.info.experiment_id}/runs/${run.info.run_id}`));
  }, [run]);
  if (isUnknown(load.error.value)) return <UnknownRun id={id} />;
  return (
    <Loaded page load={load} what={`The run ${id} could not be loaded.`}>
      {() => null}
    </Loaded>
  );
}
