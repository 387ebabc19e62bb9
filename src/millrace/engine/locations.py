"""Where artifacts are: written down so that a store's folder can be moved, copied and served.

A location below the store's own home is stored as `home:/…` and expanded when it is read: to a path when the folder
is opened directly, and to `mlflow-artifacts:/…` when a server shows it to its clients. All others are stored as they
are.
"""

from __future__ import annotations

from typing import NamedTuple

_HOME = "home:"


class Locations(NamedTuple):
    """Where the artifacts of new experiments go, and what the store's own home is called here."""

    root: str
    """The root below which new experiments get a folder each, e.g. `/data/mlruns` or `s3://bucket/path`."""

    home: str
    """The store's own home as it is called here, or an empty text when it has none."""

    def for_experiment(self, experiment_id: int) -> str:
        """The location of a new experiment, as it is stored."""
        return self.stored(f"{self.root.rstrip('/')}/{experiment_id}")

    def stored(self, location: str) -> str:
        """A location as it is stored."""
        if self.home and (location == self.home or location.startswith(self.home + "/")):
            return _HOME + location[len(self.home) :]
        return location

    def shown(self, stored: str) -> str:
        """A stored location as it is called here."""
        if stored.startswith(_HOME):
            return self.home + stored[len(_HOME) :]
        return stored


def run_root(experiment_location: str, run_id: str) -> str:
    """The artifact root of a run, below the location of its experiment."""
    return _below(experiment_location, f"{run_id}/artifacts")


def model_root(experiment_location: str, model_id: str) -> str:
    """The artifact root of a logged model, below the location of its experiment."""
    return _below(experiment_location, f"models/{model_id}/artifacts")


def trace_root(experiment_location: str, trace_id: str) -> str:
    """The artifact root of a trace, below the location of its experiment."""
    return _below(experiment_location, f"traces/{trace_id}/artifacts")


def _below(location: str, path: str) -> str:
    """A URI with more path; its query, if any (`s3://b/p?versionId=1`), stays at the end."""
    base, mark, query = location.partition("?")
    return f"{base.rstrip('/')}/{path}{mark}{query}"
