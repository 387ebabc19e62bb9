import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Change, followAttention, listen, liveState, partOf, readChange } from "../src/lib/live";

/** A stream that a test writes into. */
class Stream {
  static readonly CLOSED = 2;
  static all: Stream[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {
    Stream.all.push(this);
  }

  close(): void {
    this.readyState = 2;
  }

  tell(change: object): void {
    this.onmessage?.({ data: JSON.stringify(change) });
  }
}

let ends: (() => void)[] = [];
const tick = () => new Promise<void>((resolve) => queueMicrotask(resolve));
const open = () => Stream.all.filter((one) => one.readyState !== 2);

beforeEach(() => {
  Stream.all = [];
  vi.stubGlobal("EventSource", Stream);
});

afterEach(async () => {
  for (const end of ends) end();
  ends = [];
  await tick();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("all who listen share a stream, and each hears of its own experiments only", async () => {
  const heard: [string, Change][] = [];
  ends.push(listen(["1"], (change) => heard.push(["one", change])));
  ends.push(listen(["2"], (change) => heard.push(["two", change])));
  await tick();
  expect(Stream.all.map((one) => new URL(one.url, "http://x").searchParams.getAll("experiment_ids"))).toEqual([["1", "2"]]);
  Stream.all[0]?.tell({ cursor: 5, runs: [{ run_id: "a", experiment_id: "2" }], experiments: [] });
  expect(heard.map(([who, change]) => [who, change.runs.map((run) => run.run_id)])).toEqual([["two", ["a"]]]);
});

test("an event without news is not handed on", async () => {
  const hear = vi.fn();
  ends.push(listen(null, hear));
  await tick();
  Stream.all[0]?.tell({ cursor: 7, runs: [], experiments: [] });
  expect(hear).not.toHaveBeenCalled();
});

test("another wish opens another stream that goes on from where the last one was", async () => {
  ends.push(listen(["1"], () => {}));
  await tick();
  Stream.all[0]?.tell({ cursor: 900, runs: [] });
  ends.push(listen(["3"], () => {}));
  await tick();
  expect(open()).toHaveLength(1);
  expect(new URL(open()[0]?.url ?? "", "http://x").searchParams.get("cursor")).toBe("900");
});

test("who is new is told what changed since its page was opened, and nothing older", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  vi.advanceTimersByTime(200_000);
  location.hash = "#/experiments/1/runs";
  dispatchEvent(new Event("hashchange"));
  vi.advanceTimersByTime(300);
  ends.push(listen(["1"], () => {}));
  await tick();
  const asked = () => new URL(open()[0]?.url ?? "", "http://x").searchParams;
  expect([asked().get("ago"), asked().get("cursor")]).toEqual(["300", null]);
  open()[0]?.tell({ cursor: 2000, runs: [] });
  vi.advanceTimersByTime(50_000);
  ends.push(listen(["2"], () => {}));
  await tick();
  // What one has heard already goes on from there; what the other shows was asked for since the page was opened.
  expect([asked().get("ago"), asked().get("cursor")]).toEqual(["50300", "2000"]);
});

test("a hidden tab gives its stream up, and takes it up again when it is looked at", async () => {
  vi.useFakeTimers();
  const hidden = vi.spyOn(document, "hidden", "get");
  ends.push(followAttention(), listen(["1"], () => {}));
  await tick();
  hidden.mockReturnValue(true);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(open()).toHaveLength(1);
  vi.advanceTimersByTime(60_000);
  expect([open().length, liveState.value]).toEqual([0, "off"]);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(open()).toHaveLength(1);
  hidden.mockRestore();
});

test("when nobody listens any more, the stream is closed", async () => {
  const end = listen(["1"], () => {});
  await tick();
  Stream.all[0]?.onopen?.();
  expect(liveState.value).toBe("live");
  end();
  await tick();
  expect([open().length, liveState.value]).toEqual([0, "off"]);
});

test("a change of everything concerns everybody", () => {
  expect(partOf(readChange('{"cursor":1,"all":true,"runs":[],"experiments":[]}'), ["9"])?.all).toBe(true);
  expect(partOf(readChange('{"cursor":1,"registry":true,"runs":[],"experiments":["2"]}'), ["9"])).toBeNull();
});
