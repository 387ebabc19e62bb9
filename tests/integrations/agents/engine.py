"""A query engine of LlamaIndex, as a model from code."""

from __future__ import annotations

from llama_index.core import Document, VectorStoreIndex

import mlflow

index = VectorStoreIndex.from_documents([Document(text="A text.", id_="one")])
mlflow.models.set_model(index.as_query_engine())
