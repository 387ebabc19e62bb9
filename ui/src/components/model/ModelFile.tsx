/** What a model's MLmodel file says: how to load it, its signature, its flavors, its environment. */

import { ask, prefix } from "../../api/call";
import { formatBytes } from "../../lib/format";
import { type Load, useLoad } from "../../lib/load";
import { type Field, loadingCode, type ModelFacts, readModel } from "../../lib/mlmodel";
import { Code } from "../Code";
import { Failure } from "../Failure";
import { KeyValues } from "../KeyValues";
import { Loading } from "../Loaded";
import { Tag } from "../Tag";
import { Section } from "../Section";
import "./model.css";

/** Load and read a model's MLmodel file. */
export function useModelFile(path: string): Load<ModelFacts> {
  return useLoad(async (given) => readModel(await (await ask(path, { signal: given })).text()), [path]);
}

/** Where a file of a logged model is. */
export function loggedModelFile(id: string, path: string): string {
  return `/ajax-api/2.0/mlflow/logged-models/${encodeURIComponent(id)}/artifacts/files?${new URLSearchParams({ artifact_file_path: path })}`;
}

/** Where a file of a registered version is. */
export function versionFile(name: string, version: string, path: string): string {
  return `/model-versions/get-artifact?${new URLSearchParams({ path, name, version })}`;
}

/** The address that clients use for this server. */
export function serverAddress(): string {
  return location.origin + prefix;
}

interface ModelFileProps {
  load: Load<ModelFacts>;
  /** What code calls the model: `models:/…`. */
  uris: readonly string[];
  /** Where a file of the model is. */
  file: (path: string) => string;
  /** Where a file of the model can be looked at; without it, it is downloaded. */
  look?: ((path: string) => string) | undefined;
}

/** The sections about a model's file; how to load it stands first and needs no file. */
export function ModelFile({ load, uris, file, look }: ModelFileProps) {
  const facts = load.data.value;
  const [uri = ""] = uris;
  return (
    <>
      <Section title="Load it">
        <Code text={loadingCode(uri, facts, serverAddress())} label="Copy the Python code" />
        {uris.length > 1 && (
          <p class="quiet model-uris">
            Also as{" "}
            {uris.slice(1).map((other) => (
              <code key={other}>{other}</code>
            ))}
          </p>
        )}
      </Section>
      {load.error.value !== null && !facts && (
        <Section title="Signature">
          <Failure error={load.error.value} what="The model's MLmodel file could not be read." retry={load.reload} />
        </Section>
      )}
      {load.loading.value && !facts && <Loading />}
      {facts && (
        <>
          <Section title="Signature">
            <Signature facts={facts} />
          </Section>
          <Section title="Flavors and environment">
            <Flavors facts={facts} file={file} look={look} />
          </Section>
          <Section title="MLmodel" closed>
            <Code text={facts.text} label="Copy the file" />
          </Section>
        </>
      )}
    </>
  );
}

/** The inputs, outputs and params of a model as one table. */
export function Signature({ facts }: { facts: Pick<ModelFacts, "inputs" | "outputs" | "params"> }) {
  const parts: [string, Field[]][] = [
    ["Inputs", facts.inputs],
    ["Outputs", facts.outputs],
    ["Params", facts.params],
  ];
  const shown = parts.filter(([, fields]) => fields.length > 0);
  if (shown.length === 0) return <p class="quiet">It was logged without a signature.</p>;
  return (
    <div class="signature">
      <table class="plain-table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Type</th>
          </tr>
        </thead>
        {shown.map(([name, fields]) => (
          <tbody key={name}>
            <tr>
              <th colSpan={2} scope="rowgroup" class="plain-group">
                {name} <span class="quiet">{fields.length}</span>
              </th>
            </tr>
            {fields.map((field, index) => (
              <tr key={index}>
                <td>{field.name || <span class="quiet">unnamed</span>}</td>
                <td>
                  <code>{field.type}</code>
                  {!field.required && <span class="quiet"> optional</span>}
                  {field.default !== undefined && <span class="quiet"> = {field.default}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

/** A file of the model by its name. */
function FileLink({ path, file, look }: { path: string } & Pick<ModelFileProps, "file" | "look">) {
  return look ? (
    <a href={look(path)}>{path}</a>
  ) : (
    <a href={prefix + file(path)} download={path.split("/").at(-1)}>
      {path}
    </a>
  );
}

function Flavors({ facts, file, look }: { facts: ModelFacts } & Pick<ModelFileProps, "file" | "look">) {
  return (
    <div class="flavors">
      {facts.flavors.map((flavor) => (
        <div key={flavor.name}>
          <Tag tone="accent">{flavor.name}</Tag>
          <KeyValues items={flavor.facts.filter(([name]) => !name.startsWith("env.")).map(([name, value]) => [name, <code key={name}>{value}</code>] as const)} />
        </div>
      ))}
      <KeyValues
        items={[
          ["Size", facts.sizeBytes === undefined ? null : formatBytes(facts.sizeBytes)],
          ["Made with", facts.version ? `MLflow API ${facts.version}` : null],
          [
            "Environment",
            <span key="files" class="model-files">
              {facts.environment.map((path) => (
                <FileLink key={path} path={path} file={file} look={look} />
              ))}
            </span>,
          ],
          [
            "Input example",
            facts.example ? (
              <FileLink path={facts.example} file={file} look={look} />
            ) : null,
          ],
        ]}
      />
    </div>
  );
}
