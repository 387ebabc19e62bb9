/** What stands in place of a run that is not there. */

import { CallError } from "../../api/call";
import { LinkButton } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { href } from "../../lib/route";

/** Whether an error says that there is no such thing. */
export function isUnknown(error: unknown): boolean {
  return error instanceof CallError && (error.status === 404 || error.code === "RESOURCE_DOES_NOT_EXIST");
}

/** Says which run was looked for, and where to look for others. */
export function UnknownRun({ id, experiment }: { id: string; experiment?: string }) {
  return (
    <Empty page title="There is no such run on this server" icon="search">
      <p>
        Looked for the run <code>{id}</code>. It may have been purged, or the link may belong to another server.
      </p>
      <p class="empty-actions">
        {experiment && <LinkButton href={href(`/experiments/${experiment}/runs`)}>Runs of experiment {experiment}</LinkButton>}
        <LinkButton href={href("/experiments")}>All experiments</LinkButton>
      </p>
    </Empty>
  );
}
