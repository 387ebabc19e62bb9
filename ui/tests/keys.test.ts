import { afterEach, beforeEach, expect, test } from "vitest";
import { addKeys, listenForKeys } from "../src/lib/keys";

const ends: (() => void)[] = [];
let did: string[] = [];

beforeEach(() => {
  did = [];
  ends.push(listenForKeys(document));
});

afterEach(() => {
  for (const end of ends.splice(0)) end();
  document.body.replaceChildren();
});

function bind(name: string, keys: string, inFields = false): void {
  ends.push(addKeys({ name, bindings: [{ keys, does: name, inFields, run: () => did.push(name) }] }));
}

function press(key: string, more: KeyboardEventInit = {}, target: EventTarget = document.body): void {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
}

test("a key does what the innermost scope binds it to", () => {
  bind("page", "j");
  bind("table", "j");
  press("j");
  expect(did).toEqual(["table"]);
  ends.pop()?.();
  press("j");
  expect(did).toEqual(["table", "page"]);
});

test("modifiers tell keys apart, and Command counts as Ctrl", () => {
  bind("find", "Ctrl+K");
  bind("redo", "Ctrl+Shift+Z");
  bind("help", "?");
  press("k");
  press("k", { ctrlKey: true });
  press("k", { metaKey: true });
  press("Z", { ctrlKey: true, shiftKey: true });
  press("z", { ctrlKey: true });
  press("?", { shiftKey: true });
  expect(did).toEqual(["find", "find", "redo", "help"]);
});

test("keys that are typed into a field are text, unless the binding wants them", () => {
  const field = document.createElement("input");
  document.body.append(field);
  bind("next", "j");
  bind("find", "Ctrl+K", true);
  press("j", {}, field);
  press("k", { ctrlKey: true }, field);
  expect(did).toEqual(["find"]);
});

test("keys after each other are one binding; a wrong second key is heard for itself", () => {
  bind("experiments", "g e");
  bind("next", "j");
  press("g");
  press("e");
  press("g");
  press("j");
  press("e");
  expect(did).toEqual(["experiments", "next"]);
});
