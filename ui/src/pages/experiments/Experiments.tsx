import type { PageProps } from "../routes";

/** Not built yet. */
export default function Experiments({ fields }: PageProps) {
  return <pre>{JSON.stringify(fields)}</pre>;
}
