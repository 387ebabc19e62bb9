import type { PageProps } from "../routes";

/** Not built yet. */
export default function Runs({ fields }: PageProps) {
  return <pre>{JSON.stringify(fields)}</pre>;
}
