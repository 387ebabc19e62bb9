import { expect, test } from "vitest";
import { loadingCode, readModel } from "../src/lib/mlmodel";
import { parseYaml } from "../src/lib/yaml";

test("maps, lists and scalars are read, also when a text is folded over lines", () => {
  const text = `
# made by a program
artifact_path: model
size: 2602
ratio: 1.5e-3
none: null
on: true
quoted: 'it''s
  folded: here'
"double": "a\\tb \\
  joined"
plain: goes on
  over here
list:
- one
- two: 2
  three:
    - deep
- - nested
block: |
  first
    second
empty: {}
path: /tmp/x:y
version: 3.11.7
minor: 1.10
`;
  expect(parseYaml(text)).toEqual({
    artifact_path: "model",
    size: 2602,
    ratio: 0.0015,
    none: null,
    on: true,
    quoted: "it's folded: here",
    double: "a\tb joined",
    plain: "goes on over here",
    list: ["one", { two: 2, three: ["deep"] }, ["nested"]],
    block: "first\n  second",
    empty: {},
    path: "/tmp/x:y",
    version: "3.11.7",
    minor: "1.10",
  });
});

test("an unclosed quotation is an error, not an endless loop", () => {
  expect(() => parseYaml("a: 'open\nb: 1")).toThrow(SyntaxError);
});

const mlmodel = `artifact_path: model
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
  sklearn:
    code: null
    pickled_model: model.pkl
mlflow_version: 3.8.1
model_size_bytes: 2602
signature:
  inputs: '[{"type": "double", "name": "age", "required": true}, {"type": "string",
    "name": "sex", "required": false}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 2]}}]'
  params: '[{"name": "temperature", "type": "double", "default": 0.7, "shape": null}]'
`;

test("an MLmodel file tells flavors, signature and environment", () => {
  const facts = readModel(mlmodel);
  expect(facts.flavors.map((one) => one.name)).toEqual(["python_function", "sklearn"]);
  expect(facts.flavors[1]?.facts).toEqual([["pickled_model", "model.pkl"]]);
  expect(facts.inputs).toEqual([
    { name: "age", type: "double", required: true },
    { name: "sex", type: "string", required: false },
  ]);
  expect(facts.outputs).toEqual([{ name: "", type: "float64[-1, 2]", required: true }]);
  expect(facts.params).toEqual([{ name: "temperature", type: "double", required: true, default: "0.7" }]);
  expect(facts.environment).toEqual(["requirements.txt", "conda.yaml", "python_env.yaml"]);
  expect([facts.sizeBytes, facts.version]).toEqual([2602, "3.8.1"]);
});

test("nested types are spelled in a line", () => {
  const inner = '[{"type": "object", "name": "m", "properties": {"role": {"type": "string", "required": true}, "ids": {"type": "array", "items": {"type": "long"}, "required": false}}}]';
  expect(readModel(`signature:\n  inputs: '${inner}'\n`).inputs[0]?.type).toBe("{role: string, ids?: array<long>}");
});

test("a file that is no YAML is still shown", () => {
  expect(readModel("{{{ : ")).toMatchObject({ flavors: [], inputs: [], text: "{{{ : " });
});

test("the code that loads a model names its flavor and its columns", () => {
  const code = loadingCode("models:/m/1", readModel(mlmodel), "http://here");
  expect(code).toContain('mlflow.set_tracking_uri("http://here")');
  expect(code).toContain('model.predict(pd.DataFrame([{"age": 0.5, "sex": "…"}]))');
  expect(code).toContain('mlflow.sklearn.load_model("models:/m/1")');
});
