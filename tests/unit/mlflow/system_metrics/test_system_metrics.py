"""System metrics: what is logged under which name, when it is on, and what happens when a probe fails."""

from __future__ import annotations

import logging
import sys
import threading
import time
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import mlflow
from mlflow.system_metrics.metrics.base_metrics_monitor import BaseMetricsMonitor
from mlflow.system_metrics.metrics.cpu_monitor import CPUMonitor
from mlflow.system_metrics.metrics.disk_monitor import DiskMonitor
from mlflow.system_metrics.metrics.gpu_monitor import GPUMonitor
from mlflow.system_metrics.metrics.network_monitor import NetworkMonitor
from mlflow.system_metrics.metrics.rocm_monitor import ROCMMonitor
from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

# As MLflow 3.8.1 logs them on a machine without a GPU.
NAMES = {
    "cpu_utilization_percentage",
    "disk_available_megabytes",
    "disk_usage_megabytes",
    "disk_usage_percentage",
    "network_receive_megabytes",
    "network_transmit_megabytes",
    "system_memory_usage_megabytes",
    "system_memory_usage_percentage",
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    """Samples come fast, and no variable of a test reaches the next one."""
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.01")
    for name in ("SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING", "SYSTEM_METRICS_NODE_ID", "ENABLE_SYSTEM_METRICS_LOGGING"):
        monkeypatch.setenv(f"MLFLOW_{name}", "x")  # so that it is forgotten afterwards, whoever sets it
        monkeypatch.delenv(f"MLFLOW_{name}")


def _keys(run_id: str) -> set[str]:
    return set(mlflow.get_run(run_id).data.metrics)


def _wait_for_steps(run_id: str, key: str, count: int) -> list[int]:
    for _ in range(1000):
        steps = [one.step for one in mlflow.MlflowClient().get_metric_history(run_id, key)]
        if len(steps) >= count:
            return steps
        time.sleep(0.01)
    raise AssertionError(f"{key} has only {len(steps)} points")


def _threads() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "SystemMetricsMonitor"]


def test_an_open_run_logs_what_mlflow_logs_from_step_0_on() -> None:
    with mlflow.start_run(log_system_metrics=True) as run:
        steps = _wait_for_steps(run.info.run_id, "system/cpu_utilization_percentage", 3)
    assert steps == list(range(len(steps)))
    assert _keys(run.info.run_id) == {f"system/{name}" for name in NAMES}
    assert not [one for one in _threads() if one.is_alive() and not one.daemon]


@pytest.mark.parametrize(
    ("variable", "argument", "expected"),
    [(None, None, False), ("true", None, True), ("true", False, False), ("false", True, True), (None, True, True)],
)
def test_the_argument_outranks_the_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str | None, argument: bool | None, expected: bool
) -> None:
    if variable:
        monkeypatch.setenv("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", variable)
    with mlflow.start_run(log_system_metrics=argument) as run:
        if expected:
            _wait_for_steps(run.info.run_id, "system/disk_usage_megabytes", 1)
        assert bool(_threads()) is expected
    assert bool(_keys(run.info.run_id)) is expected


def test_the_functions_turn_it_on_and_off() -> None:
    mlflow.enable_system_metrics_logging()
    with mlflow.start_run() as run:
        _wait_for_steps(run.info.run_id, "system/disk_usage_megabytes", 1)
    mlflow.disable_system_metrics_logging()
    with mlflow.start_run() as run:
        assert not _threads()
    assert _keys(run.info.run_id) == set()


def test_a_resumed_run_goes_on_at_the_next_step() -> None:
    with mlflow.start_run(log_system_metrics=True) as run:
        _wait_for_steps(run.info.run_id, "system/disk_usage_megabytes", 2)
        mlflow.log_metric("mine", 1, step=1000)
    before = len(mlflow.MlflowClient().get_metric_history(run.info.run_id, "system/disk_usage_megabytes"))
    with mlflow.start_run(run.info.run_id, log_system_metrics=True):
        steps = _wait_for_steps(run.info.run_id, "system/disk_usage_megabytes", before + 2)
    assert steps == list(range(len(steps)))


