/** Versions of a registered model side by side. */

import { ask, call, orNull } from "../../api/call";
import { Checkbox } from "../../components/fields";
import { Empty } from "../../components/Empty";
import { LinkButton } from "../../components/Button";
import { Loaded } from "../../components/Loaded";
import { versionFile } from "../../components/model/ModelFile";
import { Tag } from "../../components/Tag";
import { TimeAgo } from "../../components/TimeAgo";
import { formatDelta, formatNumber } from "../../lib/format";
import { useLoad } from "../../lib/load";
import { readModel } from "../../lib/mlmodel";
import { toRegistered, toRun, toVersion } from "../../lib/places";
import { place, setQuery } from "../../lib/route";
import { runNames } from "../../lib/runs";
import { useTitle } from "../../lib/title";
import type { PageProps } from "../routes";
import { type Compared, type CompareRow, compareRows, wantedModel, wantedVersions } from "./compare";
import { versionsOf } from "./data";
import "./registry.css";

/** The page. */
export default function CompareVersions(_: PageProps) {
  const { query } = place.value;
  const name = wantedModel(query);
  const wanted = wantedVersions(query);
  useTitle("Compare versions", { of: name });
  const load = useLoad((given) => compared(name, wanted, given), [name, wanted.join()]);
  if (!name || wanted.length === 0) {
    return (
      <Empty page title="Nothing to compare" icon="compare">
        <p>The address names no versions. Select some on the page of a registered model.</p>
        <LinkButton href="#/models">Registered models</LinkButton>
      </Empty>
    );
  }
  return (
    <div class="page">
      <Loaded page load={load} what={`The versions of “${name}” could not be loaded.`}>
        {(all) => <Side name={name} all={all} />}
      </Loaded>
    </div>
  );
}

/** Everything about some versions: their models and files, and the runs of those whose model is not kept. */
async function compared(name: string, wanted: readonly string[], given: AbortSignal): Promise<Compared[]> {
  const versions = (await versionsOf(name, given)).filter((one) => wanted.includes(one.version)).reverse();
  const [runs, rest] = await Promise.all([
    runNames(versions.map((one) => one.run_id ?? ""), given),
    Promise.all(
      versions.map(async (one) => {
        const [logged, file] = await Promise.all([
          one.model_id ? orNull(call("GetLoggedModel", { model_id: one.model_id }, given)) : null,
          modelFile(name, one.version, given),
        ]);
        const run = !logged && one.run_id ? await orNull(call("GetRun", { run_id: one.run_id }, given)) : null;
        return { logged: logged?.model, run: run?.run, file };
      }),
    ),
  ]);
  return versions.map((version, index) => ({ version, source: runs.get(version.run_id ?? ""), ...rest[index] }));
}

/** A version whose file is gone is compared without it. */
async function modelFile(name: string, version: string, given: AbortSignal) {
  try {
    return readModel(await (await ask(versionFile(name, version, "MLmodel"), { signal: given })).text());
  } catch {
    return undefined;
  }
}

function Side({ name, all }: { name: string; all: readonly Compared[] }) {
  const only = place.value.query.get("differing") === "true";
  const rows = compareRows(all).filter((row) => !only || row.differs);
  const groups = [...new Set(rows.map((row) => row.group))];
  return (
    <>
      <div class="model-head">
        <h1 class="cut">
          <a href={toRegistered(name)}>{name}</a>: {all.length} versions
        </h1>
        <span class="toolbar-space" />
        <Checkbox label="Differing only" checked={only} onChange={(on) => setQuery({ differing: on ? "true" : undefined })} />
      </div>
      <div class="page-scroll" tabIndex={0} role="region" aria-label="Comparison">
        <table class="compare-table">
          <thead>
            <tr>
              <td />
              {all.map(({ version }) => (
                <th key={version.version} scope="col">
                  <a href={toVersion(name, version.version)}>Version {version.version}</a>{" "}
                  {(version.aliases ?? []).map((alias) => (
                    <Tag key={alias} tone="good">
                      @{alias}
                    </Tag>
                  ))}
                </th>
              ))}
            </tr>
          </thead>
          <Facts all={all} />
          {groups.map((group) => (
            <tbody key={group}>
              <tr>
                <th class="compare-group" scope="rowgroup" colSpan={all.length + 1}>
                  {group}
                </th>
              </tr>
              {rows
                .filter((row) => row.group === group)
                .map((row) => (
                  <Row key={row.name} row={row} />
                ))}
            </tbody>
          ))}
        </table>
        {only && rows.length === 0 && <Empty title="They do not differ" icon="check" />}
      </div>
    </>
  );
}

function Facts({ all }: { all: readonly Compared[] }) {
  return (
    <tbody>
      <tr>
        <th scope="row">Registered</th>
        {all.map(({ version }) => (
          <td key={version.version}>
            <TimeAgo at={version.creation_timestamp} />
          </td>
        ))}
      </tr>
      <tr>
        <th scope="row">Source run</th>
        {all.map(({ version, source }) => (
          <td key={version.version}>
            {source ? <a href={toRun(source.experiment, source.id)}>{source.name}</a> : <span class="quiet">–</span>}
          </td>
        ))}
      </tr>
      <tr>
        <th scope="row">Description</th>
        {all.map(({ version }) => (
          <td key={version.version}>{version.description || <span class="quiet">–</span>}</td>
        ))}
      </tr>
    </tbody>
  );
}

/** A row; what is not as in the first version is marked, and numbers tell how far they are from it. */
function Row({ row }: { row: CompareRow }) {
  const [first] = row.values;
  return (
    <tr>
      <th scope="row">{row.name}</th>
      {row.values.map((value, index) => (
        <td key={index} class={value === first ? "" : "differs"}>
          {value === undefined ? <span class="quiet">–</span> : typeof value === "number" ? formatNumber(value) : <code>{value}</code>}
          {index > 0 && typeof value === "number" && typeof first === "number" && value !== first && (
            <span class="quiet"> {formatDelta(value - first)}</span>
          )}
        </td>
      ))}
    </tr>
  );
}
