"""The traffic of the network."""

from __future__ import annotations

from typing import Any

from mlflow.system_metrics.metrics.base_metrics_monitor import BaseMetricsMonitor


class NetworkMonitor(BaseMetricsMonitor):
    """Samples `network_receive_megabytes` and `network_transmit_megabytes` (of 1,000,000 bytes): the traffic of all
    interfaces since the monitor was made."""

    def __init__(self) -> None:
        super().__init__()
        import psutil  # which programs without a monitor need not load

        self._psutil: Any = psutil
        self._received, self._sent = self._counters()

    def collect_metrics(self) -> None:
        """Take one sample of each metric: a total, so the latest stands for all."""
        received, sent = self._counters()
        self._metrics["network_receive_megabytes"] = [(received - self._received) / 1e6]
        self._metrics["network_transmit_megabytes"] = [(sent - self._sent) / 1e6]

    def aggregate_metrics(self) -> dict[str, float]:
        """The totals so far."""
        return {key: values[-1] for key, values in self._metrics.items()}

    def _counters(self) -> tuple[int, int]:
        found = self._psutil.net_io_counters()  # None on a machine without a network
        return (found.bytes_recv, found.bytes_sent) if found is not None else (0, 0)


__all__ = ["NetworkMonitor"]
