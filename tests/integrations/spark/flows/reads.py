"""What a session reads, recorded in runs."""

from __future__ import annotations

import tempfile
from typing import Any

from reading import write_answer
from session import start

import mlflow


def main() -> Any:
    spark = start()
    with tempfile.TemporaryDirectory() as folder:
        spark.range(3).write.parquet(f"{folder}/numbers")
        spark.range(3).write.csv(f"{folder}/texts", header=True)
        numbers = spark.read.parquet(f"{folder}/numbers")
        numbers.count()  # before: belongs to nobody
        mlflow.spark.autolog()
        found = []
        with mlflow.start_run() as run:
            numbers.count()
            numbers.collect()
            spark.read.csv(f"{folder}/texts", header=True).join(numbers, "id").toPandas()
        found.append(run)
        with mlflow.start_run() as run:
            spark.range(3).count()
        found.append(run)
        numbers.count()  # between: the next run's
        spark.sparkContext._jsc.sc().listenerBus().waitUntilEmpty()
        with mlflow.start_run() as run, mlflow.start_run(nested=True) as inner:
            spark.read.csv(f"{folder}/texts").collect()
        found += [run, inner]
        mlflow.spark.autolog(disable=True)
        with mlflow.start_run() as run:
            numbers.count()
        found.append(run)
        tags = [mlflow.get_run(each.info.run_id).data.tags.get("sparkDatasourceInfo") for each in found]
        return [None if tag is None else tag.replace(folder, "").splitlines() for tag in tags]


if __name__ == "__main__":
    write_answer(main())
