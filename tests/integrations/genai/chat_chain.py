"""A model from code, of LangChain, that answers with messages."""

from __future__ import annotations

from langchain_core.language_models import FakeListChatModel
from langchain_core.prompts import ChatPromptTemplate

import mlflow

_model = FakeListChatModel(responses=["Hello."])
mlflow.models.set_model(ChatPromptTemplate.from_messages([("user", "Say {word}.")]) | _model)