def test_a_node_has_keys_of_its_own_and_nested_runs_both_log() -> None:
    mlflow.set_system_metrics_node_id("node-3")
    with mlflow.start_run(log_system_metrics=True) as outer:
        with mlflow.start_run(log_system_metrics=True, nested=True) as inner:
            _wait_for_steps(inner.info.run_id, "system/node-3/disk_usage_megabytes", 1)
        _wait_for_steps(outer.info.run_id, "system/node-3/disk_usage_megabytes", 1)
    for run in (outer, inner):
        assert _keys(run.info.run_id) == {f"system/node-3/{name}" for name in NAMES}


def test_a_run_that_is_over_is_logged_to_no_more() -> None:
    with mlflow.start_run(log_system_metrics=True) as run:
        _wait_for_steps(run.info.run_id, "system/disk_usage_megabytes", 1)
    before = mlflow.MlflowClient().get_metric_history(run.info.run_id, "system/disk_usage_megabytes")
    time.sleep(0.1)
    assert mlflow.MlflowClient().get_metric_history(run.info.run_id, "system/disk_usage_megabytes") == before


class _Counting(BaseMetricsMonitor):
    """Samples 1, 2, 3, …"""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0.0

    def collect_metrics(self) -> None:
        self.count += 1
        self._metrics["count"].append(self.count)

    def aggregate_metrics(self) -> dict[str, float]:
        return {"count": sum(self._metrics["count"]) / len(self._metrics["count"])}


class _Failing(_Counting):
    def collect_metrics(self) -> None:
        raise OSError("the sensor is gone")


def test_several_samples_become_one_point() -> None:
    mlflow.set_system_metrics_samples_before_logging(3)
    with mlflow.start_run() as run:
        monitor = SystemMetricsMonitor(run.info.run_id)
        monitor.monitors = [_Counting()]
        monitor.start()
        _wait_for_steps(run.info.run_id, "system/count", 2)
        monitor.finish()
    history = mlflow.MlflowClient().get_metric_history(run.info.run_id, "system/count")
    # The very first sample only begins what differences are taken to.
    assert [(one.step, one.value) for one in history[:2]] == [(0, 3.0), (1, 6.0)]


def test_a_probe_that_fails_is_told_once_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    with mlflow.start_run() as run, caplog.at_level(logging.WARNING, "mlflow"):
        monitor = SystemMetricsMonitor(run.info.run_id)
        monitor.monitors = [_Failing(), _Counting()]
        monitor.start()
        _wait_for_steps(run.info.run_id, "system/count", 3)
        monitor.finish()
    told = [one.getMessage() for one in caplog.records if "Failing" in one.getMessage()]
    assert told == ["_Failing failed (OSError: the sensor is gone); its metrics are not logged any more."]


def test_a_probe_that_hangs_does_not_hold_up_the_end() -> None:
    release, inside = threading.Event(), threading.Event()

    class Hanging(_Counting):
        def collect_metrics(self) -> None:
            inside.set()
            release.wait(60)
            super().collect_metrics()

    with mlflow.start_run() as run:
        monitor = SystemMetricsMonitor(run.info.run_id)
        monitor.monitors = [Hanging()]
        monitor.start()
        assert inside.wait(60)
        monitor.finish()  # would wait for a minute, and the test for release
        assert not release.is_set()
    release.set()
    assert _keys(run.info.run_id) == set()


def test_megabytes_are_of_a_million_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(used=2_500_000_000, total=10_000_000_000))
    monkeypatch.setattr(psutil, "cpu_percent", lambda: 12.34)
    monkeypatch.setattr(psutil, "disk_usage", lambda _: SimpleNamespace(used=3_000_000, free=4_560_000, percent=39.7))
    traffic = iter([(1_000_000, 0), (3_123_456, 500_000)])
    monkeypatch.setattr(
        psutil,
        "net_io_counters",
        lambda: SimpleNamespace(**dict(zip(("bytes_recv", "bytes_sent"), next(traffic)))),  # noqa: B905
    )
    found: dict[str, float] = {}
    for probe in (CPUMonitor(), DiskMonitor(), NetworkMonitor()):
        probe.collect_metrics()
        found |= probe.aggregate_metrics()
    assert found == {
        "cpu_utilization_percentage": 12.3,
        "system_memory_usage_megabytes": 2500.0,
        "system_memory_usage_percentage": 25.0,
        "disk_usage_percentage": 39.7,
        "disk_usage_megabytes": 3.0,
        "disk_available_megabytes": 4.6,
        "network_receive_megabytes": 2.123456,
        "network_transmit_megabytes": 0.5,
    }


