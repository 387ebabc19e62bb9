"""Files of many kinds that belong to a run of `digits_sweep.py`: tables, a report, a notebook, even a sound."""

from __future__ import annotations

import io
import json
import tempfile
import wave
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sklearn.metrics import confusion_matrix

from mlflow import MlflowClient

REPORT = """# What the network confuses

| digit | most often taken for |
|---|---|
| 8 | 1 |
| 9 | 5 |

The accuracy is in `test/accuracy`. *Shares below 1 % are left out.*

```python
network = mlflow.sklearn.load_model(model_uri)
```
"""

PAGE = """<!doctype html><title>Report</title><style>body { font: 16px sans-serif } b { color: teal }</style>
<h1>Report</h1><p>The network reads <b id="share">most</b> of the digits.</p>
<script>document.getElementById("share").textContent = "nearly all"</script>"""


def log_files(client: MlflowClient, run_id: str, test: tuple[np.ndarray, np.ndarray], shares: np.ndarray) -> None:
    """Log files of each kind to a run; `shares` are the probabilities that its network gave."""
    pictures, digits = test
    guess = shares.argmax(-1)
    client.log_text(run_id, REPORT, "report/report.md")
    client.log_text(run_id, PAGE, "report/report.html")
    client.log_dict(
        run_id, {"classes": list(range(10)), "network": {"hidden": [24], "activation": "relu"}}, "config.json"
    )
    client.log_dict(run_id, {"data": {"name": "digits", "rows": 1797}, "seeds": [0, 7]}, "config.yaml")
    client.log_text(run_id, Path(__file__).read_text("utf-8"), "code/digits_files.py")
    client.log_text(run_id, "".join(f"step {n}: ok\n" for n in range(2000)), "logs/training.log")
    client.log_figure(run_id, confusion(digits, guess), "figures/confusion.png")
    client.log_figure(run_id, confusion(digits, guess), "figures/confusion.svg")
    table = pd.DataFrame({"digit": digits, "guess": guess, "confidence": shares.max(-1).round(4)})
    client.log_table(run_id, table, "tables/predictions.json")
    pixels = pd.DataFrame(pictures, columns=[f"pixel_{n}" for n in range(64)])
    client.log_text(run_id, pixels.assign(digit=digits).head(200).to_csv(index=False), "tables/test.csv")
    client.log_text(run_id, table.to_csv(index=False, sep="\t"), "tables/predictions.tsv")
    with tempfile.TemporaryDirectory() as folder:
        confusion(digits, guess).savefig(Path(folder) / "confusion.pdf")
        Path(folder, "tone.wav").write_bytes(tone())
        Path(folder, "look.ipynb").write_text(json.dumps(notebook(), indent=1), "utf-8")
        np.save(Path(folder) / "shares.npy", shares)
        client.log_artifacts(run_id, folder, "other")


def confusion(digits: np.ndarray, guess: np.ndarray) -> Figure:
    """Which digits are taken for which."""
    figure = Figure(figsize=(4, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.imshow(confusion_matrix(digits, guess), cmap="viridis")
    axes.set(xlabel="taken for", ylabel="digit", xticks=range(10), yticks=range(10))
    return figure


def tone() -> bytes:
    """Half a second of an A, as a WAV file."""
    rate = 8000
    sound = (np.sin(2 * np.pi * 440 * np.arange(rate // 2) / rate) * 12000).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(rate)
        written.writeframes(sound.tobytes())
    return file.getvalue()


def notebook() -> dict[str, object]:
    """A small Jupyter notebook with an output."""
    code = {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {},
        "source": ["1 + 1"],
        "outputs": [
            {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": ["2"]}}
        ],
    }
    text = {"cell_type": "markdown", "metadata": {}, "source": ["# A look at the digits"]}
    return {
        "cells": [text, code],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
