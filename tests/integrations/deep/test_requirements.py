"""What a model needs is found out anew where it is not the same as a model before it, in one process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.flows_shared.running import answer_of

pytestmark = pytest.mark.timeout(600)
SCRIPT = Path(__file__).parent / "programs" / "save_alike.py"


def test_models_of_one_class_need_what_each_imports(tmp_path: Path) -> None:
    found = answer_of("millrace", SCRIPT, tmp_path, settings={"XDG_STATE_HOME": str(tmp_path / "state")})
    assert found["plain"] == found["wider"] == found["of the library"] == ["torch"]
    assert found["checked"] == ["onnx", "torch"]
    assert "peft" in found["the other way"]
