"""The use of AMD GPUs, by the library pyrsmi."""

from __future__ import annotations

import contextlib
import io
from typing import Any

from mlflow.system_metrics.metrics.base_metrics_monitor import BaseMetricsMonitor

_POWER_LIMIT_W = 500
"""What the percentage of power is of, as in MLflow: the library does not tell the limit of a card."""


class ROCMMonitor(BaseMetricsMonitor):
    """Samples, for the GPU of each index `i`, `gpu_{i}_utilization_percentage`, `gpu_{i}_memory_usage_megabytes` and
    `gpu_{i}_memory_usage_gigabytes` (of 10**6 and 10**9 bytes), `gpu_{i}_memory_usage_percentage`,
    `gpu_{i}_power_usage_watts` and `gpu_{i}_power_usage_percentage` (of 500 W).

    Raises:
        ImportError: the library is not installed.
        RuntimeError: it finds no driver.
    """

    def __init__(self) -> None:
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # it prints when it finds no driver
                from pyrsmi import rocml  # pyright: ignore[reportMissingImports]  # an extra: millrace[rocm]
        except ImportError:
            raise ImportError(
                "`pyrsmi` is not installed, so the use of AMD GPUs is not logged: "
                "pip install 'millrace[rocm]' (or pyrsmi)"
            ) from None
        self._rocml: Any = rocml
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                rocml.smi_initialize()
        except Exception as error:
            raise RuntimeError(f"Failed to initialize RSMI, skip logging GPU metrics: {error}") from None
        super().__init__()
        self.physical_idx = list(range(self._rocml.smi_get_device_count()))

    def collect_metrics(self) -> None:
        """Take one sample of each metric."""
        for index in self.physical_idx:
            used = self._rocml.smi_get_device_memory_used(index)
            watts = self._rocml.smi_get_device_average_power(index)
            self._add(index, "memory_usage_percentage", used / self._rocml.smi_get_device_memory_total(index) * 100)
            # MLflow documents megabytes for every GPU, and logs gigabytes for AMD's: charts of either find theirs.
            self._add(index, "memory_usage_megabytes", used / 1e6)
            self._add(index, "memory_usage_gigabytes", used / 1e9)
            self._add(index, "utilization_percentage", self._rocml.smi_get_device_utilization(index))
            self._add(index, "power_usage_watts", watts)
            self._add(index, "power_usage_percentage", watts / _POWER_LIMIT_W * 100)

    def _add(self, index: int, name: str, value: float) -> None:
        self._metrics[f"gpu_{index}_{name}"].append(value)

    def aggregate_metrics(self) -> dict[str, float]:
        """The means of the samples, to one decimal."""
        return self._means()


__all__ = ["ROCMMonitor"]
