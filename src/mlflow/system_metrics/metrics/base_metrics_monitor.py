"""What a probe is."""

from __future__ import annotations

import abc
from collections import defaultdict


class BaseMetricsMonitor(abc.ABC):
    """A probe of one kind of use of this machine: it collects samples, and sums them up when asked."""

    def __init__(self) -> None:
        self._metrics: defaultdict[str, list[float]] = defaultdict(list)

    @abc.abstractmethod
    def collect_metrics(self) -> None:
        """Take one sample of each metric."""

    @abc.abstractmethod
    def aggregate_metrics(self) -> dict[str, float]:
        """Sum up the samples since `clear_metrics`: key to value."""

    @property
    def metrics(self) -> defaultdict[str, list[float]]:
        """The samples so far, by key."""
        return self._metrics

    def clear_metrics(self) -> None:
        """Forget the samples."""
        self._metrics.clear()

    def _means(self) -> dict[str, float]:
        # One decimal, as MLflow logs them: shorter to store, and finer than what the counters mean.
        return {key: round(sum(values) / len(values), 1) for key, values in self._metrics.items() if values}


__all__ = ["BaseMetricsMonitor"]
