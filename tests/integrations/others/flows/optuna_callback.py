"""Optuna's `MLflowCallback`, with nested runs and with what a trial logs itself."""

import optuna
from optuna_integration import MLflowCallback

import mlflow

optuna.logging.set_verbosity(optuna.logging.ERROR)
callback = MLflowCallback(metric_name="loss", mlflow_kwargs={"nested": True}, tag_study_user_attrs=True)


@callback.track_in_mlflow()
def objective(trial: optuna.Trial) -> float:
    x = trial.suggest_float("x", -10, 10)
    kind = trial.suggest_categorical("kind", ["a", "b"])
    mlflow.log_metric("inner", x * 2, step=1)
    trial.set_user_attr("even", trial.number % 2 == 0)
    return (x - 2) ** 2 + (kind == "a")


study = optuna.create_study(study_name="mine", sampler=optuna.samplers.RandomSampler(seed=3))
study.set_user_attr("dataset", "iris")
mlflow.set_experiment("mine")
with mlflow.start_run(run_name="search"):
    study.optimize(objective, n_trials=4, callbacks=[callback])
