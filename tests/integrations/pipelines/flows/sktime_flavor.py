"""The flavor of sktime: logged, registered, loaded as itself and as a pyfunc model."""

import pandas as pd
from sktime.forecasting.naive import NaiveForecaster
from sktime.utils import mlflow_sktime

import mlflow

series = pd.Series([1.0, 2.0, 3.0, 4.0], index=pd.period_range("2024-01", periods=4, freq="M"))
model = NaiveForecaster(strategy="drift").fit(series, fh=[1, 2])
model.pyfunc_predict_conf = {"predict_method": ["predict"]}
mlflow.set_experiment("forecasts")
with mlflow.start_run(run_name="mine"):
    info = mlflow_sktime.log_model(model, artifact_path="model", registered_model_name="drift")
assert list(mlflow_sktime.load_model(info.model_uri).predict()) == [5.0, 6.0]
found = mlflow.pyfunc.load_model("models:/drift/1").predict(pd.DataFrame())
mlflow.MlflowClient().log_text(info.run_id, str(found), "forecast.txt")
