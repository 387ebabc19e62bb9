"""Write schema/openapi.json and schema/calls.ts: the API as the calls declare it, for other languages to read."""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

import millrace
from millrace.calls import ENDPOINTS, Binary, Endpoint

ROOT = Path(__file__).resolve().parents[1]
REF = "#/components/schemas/"
HEADER = "// Generated from millrace.calls by `make schema`: do not edit."
# JSON has no NaN and no infinities; on the wire they are these texts (millrace.wire).
FLOAT = {"anyOf": [{"type": "number"}, {"enum": ["-Infinity", "Infinity", "NaN"]}]}


def files() -> dict[str, str]:
    """Every generated file by its path from the root of the repository, as it should be."""
    operations, components = _shapes()
    return {
        "schema/openapi.json": json.dumps(_openapi(operations, components), indent=1, ensure_ascii=False) + "\n",
        "schema/calls.ts": _typescript(components),
    }


def endpoints() -> list[Endpoint]:
    """Every endpoint, in the order of its path."""
    return sorted(ENDPOINTS.values(), key=lambda one: (one.version, one.path, one.methods))


def _shapes() -> tuple[dict[str, Any], dict[str, Any]]:
    """The JSON schemas of calls by name, and those of everything by name."""
    types = [shape for one in endpoints() for shape in (one.call, one.answer) if not issubclass(shape, Binary)]
    _, components = msgspec.json.schema_components(types, ref_template=REF + "{name}")
    widened = {_plain(name): _widen(schema) for name, schema in components.items()}
    return {one.name: widened[one.name] for one in endpoints()}, dict(sorted(widened.items()))


def _plain(name: str) -> str:
    return name.split("[")[0]


def _widen(schema: Any) -> Any:
    if isinstance(schema, dict):
        if isinstance(schema.get("description"), str):
            schema = schema | {"description": inspect.cleandoc(schema["description"])}
        if schema.get("type") == "number":
            return FLOAT | {key: value for key, value in schema.items() if key != "type"}
        return {key: _widen(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_widen(one) for one in schema]
    return schema


def _openapi(operations: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for one in endpoints():
        for method in one.methods:
            operation = _operation(one, method, operations[one.name])
            paths.setdefault(f"/api/{one.version}/{one.path}", {})[method.lower()] = operation
    asked = {one.name for one in endpoints()}
    answers = {name: schema for name, schema in components.items() if name not in asked}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Millrace",
            "version": millrace.__version__,
            "description": "Every path answers under `/ajax-api/` as well as under `/api/`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": {"Error": _error(), **answers}},
    }


def _operation(one: Endpoint, method: str, schema: dict[str, Any]) -> dict[str, Any]:
    required = set(schema.get("required", ()))
    in_query = method == "GET"
    body: dict[str, Any] = {"type": "object", "properties": {}}
    parameters = []
    for name, field in schema["properties"].items():
        if name in one.path_fields or in_query:
            where = "path" if name in one.path_fields else "query"
            parameters.append({"name": name, "in": where, "required": name in required, "schema": field})
        else:
            body["properties"][name] = field
    if needed := sorted(required & body["properties"].keys()):
        body["required"] = needed
    operation: dict[str, Any] = {
        "operationId": one.name if method == one.methods[0] else f"{one.name}_{method.lower()}",
        "tags": [one.call.__module__.split(".")[-1]],
        "summary": one.summary,
        "description": inspect.cleandoc(one.call.__doc__ or ""),
        "x-needs": f"{one.needs.level} {one.needs.resource}",
    }
    if parameters:
        operation["parameters"] = parameters
    if body["properties"]:
        operation["requestBody"] = {"required": bool(needed), "content": {"application/json": {"schema": body}}}
    operation["responses"] = {
        "200": _response(one),
        "default": _json_response("What went wrong.", "Error"),
    }
    return operation


def _response(one: Endpoint) -> dict[str, Any]:
    if not issubclass(one.answer, Binary):
        return _json_response("The answer.", one.answer.__name__)
    octets = {"type": "string", "format": "binary", "description": inspect.cleandoc(one.answer.__doc__ or "")}
    return {"description": "The answer.", "content": {"application/octet-stream": {"schema": octets}}}


def _json_response(description: str, name: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": {"$ref": REF + name}}}}


def _error() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "title": "Error",
        "description": "What every failed call is answered with; the HTTP status follows from the code.",
        "type": "object",
        "properties": {"error_code": text, "message": text},
        "required": ["error_code", "message"],
    }


def _typescript(components: dict[str, Any]) -> str:
    blocks = [HEADER, "", "/** A float on the wire: JSON itself has no NaN and no infinities. */"]
    blocks += ['export type Float = number | "NaN" | "Infinity" | "-Infinity";', ""]
    for name, schema in components.items():
        blocks += [_comment(schema.get("description", "")), f"export interface {name} {{"]
        required = set(schema.get("required", ()))
        for field, shape in schema.get("properties", {}).items():
            blocks.append(f"  {field}{'' if field in required else '?'}: {_type(shape)};")
        blocks += ["}", ""]
    blocks.append("/** Every call by name: how it travels, what it asks, what it is answered with. */")
    blocks.append("export interface Calls {")
    for one in endpoints():
        route = f'method: "{one.methods[0]}"; path: "{one.version}/{one.path}"'
        answer = "ArrayBuffer" if issubclass(one.answer, Binary) else one.answer.__name__
        blocks.append(f"  {one.name}: {{ {route}; call: {one.name}; answer: {answer} }};")
    blocks += ["}", "", "/** Where each call travels, below `/api/`. */", "export const routes = {"]
    for one in endpoints():
        fields = ", ".join(f'"{name}"' for name in one.path_fields)
        blocks.append(
            f'  {one.name}: {{ method: "{one.methods[0]}", path: "{one.version}/{one.path}", inPath: [{fields}] }},'
        )
    blocks += ["} as const;", ""]
    return "\n".join(blocks)


def _comment(text: str) -> str:
    lines = inspect.cleandoc(text).splitlines()
    if len(lines) == 1:
        return f"/** {lines[0]} */"
    return "\n".join(["/**", *(f" * {line}".rstrip() for line in lines), " */"])


def _type(shape: dict[str, Any]) -> str:
    if "$ref" in shape:
        return str(shape["$ref"]).removeprefix(REF)
    if shape.get("anyOf") == FLOAT["anyOf"]:
        return "Float"
    if "anyOf" in shape:
        return " | ".join(dict.fromkeys(_type(one) for one in shape["anyOf"]))
    if "enum" in shape:
        return " | ".join(json.dumps(value) for value in shape["enum"])
    if shape.get("type") == "array":
        inner = _type(shape.get("items", {}))
        return f"({inner})[]" if " " in inner else f"{inner}[]"
    if shape.get("type") == "object" and isinstance(shape.get("additionalProperties"), dict):
        return f"Record<string, {_type(shape['additionalProperties'])}>"
    names = {"string": "string", "integer": "number", "boolean": "boolean", "null": "null"}
    return names.get(str(shape.get("type")), "unknown")


def main() -> None:
    """Write the files, and say which changed."""
    for path, text in files().items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text("utf-8") != text:
            target.write_text(text, "utf-8")
            print(f"wrote {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
