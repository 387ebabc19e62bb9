"""Optuna's storage in a tracking server: studies and trials are runs."""

import optuna

import mlflow
from mlflow.optuna.storage import MlflowStorage

optuna.logging.set_verbosity(optuna.logging.ERROR)
experiment_id = mlflow.set_experiment("search").experiment_id
storage = MlflowStorage(experiment_id=experiment_id)
study = optuna.create_study(study_name="mine", storage=storage, sampler=optuna.samplers.RandomSampler(seed=3))


def objective(trial: optuna.Trial) -> float:
    x = trial.suggest_float("x", -10, 10)
    kind = trial.suggest_categorical("kind", ["a", "b"])
    trial.report(x, 0)
    trial.set_user_attr("even", trial.number % 2 == 0)
    return (x - 2) ** 2 + (kind == "a")


study.optimize(objective, n_trials=4)
storage.flush_all_batches()
again = optuna.load_study(study_name="mine", storage=MlflowStorage(experiment_id=experiment_id))
assert len(again.trials) == 4
assert again.best_value == study.best_value
assert again.best_params == study.best_params
