"""Pure functions on metric series."""

from __future__ import annotations

import math

from millrace.model import Metric


def is_later(one: Metric, other: Metric) -> bool:
    """Whether a point is later than another of its series, by MLflow's rule.

    The greatest step, then timestamp, then value is the latest; a NaN is less than any number.
    """
    if one.step != other.step:
        return one.step > other.step
    if one.timestamp != other.timestamp:
        return one.timestamp > other.timestamp
    if math.isnan(one.value):
        return False
    return math.isnan(other.value) or one.value > other.value


def spread(steps: list[int], count: int) -> list[int]:
    """`count` of some ascending steps, evenly spread over their positions, and the last one."""
    if len(steps) <= count:
        return steps
    return [*(steps[index * len(steps) // count] for index in range(count)), steps[-1]]
