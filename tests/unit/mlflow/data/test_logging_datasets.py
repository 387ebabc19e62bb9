"""Datasets that runs log, sources that are loaded again, and kinds of one's own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import mlflow
from mlflow.data import dataset_registry, dataset_source_registry
from mlflow.data.dataset import Dataset
from mlflow.data.dataset_source import DatasetSource

FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})


@pytest.fixture(autouse=True)
def fresh(hermetic: None, tmp_path: Path) -> Iterator[None]:
    """A store of its own, and the kinds of datasets and sources that the product has."""
    dataset_registry._registry.cache_clear()
    dataset_source_registry._registry.cache_clear()
    mlflow.set_tracking_uri(str(tmp_path / "runs"))
    yield
    while mlflow.active_run():
        mlflow.end_run()
    dataset_registry._registry.cache_clear()
    dataset_source_registry._registry.cache_clear()


class Table(DatasetSource):
    """A table of a database of a user's."""

    def __init__(self, name: str) -> None:
        self.name = name

    @staticmethod
    def _get_source_type() -> str:
        return "table"

    def load(self) -> Any:
        return f"rows of {self.name}"

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        return str(raw_source).startswith("table-")

    @classmethod
    def _resolve(cls, raw_source: Any) -> Table:
        if raw_source == "table-broken":
            raise ValueError("broken")
        return cls(raw_source)

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name}

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> Table:
        return cls(source_dict["name"])


class Rows(Dataset):
    """Data of a kind of a user's."""

    def __init__(self, rows: list[int], source: DatasetSource) -> None:
        self.rows = rows
        super().__init__(source)

    def _compute_digest(self) -> str:
        return str(sum(self.rows))

    @property
    def profile(self) -> Any:
        return {"rows": len(self.rows)}

    @property
    def schema(self) -> None:
        return None

    def to_dict(self) -> dict[str, str]:
        return {**super().to_dict(), "profile": json.dumps(self.profile)}


def from_rows(rows: list[int], name: str | None = None, digest: str | None = None) -> Rows:
    return Rows(rows, Table("table-x"))


def test_a_logged_dataset_is_read_back_and_loaded(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    dataset = mlflow.data.from_pandas(FRAME, source=str(tmp_path / "x.csv"), name="train", targets="a")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training", tags={"k": "v"})
        mlflow.log_metric("loss", 0.5, dataset=dataset)  # takes datasets too
    (found,) = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    assert {tag.key: tag.value for tag in found.tags} == {"mlflow.data.context": "training", "k": "v"}
    assert found.dataset.to_dictionary() == dataset.to_dict()
    assert json.loads(found.dataset.profile or "") == {"num_rows": 2, "num_elements": 4}
    source = mlflow.data.get_source(found)
    assert source.load() == str(tmp_path / "x.csv")
    assert Path(source.load(str(tmp_path / "copy"))).read_text() == "a\n1\n"
    assert mlflow.data.get_source(dataset) is dataset.source


def test_several_datasets_are_logged_at_once() -> None:
    first, second = (mlflow.data.from_pandas(FRAME, name=name) for name in ("one", "two"))
    with mlflow.start_run() as run:
        mlflow.log_inputs([first, second], ["train", "test"], [None, {"k": "v"}])
    found = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    assert {one.dataset.name: {tag.key: tag.value for tag in one.tags} for one in found} == {
        "one": {"mlflow.data.context": "train"},
        "two": {"mlflow.data.context": "test", "k": "v"},
    }


def test_data_without_a_source_names_its_code() -> None:
    source = mlflow.data.from_pandas(FRAME).source
    assert source._get_source_type() == "code"
    assert {"mlflow.user", "mlflow.source.name", "mlflow.source.type"} <= set(source.to_dict()["tags"])


def test_a_model_gets_the_features_and_the_targets() -> None:
    made = mlflow.data.from_pandas(FRAME, targets="a").to_pyfunc()
    assert list(made.inputs) == ["b"]
    assert list(made.outputs) == [1, 2]
    assert mlflow.data.from_pandas(FRAME).to_pyfunc().outputs is None


def test_kinds_of_ones_own_are_logged_and_resolved() -> None:
    dataset_source_registry.register_dataset_source(Table)
    assert dataset_registry.register_constructor(from_rows) == "from_rows"
    dataset = mlflow.data.from_rows([1, 2])
    with mlflow.start_run() as run:
        mlflow.log_input(dataset)
    (found,) = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    assert (found.dataset.digest, found.dataset.profile, found.dataset.schema) == ("3", '{"rows": 2}', None)
    assert mlflow.data.get_source(found.dataset).load() == "rows of table-x"


def test_the_latest_kind_that_fits_wins_and_a_broken_one_is_skipped() -> None:
    dataset_source_registry.register_dataset_source(Table)
    resolve = dataset_source_registry.resolve_dataset_source
    with pytest.warns(UserWarning, match="multiple ways: LocalArtifactDatasetSource, Table. MLflow will assume"):
        assert isinstance(resolve("table-x"), Table)
    assert isinstance(resolve("table-x", candidate_sources=[Table]), Table)
    with pytest.warns(UserWarning, match="multiple ways"), pytest.warns(UserWarning, match="using Table to resolve"):
        assert resolve("table-broken")._get_source_type() == "local"


@pytest.mark.parametrize(
    ("function", "name", "message"),
    [
        (from_rows, "rows", "Constructor name must start with"),
        (lambda rows, name=None: rows, "from_x", "an optional parameter named 'digest'"),
        (lambda rows, digest=None: rows, "from_x", "an optional parameter named 'name'"),
        (lambda rows, name=None, digest=None: rows, "from_x", "a return type annotation"),
    ],
)
def test_other_functions_make_no_datasets(function: Any, name: str, message: str) -> None:
    with pytest.raises(mlflow.MlflowException, match=message):
        dataset_registry.register_constructor(function, name)


def test_what_is_no_dataset_is_refused() -> None:
    with mlflow.start_run(), pytest.raises(mlflow.MlflowException, match=r"function of `mlflow\.data`"):
        mlflow.log_input(FRAME)  # type: ignore[arg-type]


def test_the_package_loads_neither_numpy_nor_pandas() -> None:
    script = (
        "import mlflow, sys\n"
        "mlflow.data.from_pandas, mlflow.data.sources.S3ArtifactDatasetSource\n"
        "import mlflow.data.polars_dataset, mlflow.data.schema, mlflow.data.dataset_registry\n"
        "print({'numpy', 'pandas', 'polars', 'datasets', 'urllib3', 'ssl'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_missing_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'mlflow\.data' has no attribute 'from_nothing'"):
        mlflow.data.from_nothing  # noqa: B018
    with pytest.raises(AttributeError, match="no attribute 'NoSource'"):
        mlflow.data.sources.NoSource  # noqa: B018
