/** The aliases of a version, to be added and taken away in place. */

import { IconButton } from "../../components/Button";
import { Tag } from "../../components/Tag";
import { setAlias } from "./data";
import { addAlias } from "./deeds";

interface AliasesProps {
  name: string;
  version: string;
  aliases: readonly string[];
  /** All aliases of the registered model. */
  known: readonly { alias: string; version: string }[];
  onChange: () => void;
}

/** Aliases as labels, and a button that adds one. */
export function Aliases({ name, version, aliases, known, onChange }: AliasesProps) {
  return (
    <span class="tags-row aliases">
      {aliases.map((alias) => (
        <Tag key={alias} tone="good" tip={`models:/${name}@${alias}`} onRemove={() => void setAlias(name, alias, undefined, version, onChange)}>
          @{alias}
        </Tag>
      ))}
      <IconButton small icon="plus" label={`Add an alias for version ${version}`} onClick={() => void addAlias(name, version, known, onChange)} />
    </span>
  );
}
