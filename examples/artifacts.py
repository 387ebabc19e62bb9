"""Everything that can be logged beside numbers: files, texts, dictionaries, figures, images by step, and tables.

Run it with any tracking URI, or with none: then everything is kept in ./mlruns.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import pyplot as plt

import mlflow

matplotlib.use("agg")


def main() -> None:
    """Log one of each, and read it back."""
    mlflow.set_experiment("Artifacts")
    with mlflow.start_run(run_name="one of each") as run, tempfile.TemporaryDirectory() as folder:
        Path(folder, "notes.txt").write_text("some notes")
        Path(folder, "deep").mkdir()
        Path(folder, "deep", "numbers.bin").write_bytes(bytes(range(256)))
        mlflow.log_artifact(str(Path(folder, "notes.txt")))
        mlflow.log_artifacts(folder, artifact_path="everything")
        mlflow.log_text("# A model card", "card.md")
        mlflow.log_dict({"layers": [64, 32], "dropout": 0.1}, "config.yaml")

        figure, axes = plt.subplots()
        axes.plot([1, 2, 3], [3, 1, 2])
        mlflow.log_figure(figure, "plots/curve.png")

        for step in range(3):  # a series, with a small copy of each image for the page
            noise = np.random.default_rng(step).random((32, 48, 3))
            mlflow.log_image(noise, key="generated", step=step, synchronous=True)
        mlflow.log_image(mlflow.Image(np.eye(16)), artifact_file="single.png")

        for answer in ("a mill", "a race"):  # rows are added to the table that is there
            mlflow.log_table({"question": ["What is it?"], "answer": [answer]}, "answers.json")

    run_id = run.info.run_id
    print("Files:", sorted(one.path for one in mlflow.artifacts.list_artifacts(run_id=run_id)))
    print("Text:", mlflow.artifacts.load_text(f"runs:/{run_id}/card.md"))
    print("Image:", mlflow.artifacts.load_image(f"runs:/{run_id}/single.png").size)
    print("Table:", mlflow.load_table("answers.json", run_ids=[run_id])["answer"].tolist())
    with tempfile.TemporaryDirectory() as folder:
        local = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="everything/deep", dst_path=folder)
        print("Downloaded:", sorted(one.name for one in Path(local).iterdir()))


if __name__ == "__main__":
    main()
