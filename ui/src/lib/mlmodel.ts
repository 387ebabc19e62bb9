/** What an MLmodel file says: flavors, signature, environment, and how a model is loaded. */

import { parseYaml, type Yaml } from "./yaml";

/** One input, output or param of a model. */
export interface Field {
  name: string;
  type: string;
  required: boolean;
  /** Of a param. */
  default?: string;
}

/** What of an MLmodel file the page shows. */
export interface ModelFacts {
  flavors: { name: string; facts: [name: string, value: string][] }[];
  inputs: Field[];
  outputs: Field[];
  params: Field[];
  /** The names of the files that describe its environment, those that the file names itself. */
  environment: string[];
  example?: string;
  sizeBytes?: number;
  version?: string;
  text: string;
}

type Map = { [key: string]: Yaml };

/** Read an MLmodel file; one that cannot be read is shown as text only. */
export function readModel(text: string): ModelFacts {
  let file: Map = {};
  try {
    file = asMap(parseYaml(text));
  } catch {
    // Its text is shown all the same.
  }
  const flavors = asMap(file["flavors"]);
  const signature = asMap(file["signature"]);
  const example = asMap(file["saved_input_example_info"])["artifact_path"];
  const size = file["model_size_bytes"];
  const version = file["mlflow_version"];
  return {
    flavors: Object.entries(flavors).map(([name, facts]) => ({ name, facts: flat(asMap(facts)) })),
    inputs: fields(signature["inputs"]),
    outputs: fields(signature["outputs"]),
    params: fields(signature["params"]),
    environment: environmentOf(flavors),
    text,
    ...(typeof example === "string" ? { example } : {}),
    ...(typeof size === "number" ? { sizeBytes: size } : {}),
    ...(version !== undefined && version !== null ? { version: String(version) } : {}),
  };
}

function environmentOf(flavors: Map): string[] {
  const env = asMap(flavors["python_function"])["env"];
  const named = typeof env === "string" ? [env] : Object.values(asMap(env)).map(String);
  return ["requirements.txt", ...named.filter((name) => name !== "requirements.txt")];
}

/** The columns, tensors or params of one side of a signature, which the file holds as JSON in a text. */
function fields(text: Yaml | undefined): Field[] {
  if (typeof text !== "string" || !text) return [];
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(read)) return [];
  return read.map((one, index) => {
    const spec = asMap(one as Yaml);
    const field: Field = {
      name: typeof spec["name"] === "string" ? spec["name"] : read.length > 1 ? String(index) : "",
      type: typeText(spec),
      required: spec["required"] !== false && spec["optional"] !== true,
    };
    if (spec["default"] !== undefined) field.default = JSON.stringify(spec["default"]);
    return field;
  });
}

/** A type as one reads it: double, float64[-1, 28, 28], array<string>, {a: long, b: string}. */
export function typeText(spec: { [key: string]: Yaml }): string {
  const type = String(spec["type"] ?? "");
  const shape = spec["shape"];
  const tail = Array.isArray(shape) ? `[${shape.join(", ")}]` : "";
  if (type === "tensor") {
    const tensor = asMap(spec["tensor-spec"]);
    const dims = tensor["shape"];
    return `${String(tensor["dtype"] ?? "tensor")}${Array.isArray(dims) ? `[${dims.join(", ")}]` : ""}`;
  }
  if (type === "array") return `array<${typeText(asMap(spec["items"]))}>`;
  if (type === "map") return `map<string, ${typeText(asMap(spec["values"]))}>`;
  if (type === "object") {
    const inner = Object.entries(asMap(spec["properties"])).map(([name, one]) => {
      const property = asMap(one);
      return `${name}${property["required"] === false ? "?" : ""}: ${typeText(property)}`;
    });
    return `{${inner.join(", ")}}`;
  }
  return type + tail;
}

function flat(map: Map, before = ""): [string, string][] {
  return Object.entries(map).flatMap(([name, value]): [string, string][] => {
    if (value === null) return [];
    if (typeof value === "object" && !Array.isArray(value)) return flat(value, `${before}${name}.`);
    return [[before + name, typeof value === "object" ? JSON.stringify(value) : String(value)]];
  });
}

function asMap(value: Yaml | undefined): Map {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** Python that loads a model from `uri`, as a function of any framework and as what it was trained as. */
export function loadingCode(uri: string, facts: ModelFacts | undefined, server: string): string {
  const native = facts?.flavors.map((one) => one.name).find((name) => name !== "python_function");
  const lines = ["import mlflow", "", `mlflow.set_tracking_uri(${JSON.stringify(server)})`, `model = mlflow.pyfunc.load_model(${JSON.stringify(uri)})`];
  const sample = sampleOf(facts?.inputs ?? []);
  if (sample) lines.splice(1, 0, "import pandas as pd");
  lines.push(sample ? `model.predict(pd.DataFrame([${sample}]))` : "model.predict(data)");
  if (native) lines.push("", `# As it was trained:`, `model = mlflow.${native}.load_model(${JSON.stringify(uri)})`);
  return `${lines.join("\n")}\n`;
}

const samples: Record<string, string> = { double: "0.5", float: "0.5", long: "1", integer: "1", string: '"…"', boolean: "True" };

/** A row with the model's columns; "" where it does not take a table. */
function sampleOf(inputs: readonly Field[]): string {
  if (inputs.length === 0 || inputs.some((one) => !one.name || !(one.type in samples))) return "";
  const shown = inputs.slice(0, 12).map((one) => `${JSON.stringify(one.name)}: ${samples[one.type]}`);
  if (inputs.length > shown.length) return "";
  return shown.length <= 4
    ? `{${shown.join(", ")}}`
    : `{\n${Array.from({ length: Math.ceil(shown.length / 4) }, (_, row) => `    ${shown.slice(row * 4, row * 4 + 4).join(", ")},`).join("\n")}\n}`;
}
