"""Filters that are read beyond what the recorded transcripts ask for."""

from __future__ import annotations

import pytest

from millrace.errors import InvalidParameterValue
from millrace.search import EXPERIMENTS, LOGGED_MODELS, MODEL_VERSIONS, RUNS, And, Comparison, parse_filter


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("name = 'it''s'", "it's"),
        ("name = ''''", "'"),
        ("name = ''", ""),
        ("name = 'a''''b'", "a''b"),
        ('name = "it\'s"', "it's"),
    ],
)
def test_a_quote_in_a_text_is_doubled(text: str, value: str) -> None:
    assert parse_filter(text, EXPERIMENTS) == Comparison("attribute", "name", "=", value)


def test_doubled_quotes_in_lists() -> None:
    tree = parse_filter("run_id IN ('it''s', 'b') AND tags.a = 'c'", RUNS)
    assert tree == And(
        (Comparison("attribute", "run_id", "IN", ("it's", "b")), Comparison("tag", "a", "=", "c")),
    )


def test_a_version_number_may_be_quoted_and_other_numbers_may_not() -> None:
    assert parse_filter("version_number >= '12'", MODEL_VERSIONS) == Comparison("attribute", "version_number", ">=", 12)
    for text, kind in (
        ("version_number = 'x'", MODEL_VERSIONS),
        ("version_number = '1.5'", MODEL_VERSIONS),
        ("start_time > '5'", RUNS),
        ("metrics.acc > '5'", RUNS),
    ):
        with pytest.raises(InvalidParameterValue, match="Expected numeric value type"):
            parse_filter(text, kind)


def test_each_kind_names_its_entities() -> None:
    with pytest.raises(InvalidParameterValue, match=r"Invalid entity type: 'foo'\. Expected one of \['attributes'"):
        parse_filter("foo.bar = 'x'", LOGGED_MODELS)
    with pytest.raises(InvalidParameterValue, match=r"Invalid entity type 'foo'\. Valid values are \['metric'"):
        parse_filter("foo.bar = 'x'", RUNS)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("metrics.acc >", 14),
        ("metrics.acc > 1 AND", 20),
        ("metrics.acc > 1 AND nonsense.acc = 1", 21),
        ("metrics.acc > 1 AND params.a ?? 'x'", 30),
        ("metrics.acc > 'x'", 15),
        ("metrics.acc LIKE 1", 13),
        ("params.a == '1'", 10),
        ("params.a = 'x' OR tags.t IN ('a', b)", 29),
        ("params.a = 'x' AND params.b = 'open", 31),
        ("attributes.nothing = 'x'", 1),
        ("(metrics.acc > 1", 17),
    ],
)
def test_an_error_says_where_it_is(text: str, position: int) -> None:
    with pytest.raises(InvalidParameterValue) as caught:
        parse_filter(text, RUNS)
    assert caught.value.json_kwargs == {"position": position}
