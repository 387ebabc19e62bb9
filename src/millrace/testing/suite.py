"""All parts of the suite in one class."""

from __future__ import annotations

from millrace.testing.attendance import AttendanceSuite
from millrace.testing.changes import ChangesSuite
from millrace.testing.experiments import ExperimentsSuite
from millrace.testing.facets import FacetsSuite
from millrace.testing.finding import FindingSuite
from millrace.testing.ingesting import IngestSuite
from millrace.testing.inputs import InputsSuite
from millrace.testing.logged_models import LoggedModelsSuite
from millrace.testing.metrics import MetricsSuite
from millrace.testing.registry import RegistrySuite
from millrace.testing.runs import RunsSuite
from millrace.testing.searches import SearchesSuite
from millrace.testing.tables import TablesSuite
from millrace.testing.traces import TraceSearchSuite, TracesSuite


class StoreSuite(
    ExperimentsSuite,
    RunsSuite,
    MetricsSuite,
    IngestSuite,
    InputsSuite,
    LoggedModelsSuite,
    RegistrySuite,
    SearchesSuite,
    TablesSuite,
    FacetsSuite,
    FindingSuite,
    ChangesSuite,
    AttendanceSuite,
    TracesSuite,
    TraceSearchSuite,
):
    """What every store must do.

    A subclass has a pytest fixture `store` that gives an empty store, or one whose contents no other test sees:

        class TestMyStore(StoreSuite):
            @pytest.fixture
            def store(self, tmp_path): return open_store(str(tmp_path))
    """
