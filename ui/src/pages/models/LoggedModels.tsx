import type { PageProps } from "../routes";

/** Not built yet. */
export default function LoggedModels({ fields }: PageProps) {
  return <pre>{JSON.stringify(fields)}</pre>;
}
