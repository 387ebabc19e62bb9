/** What a run is and logged, at a glance. */

import type { Change, Shown } from "../data";
import { Datasets } from "./Datasets";
import { Facts } from "./Facts";
import { FamilyList } from "./FamilyList";
import { MetricTable } from "./MetricTable";
import { Models } from "./Models";
import { Notes } from "./Notes";
import { ParamTable } from "./ParamTable";
import { Tags } from "./Tags";
import "./overview.css";

/** The overview; `others` grows when other runs of the experiment changed. */
export function Overview({ shown, change, others }: { shown: Shown; change: Change; others: number }) {
  const { run } = shown;
  return (
    <div class="run-overview">
      <div class="run-main">
        <Notes shown={shown} change={change} />
        <MetricTable run={run} />
        <ParamTable run={run} />
      </div>
      <aside class="run-side" aria-label="About this run">
        <Facts run={run} />
        <Tags shown={shown} change={change} />
        <FamilyList run={run} version={others} />
        <Models run={run} />
        <Datasets run={run} />
      </aside>
    </div>
  );
}
