"""The use of NVIDIA GPUs, by the library nvidia-ml-py."""

from __future__ import annotations

import logging
from typing import Any

from mlflow.system_metrics.metrics.base_metrics_monitor import BaseMetricsMonitor

_logger = logging.getLogger(__name__)


class GPUMonitor(BaseMetricsMonitor):
    """Samples, for the GPU of each index `i`, `gpu_{i}_utilization_percentage`, `gpu_{i}_memory_usage_megabytes` (of
    1,000,000 bytes), `gpu_{i}_memory_usage_percentage`, `gpu_{i}_power_usage_watts` and
    `gpu_{i}_power_usage_percentage` (of the enforced limit).

    Raises:
        ImportError: the library is not installed.
        RuntimeError: it finds no driver.
    """

    def __init__(self) -> None:
        try:
            import pynvml  # pyright: ignore[reportMissingImports]  # an extra: millrace[gpu]
        except ImportError:
            raise ImportError(
                "`nvidia-ml-py` is not installed, so the use of NVIDIA GPUs is not logged: "
                "pip install 'millrace[gpu]' (or nvidia-ml-py)"
            ) from None
        self._nvml: Any = pynvml
        try:
            pynvml.nvmlInit()
        except pynvml.NVMLError as error:
            raise RuntimeError(f"Failed to initialize NVML, skip logging GPU metrics: {error}") from None
        super().__init__()
        self.num_gpus = self._nvml.nvmlDeviceGetCount()
        self.gpu_handles = [self._nvml.nvmlDeviceGetHandleByIndex(index) for index in range(self.num_gpus)]
        self._missing: set[str] = set()

    def collect_metrics(self) -> None:
        """Take one sample of each metric; what a device does not tell (some have no power sensor) is left out."""
        for index, handle in enumerate(self.gpu_handles):
            memory = self._nvml.nvmlDeviceGetMemoryInfo(handle)
            self._add(index, "memory_usage_percentage", round(memory.used / memory.total * 100, 1))
            self._add(index, "memory_usage_megabytes", memory.used / 1e6)
            self._add(index, "utilization_percentage", self._nvml.nvmlDeviceGetUtilizationRates(handle).gpu)
            power = self._told(index, "power", lambda handle=handle: self._nvml.nvmlDeviceGetPowerUsage(handle))
            if power is not None:
                self._add(index, "power_usage_watts", power / 1000)
                limit = self._told(
                    index, "limit", lambda handle=handle: self._nvml.nvmlDeviceGetEnforcedPowerLimit(handle)
                )
                if limit:
                    self._add(index, "power_usage_percentage", power / limit * 100)

    def _add(self, index: int, name: str, value: float) -> None:
        self._metrics[f"gpu_{index}_{name}"].append(value)

    def _told(self, index: int, what: str, ask: Any) -> float | None:
        """What a device says, once more each time until it says that it cannot."""
        if f"{index} {what}" in self._missing:
            return None
        try:
            return ask()
        except self._nvml.NVMLError as error:
            self._missing.add(f"{index} {what}")
            _logger.debug("GPU %d tells no %s: %s", index, what, error)
            return None

    def aggregate_metrics(self) -> dict[str, float]:
        """The means of the samples, to one decimal."""
        return self._means()


__all__ = ["GPUMonitor"]
