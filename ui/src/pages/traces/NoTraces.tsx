/** What stands in place of traces where the server keeps none. */

import { Empty } from "../../components/Empty";

/** One sentence. */
export function NoTraces() {
  return <Empty title="This server stores no traces yet" icon="trace" />;
}
