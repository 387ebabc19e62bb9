"""Say which data a run used, link its metrics to the data and to the model, and find runs by their data.

Run it with any tracking URI, or with none: then everything is kept in ./mlruns.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

import mlflow
from mlflow.data.http_dataset_source import HTTPDatasetSource
from mlflow.data.meta_dataset import MetaDataset
from mlflow.types import ColSpec, Schema


def main() -> None:
    """Log datasets of four kinds, then look for them."""
    mlflow.set_experiment("Datasets")
    frame = load_iris(as_frame=True).frame
    train, test = train_test_split(frame, test_size=0.3, random_state=7)

    # The data is described, not stored: a name, a digest, the columns, the number of rows, where it is from.
    train_data = mlflow.data.from_pandas(train, source="data/iris.csv", targets="target", name="iris train")
    test_data = mlflow.data.from_pandas(test, source="data/iris.csv", targets="target", name="iris test")
    arrays = mlflow.data.from_numpy(train.to_numpy(), targets=np.asarray(train["target"]), name="iris arrays")
    elsewhere = MetaDataset(
        HTTPDatasetSource("https://example.com/iris-of-all-gardens.csv"),
        name="iris of all gardens",
        schema=Schema([ColSpec("double", name) for name in frame.columns[:-1]]),
    )

    with mlflow.start_run(run_name="with data") as run:
        mlflow.log_input(train_data, context="training", tags={"season": "spring"})
        mlflow.log_inputs([test_data, arrays], ["testing", None], [None, None])
        mlflow.log_input(elsewhere, context="later")
        model = LogisticRegression(max_iter=500).fit(train.drop(columns="target"), train["target"])
        info = mlflow.sklearn.log_model(model, name="iris", input_example=train.drop(columns="target")[:2])
        for data, rows in ((train_data, train), (test_data, test)):
            score = model.score(rows.drop(columns="target"), rows["target"])
            # A metric of a model on a dataset: the same key may have another value on other data.
            mlflow.log_metric("accuracy", score, dataset=data, model_id=info.model_id)

    for one in mlflow.get_run(run.info.run_id).inputs.dataset_inputs:
        context = next((tag.value for tag in one.tags if tag.key == "mlflow.data.context"), "-")
        source = type(mlflow.data.get_source(one)).__name__
        print(f"{one.dataset.name} ({one.dataset.digest}), used for {context}, from a {source}")

    for filter_string in ("dataset.name = 'iris train'", "dataset.context = 'testing'", "dataset.name = 'other'"):
        found = mlflow.search_runs(filter_string=filter_string)
        print(f"{filter_string}: {len(found)} runs")
    best: pd.DataFrame = mlflow.search_logged_models(  # type: ignore[assignment]
        filter_string="metrics.accuracy > 0.5",
        datasets=[{"dataset_name": "iris test", "dataset_digest": test_data.digest}],
        order_by=[{"field_name": "metrics.accuracy", "dataset_name": "iris test", "ascending": False}],
    )
    print(f"Best on the test data: {best['name'].iloc[0]}")


if __name__ == "__main__":
    main()
