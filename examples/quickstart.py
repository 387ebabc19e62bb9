"""Train a few classifiers on iris and keep track of them: what was tried, how it went, and the models themselves.

Run it with any tracking URI, or with none: then everything is kept in ./mlruns. It can be run again and again.
Nothing here is particular to Millrace: it is the documented MLflow quickstart, and a small sweep.
"""

from __future__ import annotations

import math
import time

import pandas as pd
from sklearn import metrics
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import train_test_split

import mlflow
from mlflow.models import infer_signature

EPOCHS = 50


def main() -> None:
    """Run the four parts, and say what each does."""
    began = time.perf_counter()
    data = load_iris()
    split = train_test_split(data.data, data.target, test_size=0.2, random_state=42)
    mlflow.set_experiment("MLflow Quickstart")
    automatic(*split)
    uri = by_hand(*split)
    load_back(uri, split[1], split[3], list(data.feature_names))
    sweep(*split)
    print(f"Done in {time.perf_counter() - began:.1f} s. Tracked in {mlflow.get_tracking_uri()}")


def automatic(x_train, x_test, y_train, y_test) -> None:  # type: ignore[no-untyped-def]
    """Let autologging write down everything about a fit: params, metrics, plots, the dataset, the model."""
    mlflow.sklearn.autolog()
    with mlflow.start_run(run_name="autologged") as run:
        model = LogisticRegression(solver="lbfgs", max_iter=1000, random_state=8888)
        model.fit(x_train, y_train)
        metrics.accuracy_score(y_test, model.predict(x_test))  # measured after training, and noticed
    mlflow.sklearn.autolog(disable=True)
    data = mlflow.get_run(run.info.run_id).data
    print(f"1. autolog: {len(data.params)} params and {len(data.metrics)} metrics of {data.tags['estimator_name']}")


def by_hand(x_train, x_test, y_train, y_test) -> str:  # type: ignore[no-untyped-def]
    """Log params, a metric, a tag and a model with its signature; return the model's URI."""
    params = {"solver": "lbfgs", "max_iter": 1000, "random_state": 8888}
    model = LogisticRegression(**params)
    model.fit(x_train, y_train)
    accuracy = metrics.accuracy_score(y_test, model.predict(x_test))
    with mlflow.start_run(run_name="by hand"):
        mlflow.log_params(params)
        mlflow.log_metric("accuracy", accuracy)
        mlflow.set_tag("Training Info", "Basic LR model for iris data")
        info = mlflow.sklearn.log_model(
            sk_model=model,
            name="iris_model",
            signature=infer_signature(x_train, model.predict(x_train)),
            input_example=x_train[:3],
        )
    print(f"2. by hand: accuracy {accuracy:.3f}, model kept as {info.model_uri}")
    return str(info.model_uri)


def load_back(uri: str, x_test, y_test, features: list[str]) -> None:  # type: ignore[no-untyped-def]
    """Load the model that was logged, as a plain Python function, and predict with it."""
    model = mlflow.pyfunc.load_model(uri)
    result = pd.DataFrame(x_test, columns=features)
    result["actual"] = y_test
    result["predicted"] = model.predict(x_test)
    right = (result["actual"] == result["predicted"]).mean()
    print(f"3. loaded back: predicts {right:.0%} of the test set. The first rows:")
    print("   " + result.head(3).to_string(index=False).replace("\n", "\n   "))


def sweep(x_train, x_test, y_train, y_test) -> None:  # type: ignore[no-untyped-def]
    """Try nine settings as child runs of one run, each with its learning curve, and find the best by searching."""
    with mlflow.start_run(run_name="sweep") as parent:
        for rate in (0.001, 0.01, 0.1):
            for alpha in (1e-5, 1e-4, 1e-3):
                with mlflow.start_run(run_name=f"rate {rate}, alpha {alpha}", nested=True):
                    mlflow.log_params({"rate": rate, "alpha": alpha, "epochs": EPOCHS})
                    learn(rate, alpha, x_train, x_test, y_train, y_test)
        best = mlflow.search_runs(
            filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'",
            order_by=["metrics.val_loss ASC"],
            max_results=1,
        )
        mlflow.log_metric("best_val_loss", best.iloc[0]["metrics.val_loss"])
    print(f"4. sweep: 9 child runs of {EPOCHS} epochs; the best is {best.iloc[0]['tags.mlflow.runName']!r}")


def learn(rate: float, alpha: float, x_train, x_test, y_train, y_test) -> None:  # type: ignore[no-untyped-def]
    """Train one classifier epoch by epoch, logging how it goes."""
    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=rate, alpha=alpha, random_state=0)
    for epoch in range(EPOCHS):
        model.partial_fit(x_train, y_train, classes=[0, 1, 2])
        curve = {
            "loss": metrics.log_loss(y_train, model.predict_proba(x_train)),
            "val_loss": metrics.log_loss(y_test, model.predict_proba(x_test)),
            "val_accuracy": model.score(x_test, y_test),
            "weight_norm": math.sqrt(float((model.coef_**2).sum())),
        }
        mlflow.log_metrics(curve, step=epoch)


if __name__ == "__main__":
    main()