def _nvml() -> Any:
    library = ModuleType("pynvml")
    values = {
        "NVMLError": type("NVMLError", (Exception,), {}),
        "nvmlInit": lambda: None,
        "nvmlDeviceGetCount": lambda: 2,
        "nvmlDeviceGetHandleByIndex": lambda index: index,
        "nvmlDeviceGetMemoryInfo": lambda handle: SimpleNamespace(
            total=16_000_000_000, used=4_000_000_000 * (handle + 1)
        ),
        "nvmlDeviceGetUtilizationRates": lambda handle: SimpleNamespace(gpu=37 + handle, memory=5),
        "nvmlDeviceGetPowerUsage": lambda handle: 150_000,
        "nvmlDeviceGetEnforcedPowerLimit": lambda handle: 300_000,
    }
    for name, value in values.items():
        setattr(library, name, value)
    return library


def test_nvidia(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", _nvml())
    probe = GPUMonitor()
    probe.collect_metrics()
    probe.collect_metrics()
    found = probe.aggregate_metrics()
    assert {key: value for key, value in found.items() if "gpu_1" in key} == {  # as MLflow 3.8.1 has it
        "gpu_1_memory_usage_percentage": 50.0,
        "gpu_1_memory_usage_megabytes": 8000.0,
        "gpu_1_utilization_percentage": 38.0,
        "gpu_1_power_usage_watts": 150.0,
        "gpu_1_power_usage_percentage": 50.0,
    }
    assert found["gpu_0_utilization_percentage"] == 37.0


def test_a_card_without_a_power_sensor_keeps_its_other_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    library = _nvml()

    def refuse(handle: int) -> int:
        raise library.NVMLError("Not Supported")

    library.nvmlDeviceGetPowerUsage = refuse
    monkeypatch.setitem(sys.modules, "pynvml", library)
    probe = GPUMonitor()
    probe.collect_metrics()
    assert set(probe.aggregate_metrics()) == {
        f"gpu_{index}_{name}"
        for index in (0, 1)
        for name in ("memory_usage_percentage", "memory_usage_megabytes", "utilization_percentage")
    }


def test_amd(monkeypatch: pytest.MonkeyPatch) -> None:
    library, rocml = ModuleType("pyrsmi"), ModuleType("pyrsmi.rocml")
    values = {
        "smi_initialize": lambda: print("noise of the library"),  # noqa: T201
        "smi_get_device_count": lambda: 1,
        "smi_get_device_memory_used": lambda index: 3_000_000_000,
        "smi_get_device_memory_total": lambda index: 12_000_000_000,
        "smi_get_device_utilization": lambda index: 55,
        "smi_get_device_average_power": lambda index: 120.5,
    }
    for name, value in values.items():
        setattr(rocml, name, value)
    library.rocml = rocml  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyrsmi", library)
    monkeypatch.setitem(sys.modules, "pyrsmi.rocml", rocml)
    probe = ROCMMonitor()
    probe.collect_metrics()
    assert probe.aggregate_metrics() == {
        "gpu_0_memory_usage_percentage": 25.0,
        "gpu_0_memory_usage_megabytes": 3000.0,
        "gpu_0_memory_usage_gigabytes": 3.0,
        "gpu_0_utilization_percentage": 55.0,
        "gpu_0_power_usage_watts": 120.5,
        "gpu_0_power_usage_percentage": 24.1,
    }


@pytest.mark.parametrize(
    ("kind", "module", "extra"),
    [
        (GPUMonitor, "pynvml", r"pip install 'millrace\[gpu\]'"),
        (ROCMMonitor, "pyrsmi", r"pip install 'millrace\[rocm\]'"),
    ],
)
def test_a_missing_library_names_its_extra(
    monkeypatch: pytest.MonkeyPatch, kind: type[BaseMetricsMonitor], module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=extra):
        kind()
