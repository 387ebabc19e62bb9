/** What a dataset says about itself, in the spellings of MLflow's kinds of datasets. */

import type { Dataset } from "@schema/calls";

/** A column, or an array of a tensor dataset. */
export interface Field {
  name: string;
  type: string;
  required: boolean;
}

/** The fields of a dataset's schema; empty for one that is unknown or has none. */
export function fieldsOf(schema: string | null | undefined): Field[] {
  const whole = parsed(schema);
  if (!whole) return [];
  const tabular = whole.mlflow_colspec;
  if (Array.isArray(tabular)) return tabular.map((field) => asField(field as Record<string, unknown>, ""));
  const tensors = whole.mlflow_tensorspec;
  if (tensors && typeof tensors === "object") return Object.entries(tensors as object).flatMap(([part, specs]) => ofTensors(part, specs));
  return [];
}

function ofTensors(part: string, specs: unknown): Field[] {
  const text = typeof specs === "string" ? parsed(specs) : specs;
  return Array.isArray(text) ? text.map((field) => asField(field as Record<string, unknown>, part)) : [];
}

function asField(field: Record<string, unknown>, part: string): Field {
  const tensor = field["tensor-spec"] as { dtype?: string; shape?: unknown[] } | undefined;
  const type = tensor ? `${tensor.dtype ?? "tensor"}[${(tensor.shape ?? []).join(", ")}]` : typeof field.type === "string" ? field.type : JSON.stringify(field.type ?? "");
  const name = typeof field.name === "string" ? field.name : "";
  return { name: [part, name].filter(Boolean).join("."), type, required: field.required !== false };
}

/** Where a dataset is: a path, a URI, a query, a name; "" when it does not say. */
export function sourceOf(dataset: Dataset): string {
  const whole = parsed(dataset.source);
  if (!whole) return dataset.source;
  for (const name of ["uri", "url", "path", "table_name", "query", "sql", "name"]) {
    const value = whole[name];
    if (typeof value === "string" && value) return value;
  }
  return "";
}

/** What is known about the values: rows, elements and the like. */
export function profileOf(profile: string | null | undefined): [string, string][] {
  const whole = parsed(profile);
  if (!whole) return [];
  return Object.entries(whole).map(([name, value]) => [name.replace(/^num_/, "").replaceAll("_", " "), typeof value === "number" ? value.toLocaleString("en-US") : typeof value === "string" ? value : JSON.stringify(value)]);
}

function parsed(text: string | null | undefined): Record<string, unknown> | null {
  if (!text) return null;
  try {
    const value: unknown = JSON.parse(text);
    return value && typeof value === "object" ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
