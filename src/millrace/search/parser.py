"""Filters: text to tree.

MLflow's grammar, comparisons joined by AND, and beyond it OR, NOT and parentheses:

    or:         and (OR and)*
    and:        not (AND not)*
    not:        NOT not | ( or ) | comparison
    comparison: key op value | key [NOT] IN ( value, … ) | key IS [NOT] NULL
"""

from __future__ import annotations

import re

from millrace.errors import InvalidParameterValue
from millrace.search.kinds import LISTED, MATCHED, ORDERED, Kind
from millrace.search.patterns import check_pattern
from millrace.search.tokens import Token, tokens
from millrace.search.tree import And, Comparison, Node, Not, Or, Value

MAX_DEPTH = 50
"""How deep parentheses and NOTs may nest."""
MAX_COMPARISONS = 500
"""How many comparisons a filter may have."""

_DATASET_KEYS = ("context", "digest", "name")
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_WORDS = frozenset(("AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "ILIKE", "RLIKE"))


def parse_filter(text: str, kind: Kind) -> Node | None:
    """The tree of a filter, or None for an empty one.

    Raises:
        InvalidParameterValue: it is no filter for this kind of thing; the message says what is wrong, and the field
            `position` where, counted from 1.
    """
    parser = _Parser(text, kind)
    if parser.sees_end():
        return None
    try:
        tree = parser.either(0)
        parser.expect_end()
    except InvalidParameterValue as error:
        # MLflow's sentences say what is wrong, and not where: it is what was taken last.
        error.json_kwargs.setdefault("position", parser.taken)
        raise
    return tree


class _Parser:
    """Walks the tokens once, from left to right."""

    def __init__(self, text: str, kind: Kind) -> None:
        self._text_of = text
        self._tokens = tokens(text)
        self._kind = kind
        self._at = 0
        self._comparisons = 0
        self._operator_at = 0

    def either(self, depth: int) -> Node:
        """Parts joined by OR."""
        parts = [self._both(depth)]
        while self._takes("OR"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _both(self, depth: int) -> Node:
        parts = [self._one(depth)]
        while self._takes("AND"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self._wrong(f"Parentheses and NOTs nest deeper than {MAX_DEPTH}")
        if self._takes("NOT"):
            return Not(self._one(depth + 1))
        if self._token.sort == "open":
            self._at += 1
            inner = self.either(depth + 1)
            if self._token.sort != "close":
                raise self._wrong("A closing parenthesis is missing")
            self._at += 1
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        self._comparisons += 1
        if self._comparisons > MAX_COMPARISONS:
            raise self._wrong(f"The filter has more than {MAX_COMPARISONS} comparisons")
        token = self._next("A key such as metrics.loss or params.lr is missing")
        if token.sort in ("number", "text"):
            raise InvalidParameterValue(f"Invalid comparison clause. Expected 'Identifier' found '{token.text}'")
        if token.sort not in ("word", "quoted") or _is_word(token):
            raise self._wrong("Expected a key such as metrics.loss or params.lr", token)
        entity, key = entity_and_key(token.text, self._kind, self._kind.attributes)
        self._operator_at = self._token.position
        op = self._operator()
        if op in ("IS NULL", "IS NOT NULL"):
            return Comparison(entity, key, op, None)
        return Comparison(entity, key, op, self._value(entity, key, op))

    def _operator(self) -> str:
        token = self._next("An operator and a value are missing")
        if token.sort == "op":
            return token.text
        word = token.text.upper() if token.sort == "word" else ""
        if word in ("LIKE", "ILIKE", "IN") or (word == "RLIKE" and self._kind.patterns):
            return word
        if word == "IS":
            negated = self._takes("NOT")
            if self._takes("NULL"):
                return "IS NOT NULL" if negated else "IS NULL"
            raise self._wrong("Expected NULL or NOT NULL after IS")
        if word == "NOT":
            for second in ("IN", "LIKE", "ILIKE"):
                if self._takes(second):
                    return f"NOT {second}"
        raise self._wrong("Expected an operator such as = or LIKE", token)

    def _value(self, entity: str, key: str, op: str) -> Value:
        is_list = self._token.sort == "open"
        shown = self._shown_list() if is_list else self._next("A value is missing")
        if isinstance(shown, Token) and (_is_word(shown) or shown.sort in ("close", "comma", "op")):
            raise self._wrong("Expected a value", shown)
        text = shown if isinstance(shown, str) else shown.text
        if entity == "metric" or (key in self._kind.numbers and entity == "attribute"):
            return self._number(entity, key, op, text)
        return self._text(entity, key, op, text, is_list)

    def _number(self, entity: str, key: str, op: str, text: str) -> float | int:
        if self._tokens[self._at - 1].sort == "text" and self._kind.quoted_numbers and _INTEGER.fullmatch(text[1:-1]):
            text = text[1:-1]
        elif self._tokens[self._at - 1].sort != "number":
            what = "metric" if entity == "metric" else f"numeric attribute: {key}"
            raise InvalidParameterValue(f"Expected numeric value type for {what}. Found {text}")
        if op not in ORDERED:
            raise self._bad_operator(op, entity, ORDERED)
        return float(text) if re.search(r"[.eE]", text) else int(text)

    def _text(self, entity: str, key: str, op: str, text: str, is_list: bool) -> Value:
        number = self._tokens[self._at - 1].sort == "number"
        if entity == "param" and number and op in ORDERED:
            return float(text)  # beyond MLflow: params.lr < 0.1 compares numbers
        allowed = LISTED if entity in ("attribute", "dataset") else MATCHED
        if op not in LISTED and op != "RLIKE":
            raise self._bad_operator(op, entity, allowed)
        if is_list != (op in ("IN", "NOT IN")):
            raise self._wrong(f"{op} is not followed by {'a single value' if is_list else 'a list in parentheses'}")
        if is_list:
            return self._list(entity, text)
        if number:
            raise InvalidParameterValue(_unquoted(entity, text))
        if text[:1] not in ("'", '"'):
            raise InvalidParameterValue(
                "Parameter value is either not quoted or unidentified quote types used for string value "
                f"{text}. Use either single or double quotes."
            )
        if op == "RLIKE":
            check_pattern(_unquoted_text(text))
        return _unquoted_text(text)

    def _shown_list(self) -> str:
        """The text of a list, up to its closing parenthesis."""
        start = self._at
        while self._token.sort not in ("close", "end"):
            self._at += 1
        if self._token.sort == "end":
            raise self._wrong("A closing parenthesis is missing")
        self._at += 1
        return self._text_of[self._tokens[start].position - 1 : self._tokens[self._at - 1].position]

    def _list(self, entity: str, text: str) -> tuple[str, ...]:
        end = self._at - 1
        start = next(at for at in range(end, -1, -1) if self._tokens[at].sort == "open")
        inside = self._tokens[start + 1 : end]
        if not inside and entity == "attribute":
            raise InvalidParameterValue(
                "While parsing a list in the query, expected a non-empty list of string values, but got empty list"
            )
        values, commas = inside[::2], inside[1::2]
        well_formed = len(inside) % 2 and all(token.sort == "comma" for token in commas)
        if not well_formed or any(token.sort not in ("text", "quoted") for token in values):
            raise InvalidParameterValue(_unquoted(entity, text))
        return tuple(_unquoted_text(token.text) for token in values)

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _next(self, missing: str) -> Token:
        token = self._token
        if token.sort == "end":
            raise self._wrong(missing)
        self._at += 1
        return token

    def _takes(self, word: str) -> bool:
        if self._token.sort == "word" and self._token.text.upper() == word:
            self._at += 1
            return True
        return False

    @property
    def taken(self) -> int:
        """Where the token that was taken last begins, or the list that it closes."""
        at = max(0, self._at - 1)
        if self._tokens[at].sort == "close":
            at = next((start for start in range(at, -1, -1) if self._tokens[start].sort == "open"), at)
        return self._tokens[at].position

    def sees_end(self) -> bool:
        """Whether nothing is left."""
        return self._token.sort == "end"

    def expect_end(self) -> None:
        """Raise unless nothing is left."""
        if not self.sees_end():
            raise self._wrong("Expected AND, OR or the end of the filter")

    def _wrong(self, why: str, token: Token | None = None) -> InvalidParameterValue:
        token = token or self._token
        shown = f"'{token.text[:40]}'" if token.text else "the end"
        return InvalidParameterValue(
            f"Invalid clause(s) in filter string: {shown}. {why}, at position {token.position}.",
            position=token.position,
        )

    def _bad_operator(self, op: str, entity: str, allowed: tuple[str, ...]) -> InvalidParameterValue:
        # numbers have no patterns
        patterns = ("RLIKE",) if self._kind.patterns and allowed is not ORDERED else ()
        listed = ", ".join(f"'{one}'" for one in (*allowed, *patterns))
        end = "'" if entity in ("attribute", "param") else ""  # as MLflow's sentences end
        return InvalidParameterValue(
            f"Invalid comparator '{op}' not one of '{{{listed}}}{end}", position=self._operator_at
        )


def _is_word(token: Token) -> bool:
    return token.sort == "word" and token.text.upper() in _WORDS


def _unquoted(entity: str, text: str) -> str:
    what = {
        "attribute": "attributes",
        "dataset": "dataset attributes",
        "param": "parameter (e.g. 'my-value')",
    }.get(entity, f"{entity} (e.g. 'my-value')")
    return f"Expected a quoted string value for {what}. Got value {text}"


def entity_and_key(text: str, kind: Kind, attributes: dict[str, str]) -> tuple[str, str]:
    """What a key such as `metrics.loss`, ``tags.`my tag` `` or `start_time` names.

    Raises:
        InvalidParameterValue: no such entity or attribute can be searched here.
    """
    if text[:1] in ('"', "`"):
        return "attribute", _attribute(_unquote(text), attributes)
    prefix, dot, rest = text.partition(".")
    if not dot:
        return "attribute", _attribute(text, attributes)
    entity = kind.entities.get(prefix)
    if entity is None:
        raise InvalidParameterValue(kind.unknown_entity.format(prefix))
    key = _unquote(rest)
    if entity == "attribute":
        key = _attribute(key, attributes)
    elif entity in kind.keys and key not in kind.keys[entity] and not key.startswith("attributes."):
        raise InvalidParameterValue(
            f"Invalid {entity} attribute '{key}'. "
            "Supported attributes: name, status, type, attributes.<attribute_name>."
        )
    elif entity == "dataset" and key not in _DATASET_KEYS:
        listed = ", ".join(f"'{one}'" for one in _DATASET_KEYS)
        raise InvalidParameterValue(f"Invalid dataset key '{key}' specified. Valid keys are '{{{listed}}}'")
    return entity, key


def _unquoted_text(text: str) -> str:
    """A quoted text without its quotes; within single quotes, two of them are one, as in SQL."""
    return text[1:-1].replace("''", "'") if text[0] == "'" else text[1:-1]


def _unquote(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in ('"', "`")
    return text[1:-1] if quoted else text


def _attribute(name: str, attributes: dict[str, str]) -> str:
    if name not in attributes:
        listed = ", ".join(f"'{one}'" for one in sorted(attributes))
        raise InvalidParameterValue(f"Invalid attribute key '{name}' specified. Valid keys are '{{{listed}}}'")
    return attributes[name]
