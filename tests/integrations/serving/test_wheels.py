"""`add_libraries_to_model` with the real pip, without a network: a model gets what MLflow puts there."""

from __future__ import annotations

import platform
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.flows_shared.running import SDKS, answer_of
from tests.peers.comparing import differences

pytestmark = pytest.mark.timeout(600)

LIBRARIES = {
    "mlflow": ("3.8.1", [], {}),  # an empty one: what a program imports is said by its path
    "tiny_one": ("1.2", ["tiny-two"], {"tiny_one.py": "import tiny_two\n\ndef said():\n    return tiny_two.WORD\n"}),
    "tiny_two": ("0.1", [], {"tiny_two.py": "WORD = 'from a wheel'\n"}),
}


def _wheels(folder: Path) -> None:
    """Wheels as small as they can be."""
    for name, (version, needs, files) in LIBRARIES.items():
        about = f"{name}-{version}.dist-info"
        described = [
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}",
            *(f"Requires-Dist: {n}" for n in needs),
        ]
        content = {
            **files,
            f"{about}/METADATA": "\n".join(described) + "\n",
            f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = "".join(f"{path},,\n" for path in [*content, f"{about}/RECORD"])
        with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
            for path, text in {**content, f"{about}/RECORD": record}.items():
                archive.writestr(path, text)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each product makes of the same models and wheels."""
    wheels = tmp_path_factory.mktemp("wheels")
    _wheels(wheels)
    settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_NO_INPUT": "1"}
    script = Path(__file__).with_name("wheels.py")
    return {sdk: answer_of(sdk, script, tmp_path_factory.mktemp(sdk), settings=settings) for sdk in SDKS}


def test_a_model_with_its_libraries_is_mlflows(found: dict[str, Any]) -> None:
    assert differences(found["mlflow"], found["millrace"], "wheels") == {}


def test_it_predicts_with_nothing_but_its_wheels(found: dict[str, Any]) -> None:
    told = found["millrace"]
    assert told["predicted"] == [["x from a wheel", "y from a wheel"]] * 2
    assert {f"wheels/{name}-{version}-py3-none-any.whl" for name, (version, *_) in LIBRARIES.items()} <= set(
        told["copy"]["files"]
    )
    assert told["copy"]["texts"]["original_requirements.txt"] == ["mlflow==3.8.1\n", "tiny-one>=1"]
    assert told["copy"]["MLmodel"]["wheels"] == {"platform": platform.platform()}
    assert told["pip failed"] == "INTERNAL_ERROR: An error occurred while downloading the dependency wheels"
