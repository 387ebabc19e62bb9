import type { PageProps } from "../routes";

/** Not built yet. */
export default function Run({ fields }: PageProps) {
  return <pre>{JSON.stringify(fields)}</pre>;
}
