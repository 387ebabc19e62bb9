"""The use of processors and memory."""

from __future__ import annotations

from typing import Any

from mlflow.system_metrics.metrics.base_metrics_monitor import BaseMetricsMonitor


class CPUMonitor(BaseMetricsMonitor):
    """Samples `cpu_utilization_percentage` (of all cores, since the last sample), `system_memory_usage_megabytes` (of
    1,000,000 bytes) and `system_memory_usage_percentage`."""

    def __init__(self) -> None:
        super().__init__()
        import psutil  # which programs without a monitor need not load

        self._psutil: Any = psutil

    def collect_metrics(self) -> None:
        """Take one sample of each metric."""
        memory = self._psutil.virtual_memory()
        self._metrics["cpu_utilization_percentage"].append(self._psutil.cpu_percent())
        self._metrics["system_memory_usage_megabytes"].append(memory.used / 1e6)
        self._metrics["system_memory_usage_percentage"].append(memory.used / memory.total * 100)

    def aggregate_metrics(self) -> dict[str, float]:
        """The means of the samples, to one decimal."""
        return self._means()


__all__ = ["CPUMonitor"]
