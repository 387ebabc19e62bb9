"""A model from code, of LangChain."""

from __future__ import annotations

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import PromptTemplate
from langchain_core.runnables import RunnableLambda

import mlflow

_lead = mlflow.models.ModelConfig(development_config={"lead": "Say"}).get("lead")
_words = PromptTemplate.from_template(_lead + " {word}.")
mlflow.models.set_model(_words | RunnableLambda(lambda prompt: prompt.to_string().upper()) | StrOutputParser())
