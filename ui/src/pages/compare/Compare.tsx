import type { PageProps } from "../routes";

/** Not built yet. */
export default function Compare({ fields }: PageProps) {
  return <pre>{JSON.stringify(fields)}</pre>;
}
