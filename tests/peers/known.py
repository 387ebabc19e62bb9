"""Where Millrace answers otherwise than MLflow on purpose, each with the reason; tests hold all other answers equal.

Keys are paths into a flow's answer, `*` stands for one step of a path. A difference that is listed here and that no
longer exists fails the tests, too.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

_FILTERS = "MLflow's texts list its parser's tokens; ours say what was expected, and where"
_WIRE = "locally MLflow answers in its tables' types; we answer as over HTTP in both cases"
_POINTS = "a model shows the latest point of a metric and dataset, as a run does"
_VARIABLE = "MLFLOW_ACTIVE_MODEL_ID counts while it is set, not only when a thread first asks"
_DIGEST = "MLflow sends an empty digest for none, which its server then looks for"
_EARLY = "values are checked before they are sent: one text locally and over HTTP, and always an MlflowException"

OF_THE_SERVER = {
    "tracking/experiments/refused/filter": _FILTERS,
    "searching/refused/metrics.acc": _FILTERS,
    "searching/refused/metrics.acc > 0.5 XOR metrics.acc < 1": _FILTERS,
    "searching/refused/nothing = 'x'": _FILTERS,
    "searching/refused/params.model = 'x": _FILTERS,
    "searching/refused/params.model = 5": "params compare as numbers, beyond MLflow's grammar",
    "registry/refused/filter": _FILTERS,
    "registry/versions/1/aliases": "MLflow leaves the aliases out of versions that were searched",
    "logged_models/before/metrics": _POINTS,
    "logged_models/after/metrics": _POINTS,
    "inputs/logged/model metrics": _POINTS,
    "inputs/models/bad filter": _FILTERS,
}
"""Of our server and our engine, whoever asks."""

OVER_HTTP = {
    "inputs/models/by data": _DIGEST,
    "inputs/models/by one of two": _DIGEST,
    "inputs/models/data without a filter": _DIGEST,
}
"""Of our server over HTTP, beside those."""

OF_THE_CLIENT = {
    "tracking/runs/refused/bad key": "the server's own refusal arrives as it came, a RestException",
    "tracking/runs/refused/bad value": _EARLY,
    "tracking/runs/refused/long key": _EARLY,
    "tracking/runs/refused/none tag": _EARLY,
    "tracking/runs/refused/none value": _EARLY,
    "tracking/runs/refused/up": _EARLY,
    "tracking/runs/refused/status": _EARLY,
    "tracking/runs/refused/wrong type": "the same error, and another attribute is read first",
    "nested/not nested": "an MlflowException instead of a bare Exception, with the same text",
    "artifacts/refused/up": "MlflowException instead of an error of the library that MLflow sends requests with",
    "active/model/after": _VARIABLE,
    "active/model/by variable": _VARIABLE,
    "inputs/logged/no dataset": _EARLY,
    "inputs/models/bad filter": _FILTERS,
    "inputs/models/no field": _EARLY,
    "inputs/models/no name": _EARLY,
    "inputs/models/types/status_message": "a message that is not there is None",
    "multimedia/series/names": "MLflow's client cuts a name at #, which stands for a slash of the key",
    "multimedia/texts/accepted/": "an MlflowException that says what is wrong with the path",
    "registry/registered/0": "the version that a ModelInfo names is a number, as it is declared",
    "registry/refused/load": "the missing version is named, where MLflow asks for the model first",
    "trace_queries/*/assessments/1/valid": "an expectation keeps what the server says of it",
}
"""Of our SDK over HTTP, whichever server answers."""

OF_THE_PAIR = {
    "multimedia/series/accepted/'deep/er/key'": "MLflow's server refuses the # that stands for a slash of the key",
}
"""Of our SDK with MLflow's server, beside those."""

OF_LOCAL_STORES = {
    "active/model/after": _VARIABLE,
    "active/model/by variable": _VARIABLE,
    "inputs/logged/no dataset": _EARLY,
    "inputs/models/no field": _EARLY,
    "inputs/models/types/model_type": _WIRE,
    "multimedia/texts/accepted/": "an MlflowException that says what is wrong with the path",
    "places/models/alias named": _WIRE,
    "tracking/runs/refused/none tag": _EARLY,
    "tracking/runs/refused/status": _EARLY,
    "tracking/runs/refused/wrong type": "the same error, and another attribute is read first",
    "nested/not nested": "an MlflowException instead of a bare Exception, with the same text",
    "registry/refused/empty name": "the text is the same as over HTTP",
    "registry/refused/load": "the missing version is named, where MLflow asks for the model first",
    "registry/after/0/*": _WIRE,
    "registry/aliases/champion": _WIRE,
    "registry/registered/1": _WIRE,
    "logged_models/second/type": _WIRE,
    "quickstart/* model/model_type": _WIRE,
}
"""Of our SDK on a folder, beside those of the engine."""

OF_SAVED_MODELS = {
    "saved/requirements/pickled": "scikit-learn's joblib imports cloudpickle, so we name it for plain pickles as well",
}
"""Of the requirements that our SDK finds."""


OF_PLUGINS: dict[str, str] = {}
"""Of plugins at work."""


def unexplained(differing: set[str], *tables: dict[str, str]) -> set[str]:
    """The paths of differences that no table explains."""
    return {path for path in differing if not any(fnmatchcase(path, key) for table in tables for key in table)}


def outdated(flow: str, differing: set[str], *tables: dict[str, str]) -> set[str]:
    """The entries about a flow that explain nothing any more."""
    keys = {key for table in tables for key in table if key.startswith(f"{flow}/")}
    return {key for key in keys if not any(fnmatchcase(path, key) for path in differing)}
