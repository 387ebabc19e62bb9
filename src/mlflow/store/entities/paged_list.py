"""`mlflow.store.entities.paged_list`, where other libraries import it from."""

# ruff: noqa: F401

from __future__ import annotations

from mlflow.client.paging import PagedList
