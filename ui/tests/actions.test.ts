import { beforeEach, expect, test } from "vitest";
import { forgetActions, nextRedo, nextUndo, perform, redo, undo } from "../src/lib/actions";
import { closeToast, toasts } from "../src/lib/toasts";

let there: string[] = [];

beforeEach(() => {
  there = [];
  forgetActions();
  for (const one of toasts.value) closeToast(one.id);
});

const adding = (name: string) => ({
  done: `Added ${name}`,
  run: () => {
    there = [...there, name];
  },
  undo: () => {
    there = there.filter((one) => one !== name);
  },
});

test("what was done is taken back in the opposite order and done again", async () => {
  await perform(adding("a"));
  await perform(adding("b"));
  await undo();
  expect(there).toEqual(["a"]);
  await undo();
  expect([there, nextUndo.value]).toEqual([[], undefined]);
  await redo();
  await redo();
  expect([there, nextRedo.value]).toEqual([["a", "b"], undefined]);
});

test("something new forgets what could be done again", async () => {
  await perform(adding("a"));
  await undo();
  await perform(adding("b"));
  expect(nextRedo.value).toBeUndefined();
});

test("a failure is shown and cannot be undone", async () => {
  const fails = () => Promise.reject(new Error("no such run"));
  expect(await perform({ done: "Deleted", run: fails, undo: () => {} })).toBe(false);
  expect(nextUndo.value).toBeUndefined();
  expect(toasts.value.map((one) => [one.kind, one.text])).toEqual([["failed", "no such run"]]);
});

test("the message of an action takes that action back, even when another came after it", async () => {
  await perform(adding("a"));
  const first = toasts.value[0];
  await perform(adding("b"));
  first?.action?.run();
  await Promise.resolve();
  expect(there).toEqual(["b"]);
});
