"""What spans say about their trace: previews, tokens, sizes. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

PREVIEW = 1000
"""The greatest length of a preview, in characters."""
SHORT_PREVIEW = 250
"""That of the previews in the metadata."""

Usage = dict[str, int]
"""Tokens by kind: `input_tokens`, `output_tokens`, `total_tokens`."""


def cut(text: str, length: int) -> str:
    """A text of at most so many characters; what is longer ends in three dots."""
    return text if len(text) <= length else text[: length - 3] + "..."


def request_preview(text: str) -> str:
    """What is shown of a trace's inputs, which are JSON: of a conversation, the last thing that the user said."""
    value = _loaded(text)
    inner = value.get("request", value) if isinstance(value, dict) else None
    if isinstance(inner, dict):
        for key in ("messages", "input"):
            said = _last_said(inner.get(key), "user")
            if said:
                return cut(said, PREVIEW)
    return cut(text, PREVIEW)


def response_preview(text: str) -> str:
    """What is shown of a trace's outputs, which are JSON: of a conversation, the last answer."""
    value = _loaded(text)
    if isinstance(value, dict):
        choices, output = value.get("choices"), value.get("output")
        if isinstance(choices, list) and choices and isinstance(choices[0], dict):
            said = _content(choices[0].get("message"))
        elif isinstance(output, list):
            said = _last_said(output, "assistant")
        else:
            said = _last_said(value.get("messages"), "assistant")
        if said:
            return cut(said, PREVIEW)
    return cut(text, PREVIEW)


def _loaded(text: str) -> Any:
    if text[:1] != "{":
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _last_said(messages: Any, role: str) -> str | None:
    """What the last message of a role says; where nobody of that role spoke, the last message of all."""
    if not isinstance(messages, list):
        return None
    said = [message for message in messages if isinstance(message, dict) and "role" in message]
    of_role = [message for message in said if message["role"] == role]
    return _content((of_role or said)[-1]) if said else None


def _content(message: Any) -> str | None:
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = [part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)]
        return texts[0] if texts else None
    return None


def usage_of(text: str) -> Usage | None:
    """The tokens that an attribute tells, which is JSON; None where it tells none."""
    found = _loaded(text)
    if not isinstance(found, dict):
        return None
    usage = {key: found[key] for key in ("input_tokens", "output_tokens", "total_tokens") if _is_count(found.get(key))}
    if "total_tokens" not in usage and usage:
        usage["total_tokens"] = sum(usage.values())
    return usage or None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def total_usage(parents: Mapping[int, int | None], usages: Mapping[int, Usage]) -> Usage | None:
    """The tokens of all spans; those of a span that tells some hold those of the spans below it.

    Args:
        parents: the parent of each span.
        usages: the tokens of the spans that tell some.
    """
    total: Usage = {}
    for span, usage in usages.items():
        seen, above = {span}, parents.get(span)
        while above is not None and above not in usages and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above is None or above in seen:
            for kind, count in usage.items():
                total[kind] = total.get(kind, 0) + count
    return total or None


def size_stats(sizes: Iterable[int]) -> tuple[int, str]:
    """The bytes of all spans, and the JSON text that the metadata has about them."""
    ordered = sorted(sizes)
    total = sum(ordered)
    quarters = {f"p{percent}": _percentile(ordered, percent) for percent in (25, 50, 75)}
    stats = {"total_size_bytes": total, "num_spans": len(ordered), "max": ordered[-1], **quarters}
    return total, json.dumps(stats)


def _percentile(ordered: list[int], percent: int) -> int:
    place = (len(ordered) - 1) * percent / 100
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return int(ordered[low] + (ordered[high] - ordered[low]) * (place - low))
