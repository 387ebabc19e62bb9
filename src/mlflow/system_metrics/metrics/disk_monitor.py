"""The use of the disk."""

from __future__ import annotations

import os
from typing import Any

from mlflow.system_metrics.metrics.base_metrics_monitor import BaseMetricsMonitor


class DiskMonitor(BaseMetricsMonitor):
    """Samples `disk_usage_percentage`, `disk_usage_megabytes` and `disk_available_megabytes` (of 1,000,000 bytes) of
    the root file system."""

    def __init__(self) -> None:
        super().__init__()
        import psutil  # which programs without a monitor need not load

        self._psutil: Any = psutil

    def collect_metrics(self) -> None:
        """Take one sample of each metric."""
        usage = self._psutil.disk_usage(os.sep)
        self._metrics["disk_usage_percentage"].append(usage.percent)
        self._metrics["disk_usage_megabytes"].append(usage.used / 1e6)
        self._metrics["disk_available_megabytes"].append(usage.free / 1e6)

    def aggregate_metrics(self) -> dict[str, float]:
        """The means of the samples, to one decimal."""
        return self._means()


__all__ = ["DiskMonitor"]
