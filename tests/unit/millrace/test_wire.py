"""How values are spelled in JSON, in query strings and in page tokens."""

from __future__ import annotations

import pytest

from millrace import wire
from millrace.calls import CreateRun, GetExperiment, GetMetricHistoryBulk, SearchExperiments
from millrace.errors import InvalidParameterValue


def test_json_within_json_is_read() -> None:
    assert wire.decode(b'"{\\"run_name\\": \\"twice\\"}"', CreateRun).run_name == "twice"


@pytest.mark.parametrize("body", [b'"text"', b'"\\"{}\\""', b"[]", b"5", b'"5"', b"{", b"\xff"])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidParameterValue, match="Malformed request body"):
        wire.decode(body, CreateRun)


def test_null_is_a_body_without_fields() -> None:
    assert wire.decode(b"null", SearchExperiments) == SearchExperiments()
    with pytest.raises(InvalidParameterValue, match="Missing value for required parameter 'experiment_id'"):
        wire.decode(b"null", GetExperiment)


def test_of_repeated_parameters_the_first_counts_and_lists_take_all() -> None:
    pairs = [("run_id", "a"), ("metric_key", "first"), ("run_id", "b"), ("metric_key", "second")]
    assert wire.from_query(pairs, GetMetricHistoryBulk) == GetMetricHistoryBulk(["a", "b"], "first")


def test_a_page_token_comes_back_and_a_foreign_one_is_refused() -> None:
    token = wire.page_token([1, "ü", None])
    assert wire.page_position(token, list[int | str | None]) == [1, "ü", None]
    for foreign, why in (("garbage!", "could not base64-decode"), ("Z2FyYmFnZQ==", "decoded value=b'garbage'")):
        with pytest.raises(InvalidParameterValue, match=why):
            wire.page_position(foreign, list[int])
    with pytest.raises(InvalidParameterValue, match="decoded value"):
        wire.page_position(wire.page_token({"not": "a list"}), list[int])
