import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Changed, feedState, followChanges } from "../src/api/feed";

/** Stands for the browser's connection. */
class Source {
  static all: Source[] = [];
  closed = false;
  onmessage: ((event: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {
    Source.all.push(this);
  }
  static get last(): Source {
    return Source.all.at(-1)!;
  }
  static get open(): Source[] {
    return Source.all.filter((one) => !one.closed);
  }
  close() {
    this.closed = true;
  }
  say(changed: Partial<Changed>) {
    this.onmessage!({ data: JSON.stringify({ runs: [], experiments: [], ...changed }) });
  }
}

let hidden = false;
let stop: () => void;
const heard: Changed[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  vi.spyOn(document, "hidden", "get").mockImplementation(() => hidden);
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  hidden = false;
  Source.all = [];
  heard.length = 0;
  stop = followChanges(["1", "2"], 70, (changed) => heard.push(changed));
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function show(shown: boolean) {
  hidden = !shown;
  document.dispatchEvent(new Event("visibilitychange"));
}

test("changes are heard, and the first word only says that the server is there", () => {
  expect(Source.last.url).toContain("changes?experiment_ids=1&experiment_ids=2&cursor=70");
  expect(feedState.value).toBe("connecting");
  Source.last.say({ cursor: 71 });
  expect(feedState.value).toBe("live");
  expect(heard).toEqual([]);
  Source.last.say({ cursor: 72, runs: [{ run_id: "a", experiment_id: "1" }] });
  Source.last.say({ cursor: 73, all: true });
  expect(heard.map((one) => one.cursor)).toEqual([72, 73]);
});

test("a server that is away is asked ever less often, from where it was left, until it is back", () => {
  Source.last.say({ cursor: 99 });
  const waits = [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];
  for (const wait of waits) {
    Source.last.onerror!();
    expect(feedState.value).toBe("away");
    const tries = Source.all.length;
    vi.advanceTimersByTime(wait - 1);
    expect(Source.all.length).toBe(tries);
    vi.advanceTimersByTime(1);
    expect(Source.all.length).toBe(tries + 1);
    expect(feedState.value).toBe("away");
  }
  expect(Source.open.length).toBe(1);
  expect(Source.last.url).toContain("cursor=99");
  Source.last.say({ cursor: 100 });
  expect(feedState.value).toBe("live");
  Source.last.onerror!();
  vi.advanceTimersByTime(1000);
  expect(Source.open.length).toBe(1);
  Source.last.onerror!();
  window.dispatchEvent(new Event("online"));
  expect(Source.open.length).toBe(1);
});

test("a hidden tab lets go after a while, and goes on where it was", () => {
  Source.last.say({ cursor: 80 });
  show(false);
  vi.advanceTimersByTime(4000);
  show(true);
  vi.advanceTimersByTime(60_000);
  expect(Source.all.length).toBe(1);
  show(false);
  vi.advanceTimersByTime(5000);
  expect(Source.open).toEqual([]);
  expect(feedState.value).toBe("off");
  window.dispatchEvent(new Event("online"));
  expect(Source.open).toEqual([]);
  show(true);
  expect(Source.open.length).toBe(1);
  expect(Source.last.url).toContain("cursor=80");
});

test("who stops hears nothing more", () => {
  stop();
  expect(Source.open).toEqual([]);
  show(true);
  vi.advanceTimersByTime(60_000);
  expect(Source.open).toEqual([]);
});
