/** What the pages of the registry load, and what they change. */

import type { ModelVersion, RegisteredModel } from "@schema/calls";
import { call } from "../../api/call";
import { perform } from "../../lib/actions";
import { literal } from "../../lib/filters";
import { tagOf } from "../../lib/tags";

/** All registered models whose names and tags fit a filter. */
export async function registeredModels(filter: string, signal: AbortSignal): Promise<RegisteredModel[]> {
  const all: RegisteredModel[] = [];
  let token = "";
  do {
    const page = await call(
      "SearchRegisteredModels",
      { max_results: 1000, ...(filter ? { filter } : {}), ...(token ? { page_token: token } : {}) },
      signal,
    );
    all.push(...(page.registered_models ?? []));
    token = page.next_page_token ?? "";
  } while (token && all.length < 20_000);
  return all;
}

/** The versions of a registered model, the latest first. */
export async function versionsOf(name: string, signal: AbortSignal): Promise<ModelVersion[]> {
  const all: ModelVersion[] = [];
  let token = "";
  do {
    const page = await call(
      "SearchModelVersions",
      { filter: `name=${literal(name)}`, max_results: 5000, ...(token ? { page_token: token } : {}) },
      signal,
    );
    all.push(...(page.model_versions ?? []));
    token = page.next_page_token ?? "";
  } while (token);
  return all.sort((a, b) => Number(b.version) - Number(a.version));
}

/** The stage of a version, "" for none: stages are of old times, and shown only where somebody set one. */
export function stageOf(version: ModelVersion): string {
  const stage = version.current_stage ?? "";
  return stage === "None" ? "" : stage;
}

/** The stages that there are. */
export const stages = ["Staging", "Production", "Archived", "None"] as const;

/** Point an alias to a version, or with undefined take it away; `before` is where it points now. */
export function setAlias(name: string, alias: string, version: string | undefined, before: string | undefined, done: () => void): Promise<boolean> {
  const point = async (to: string | undefined) => {
    if (to === undefined) await call("DeleteRegisteredModelAlias", { name, alias });
    else await call("SetRegisteredModelAlias", { name, alias, version: to });
    done();
  };
  return perform({
    done: version === undefined ? `Removed the alias @${alias}` : `Pointed @${alias} to version ${version}`,
    run: () => point(version),
    undo: () => point(before),
  });
}

/** Set or remove a tag of a registered model. */
export function setModelTag(model: RegisteredModel, key: string, value: string | undefined, done: () => void): Promise<boolean> {
  const { name } = model;
  return tagging(key, value, tagOf(model.tags, key), done, {
    set: (to) => call("SetRegisteredModelTag", { name, key, value: to }),
    remove: () => call("DeleteRegisteredModelTag", { name, key }),
  });
}

/** Set or remove a tag of a version. */
export function setVersionTag(one: ModelVersion, key: string, value: string | undefined, done: () => void): Promise<boolean> {
  const { name, version } = one;
  return tagging(key, value, tagOf(one.tags, key), done, {
    set: (to) => call("SetModelVersionTag", { name, version, key, value: to }),
    remove: () => call("DeleteModelVersionTag", { name, version, key }),
  });
}

interface Tagging {
  set: (value: string) => Promise<unknown>;
  remove: () => Promise<unknown>;
}

function tagging(key: string, value: string | undefined, before: string | undefined, done: () => void, { set, remove }: Tagging): Promise<boolean> {
  const change = async (to: string | undefined) => {
    await (to === undefined ? remove() : set(to));
    done();
  };
  return perform({
    done: value === undefined ? `Removed the tag “${key}”` : `Saved the tag “${key}”`,
    run: () => change(value),
    undo: () => change(before),
  });
}

/** Change the description of a registered model, or of a version of it. */
export function describe(name: string, version: string | undefined, to: string, before: string, done: () => void): Promise<boolean> {
  const change = async (description: string) => {
    if (version === undefined) await call("UpdateRegisteredModel", { name, description });
    else await call("UpdateModelVersion", { name, version, description });
    done();
  };
  return perform({ done: "Saved the description", run: () => change(to), undo: () => change(before) });
}

/** Move a version to another stage. */
export function moveTo(one: ModelVersion, stage: string, done: () => void): Promise<boolean> {
  const { name, version } = one;
  const move = async (to: string) => {
    await call("TransitionModelVersionStage", { name, version, stage: to });
    done();
  };
  return perform({
    done: stage === "None" ? `Took version ${version} out of its stage` : `Moved version ${version} to ${stage}`,
    run: () => move(stage),
    undo: () => move(one.current_stage ?? "None"),
  });
}
