"""The thread that samples the use of this machine and logs it to a run."""

from __future__ import annotations

import importlib.util
import logging
import os
import threading
from typing import Protocol

from millrace.errors import MlflowException
from millrace.model import Metric
from millrace.settings import (
    MLFLOW_SYSTEM_METRICS_NODE_ID,
    MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING,
    MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL,
)
from mlflow.client import MlflowClient
from mlflow.client.base import now_ms
from mlflow.system_metrics.metrics import gpu_monitor, rocm_monitor
from mlflow.system_metrics.metrics.base_metrics_monitor import BaseMetricsMonitor
from mlflow.system_metrics.metrics.cpu_monitor import CPUMonitor
from mlflow.system_metrics.metrics.disk_monitor import DiskMonitor
from mlflow.system_metrics.metrics.network_monitor import NetworkMonitor

_FIRST_S = 0.1
"""How long the first sample waits, which the use of processors is then measured over."""
_PATIENCE_S = 0.1
"""How long the end of a run waits for a sample that is being taken."""

_DRIVERS: dict[object, str] = {gpu_monitor.GPUMonitor: "/dev/nvidiactl", rocm_monitor.ROCMMonitor: "/dev/kfd"}
"""By what a machine shows that it has a GPU of a kind."""
_told: set[object] = set()

_logger = logging.getLogger("mlflow.system_metrics.system_metrics_monitor")


class _MakesProbe(Protocol):
    def __call__(self) -> BaseMetricsMonitor: ...


def check_installed() -> None:
    """Raise MlflowException where the library is missing that reads the use of this machine."""
    if importlib.util.find_spec("psutil") is None:
        raise MlflowException(
            "Failed to start system metrics monitoring as package `psutil` is not installed. Please run `pip install "
            "psutil` to resolve the issue, otherwise you can disable system metrics logging by passing "
            "`log_system_metrics=False` to `mlflow.start_run()` or calling `mlflow.disable_system_metrics_logging`."
        )


class SystemMetricsMonitor:
    """Samples the use of processors, memory, disk, network and GPUs, and logs it to a run under `system/`.

    Args:
        run_id: the run.
        sampling_interval: seconds between two samples.
        samples_before_logging: so many samples become one point, their mean; network traffic is the total so far.
        resume_logging: go on at the step after the last one that the run has.
        node_id: keys are `system/<node_id>/…`, for runs that several machines log to.
        tracking_uri: where the run is.

    The variables `MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL`, `…_SAMPLES_BEFORE_LOGGING` and `…_NODE_ID` outrank the
    arguments. A probe that fails is told once and left out from then on.
    """

    def __init__(
        self,
        run_id: str,
        sampling_interval: float = 10,
        samples_before_logging: int = 1,
        resume_logging: bool = False,
        node_id: str | None = None,
        tracking_uri: str | None = None,
    ) -> None:
        interval, samples = MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL, MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING
        self.sampling_interval = interval.get() if interval.defined else sampling_interval
        self.samples_before_logging = samples.get() if samples.defined else samples_before_logging
        self.node_id = MLFLOW_SYSTEM_METRICS_NODE_ID.get() or node_id
        check_installed()
        self.monitors: list[BaseMetricsMonitor] = [CPUMonitor(), DiskMonitor(), NetworkMonitor()]
        self._run_id = run_id
        self._client = MlflowClient(tracking_uri)
        self._prefix = f"system/{self.node_id}/" if self.node_id else "system/"
        self._logging_step = self._get_next_logging_step(run_id) if resume_logging else 0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def _get_next_logging_step(self, run_id: str) -> int:
        """The step after the last one of the metrics that this monitor logs."""
        metrics = self._client.get_run(run_id).data.metric_list
        return max((one.step + 1 for one in metrics if one.key.startswith(self._prefix)), default=0)

    def start(self) -> None:
        """Start the thread; nothing happens when it runs."""
        if self._thread is None:
            self._over.clear()
            self._thread = threading.Thread(target=self.monitor, name="SystemMetricsMonitor", daemon=True)
            try:
                self._thread.start()
            except RuntimeError as error:
                self._thread = None
                _logger.warning("System metrics are not logged: no thread could be started (%s).", error)

    def finish(self) -> None:
        """Stop sampling; a sample that is being taken at this moment is not waited for."""
        self._over.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(_PATIENCE_S)

    def monitor(self) -> None:
        """Sample and log until `finish`; what the thread does."""
        gpus = self._initialize_gpu_monitor()
        if gpus is not None:
            self.monitors.append(gpus)
        # The use of processors is the difference to a sample before, of the same thread: without this one, the first
        # would say 0.
        self.collect_metrics()
        self._clear()
        pause = min(_FIRST_S, self.sampling_interval)
        samples = 0
        while self.monitors and not self._over.wait(pause):
            pause = self.sampling_interval
            self.collect_metrics()
            samples += 1
            if samples >= self.samples_before_logging:
                samples = 0
                self.publish_metrics(self.aggregate_metrics())

    def collect_metrics(self) -> dict[str, list[float]]:
        """Take one sample of everything; the samples since the last point, by key."""
        found: dict[str, list[float]] = {}
        for probe in list(self.monitors):
            try:
                probe.collect_metrics()
                found.update(probe.metrics)
            except Exception as error:  # whatever a driver raises must not reach the training
                self._leave_out(probe, error)
        return found

    def aggregate_metrics(self) -> dict[str, float]:
        """The samples since the last point, summed up by key."""
        found: dict[str, float] = {}
        for probe in list(self.monitors):
            try:
                found.update(probe.aggregate_metrics())
            except Exception as error:
                self._leave_out(probe, error)
        return found

    def publish_metrics(self, metrics: dict[str, float]) -> None:
        """Log a point of each metric at the next step, and forget the samples.

        Args:
            metrics: key, without `system/`, to value.
        """
        now = now_ms()
        points = [Metric(self._prefix + key, float(value), now, self._logging_step) for key, value in metrics.items()]
        self._clear()
        if not points or self._over.is_set():
            return
        try:
            self._client.log_batch(self._run_id, points)
        except MlflowException as error:
            _logger.warning("System metrics of run %s are not logged any more: %s", self._run_id, error)
            self._over.set()
        self._logging_step += 1

    def _clear(self) -> None:
        for probe in self.monitors:
            probe.clear_metrics()

    def _leave_out(self, probe: BaseMetricsMonitor, error: Exception) -> None:
        self.monitors.remove(probe)
        _logger.warning(
            "%s failed (%s: %s); its metrics are not logged any more.",
            type(probe).__name__,
            type(error).__name__,
            error,
        )

    def _initialize_gpu_monitor(self) -> BaseMetricsMonitor | None:
        """A probe of the GPUs of this machine; None where there are none, or none that a library can ask."""
        kinds: tuple[_MakesProbe, ...] = (gpu_monitor.GPUMonitor, rocm_monitor.ROCMMonitor)
        for kind in kinds:
            try:
                return kind()
            except ImportError as error:
                # Only who has such a GPU misses the library.
                wanted = kind in _DRIVERS and os.path.exists(_DRIVERS[kind]) and not _told
                _logger.log(logging.WARNING if wanted else logging.DEBUG, "%s", error)
                _told.update([kind] if wanted else [])
            except Exception as error:
                _logger.debug("%s", error)
        return None


__all__ = ["SystemMetricsMonitor"]
