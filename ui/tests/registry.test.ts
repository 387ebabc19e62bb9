import type { LoggedModel, ModelVersion } from "@schema/calls";
import { expect, test, vi } from "vitest";
import { metricColumns, varyingParams } from "../src/pages/models/columns";
import { currentRegistrations, registrationsOf } from "../src/pages/models/registrations";
import { compareRows, wantedModel, wantedVersions } from "../src/pages/registry/compare";

const metric = (key: string, value: number | "NaN", dataset = "") => ({
  key,
  value,
  timestamp: 0,
  ...(dataset ? { dataset_name: dataset, dataset_digest: "d" } : {}),
});
const model = (data: LoggedModel["data"], tags: { key: string; value: string }[] = []): LoggedModel => ({
  info: {
    model_id: "m",
    experiment_id: "1",
    name: "m",
    creation_timestamp_ms: 0,
    last_updated_timestamp_ms: 0,
    artifact_uri: "",
    status: "",
    tags,
  },
  ...(data ? { data } : {}),
});
const version = (number: string, tags: ModelVersion["tags"] = []): ModelVersion => ({ name: "n", version: number, creation_timestamp: 0, ...(tags ? { tags } : {}) });

test("addresses name versions by MLflow's map of runs or by a list, which tells two of one run apart", () => {
  expect(wantedVersions(new URLSearchParams({ runs: '{"a":"10","b":"9"}' }))).toEqual(["9", "10"]);
  expect(wantedVersions(new URLSearchParams({ runs: '{"a":"2"}', versions: '["1","2"]' }))).toEqual(["1", "2"]);
  expect(wantedVersions(new URLSearchParams({ runs: "{broken" }))).toEqual([]);
});

test("the name of a model may be quoted, as MLflow's addresses have it", () => {
  expect(['"a b"', "a b", '"a'].map((name) => wantedModel(new URLSearchParams({ name })))).toEqual(["a b", "a b", '"a']);
});

test("versions are compared fact by fact; a missing one differs", () => {
  const rows = compareRows([
    { version: version("1", [{ key: "a", value: "x" }]), logged: model({ metrics: [metric("rmse", 2, "test")], params: [{ key: "lr", value: "1" }] }) },
    { version: version("2", [{ key: "a", value: "x" }]), logged: model({ metrics: [metric("rmse", 3, "test")], params: [] }) },
  ]);
  expect(rows.map((row) => [row.group, row.name, row.values, row.differs])).toEqual([
    ["Metrics", "rmse on test (d)", [2, 3], true],
    ["Params", "lr", ["1", undefined], true],
    ["Tags", "a", ["x", "x"], false],
  ]);
});

test("two NaN are the same", () => {
  const [row] = compareRows([1, 2].map((one) => ({ version: version(String(one)), logged: model({ metrics: [metric("f", "NaN")] }) })));
  expect(row?.differs).toBe(false);
});

test("metrics make a column for each dataset, those that most models have first", () => {
  const models = [model({ metrics: [metric("a", 1), metric("a", 1, "test")] }), model({ metrics: [metric("a", 1, "test")] })];
  expect(metricColumns(models).map((one) => [one.key, one.dataset])).toEqual([
    ["a", "test (d)"],
    ["a", ""],
  ]);
});

test("params that differ, or that some models lack, are columns", () => {
  const params = (all: Record<string, string>) => model({ params: Object.entries(all).map(([key, value]) => ({ key, value })) });
  expect(varyingParams([params({ same: "1", lr: "1", first: "1" }), params({ same: "1", lr: "2", later: "1" })])).toEqual(["first", "later", "lr"]);
});

test("registered versions come from the answer or from MLflow's tag", () => {
  expect(registrationsOf(model({}, [{ key: "mlflow.modelVersions", value: '[{"name": "n", "version": 3}]' }]))).toEqual([{ name: "n", version: "3" }]);
  expect(registrationsOf(model({}, [{ key: "mlflow.modelVersions", value: "broken" }]))).toEqual([]);
});

test("a version that is gone, or renamed, is not told from what the model's tag remembers", async () => {
  const tags = [{ key: "mlflow.modelVersions", value: '[{"name": "old name", "version": 1}]' }];
  const of = (id: string, run: string) => ({ ...model({}, tags), info: { ...model({}, tags).info, model_id: id, source_run_id: run } });
  const fetched = vi.fn(async (_: string) => Response.json({ model_versions: [{ name: "new name", version: "1", model_id: "a" }] }));
  vi.stubGlobal("fetch", fetched);
  const found = await currentRegistrations([of("a", "r1"), of("b", "r2"), of("c", "")], new AbortController().signal);
  vi.unstubAllGlobals();
  expect([...found]).toEqual([
    ["c", [{ name: "old name", version: "1" }]],
    ["a", [{ name: "new name", version: "1" }]],
  ]);
  expect(fetched.mock.calls.map(([url]) => new URL(url, "http://x").searchParams.get("filter"))).toEqual(["run_id IN ('r1', 'r2')"]);
});
