import { afterEach, expect, test, vi } from "vitest";
import { picked } from "../src/api/ahead";
import { call, callAhead } from "../src/api/call";

afterEach(() => {
  vi.restoreAllMocks();
});

test("a call that was made ahead is not made again, but only once and only for the same fields", async () => {
  let asked = 0;
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ experiment: { experiment_id: String((asked += 1)) } })));
  await callAhead("GetExperiment", { experiment_id: "1" });
  await call("GetExperiment", { experiment_id: "2" });
  expect(asked).toBe(2);
  const taken = call("GetExperiment", { experiment_id: "1" });
  expect(picked(taken, (answer) => answer.experiment.experiment_id)).toBe("1"); // no promise: it was there
  expect((await call("GetExperiment", { experiment_id: "1" })).experiment.experiment_id).toBe("3");
});

test("a call that failed ahead fails whoever makes it", async () => {
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ error_code: "RESOURCE_DOES_NOT_EXIST", message: "none" }), { status: 404 }));
  await callAhead("GetExperiment", { experiment_id: "1" });
  await expect(call("GetExperiment", { experiment_id: "1" })).rejects.toThrow("none");
});
