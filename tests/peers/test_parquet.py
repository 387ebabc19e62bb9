"""The Parquet files of our exports, read by the library that everybody reads them with; MLflow brings it along."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from millrace.server.parquet import ParquetWriter, Sort

_READ = """
import json, sys
import pyarrow.parquet
table = pyarrow.parquet.read_table(sys.argv[1])
columns = {name: [str(one) for one in table.column(name).to_pylist()] for name in table.column_names}
print(json.dumps([[str(field.type) for field in table.schema], columns]))
"""


def test_others_read_our_parquet(witness: Path, tmp_path: Path) -> None:
    writer = ParquetWriter([("größe", Sort.DOUBLE), ("n", Sort.INTEGER), ("at", Sort.TIME), ("text", Sort.TEXT)])
    parts = [
        writer.group(2, [[1.5, "NaN"], [-(2**62), None], [0, 1_700_000_000_123], ["", "é\n"]]),
        writer.group(1, [[None], [3], [None], [None]]),
        writer.end(),
    ]
    (tmp_path / "runs.parquet").write_bytes(b"".join(parts))
    done = subprocess.run(
        [witness, "-c", _READ, str(tmp_path / "runs.parquet")], check=True, capture_output=True, text=True, timeout=100
    )
    types, columns = json.loads(done.stdout)
    assert types == ["double", "int64", "timestamp[ms, tz=UTC]", "string"]
    assert columns["größe"] == ["1.5", "nan", "None"]
    assert columns["n"] == [str(-(2**62)), "None", "3"]
    assert columns["at"] == ["1970-01-01 00:00:00+00:00", "2023-11-14 22:13:20.123000+00:00", "None"]
    assert columns["text"] == ["", "é\n", "None"]
