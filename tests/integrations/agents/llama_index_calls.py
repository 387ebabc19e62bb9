"""What is done with `llama_index`."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from llama_index.core import Document, PromptTemplate, Settings, VectorStoreIndex
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import ChatMessage
from llama_index.core.postprocessor import SimilarityPostprocessor
from llama_index.core.schema import NodeWithScore, TextNode
from llama_index.core.tools import FunctionTool
from llama_index.core.workflow import StartEvent, StopEvent, Workflow, step
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI

import mlflow
import mlflow.llama_index


class Flow(Workflow):
    @step
    async def only(self, event: StartEvent) -> StopEvent:
        """The one step."""
        return StopEvent(result=f"{event.get('word')}!")


def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"Rain in {city}"


def run(address: str) -> None:
    options: Any = {"api_key": "nobody's", "api_base": f"{address}/v1", "max_retries": 0}
    Settings.llm = OpenAI(model="gpt-4o-mini", **options)
    Settings.embed_model = OpenAIEmbedding(**options)
    mlflow.llama_index.autolog()
    llm = Settings.llm
    llm.complete("Hi")
    time.sleep(0.01)
    llm.chat([ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content="Hi")])
    time.sleep(0.01)
    for _ in llm.stream_chat([ChatMessage(role="user", content="Hi")]):
        pass
    time.sleep(0.01)
    for _ in llm.stream_complete("Hi"):
        pass
    time.sleep(0.01)
    index = VectorStoreIndex.from_documents([Document(text="A text.", id_="one", metadata={"source": "here"})])
    time.sleep(0.01)
    index.as_query_engine().query("What?")
    time.sleep(0.01)
    index.as_retriever().retrieve("What?")
    time.sleep(0.01)
    for _ in index.as_query_engine(streaming=True).query("What?").response_gen:
        pass
    time.sleep(0.01)
    index.as_chat_engine(chat_mode="simple").chat("Hello")
    time.sleep(0.01)
    try:
        OpenAI(model="gpt-4o-mini", **{**options, "api_base": f"{address}/no-such-model"}).complete("Hi")
    except Exception:
        time.sleep(0.01)
    FunctionTool.from_defaults(get_weather).call(city="Oslo")
    time.sleep(0.01)
    SimilarityPostprocessor().postprocess_nodes([NodeWithScore(node=TextNode(text="a", id_="x"), score=0.5)])
    time.sleep(0.01)
    llm.predict(PromptTemplate("Say {word}"), word="a")
    time.sleep(0.01)

    async def later() -> None:
        await llm.acomplete("Hi")
        await asyncio.sleep(0.01)
        async for _ in await llm.astream_chat([ChatMessage(role="user", content="Hi")]):
            pass
        await asyncio.sleep(0.01)
        await index.as_query_engine().aquery("What?")
        await asyncio.sleep(0.01)
        await Flow().run(word="a")
        await asyncio.sleep(0.05)
        await FunctionAgent(tools=[get_weather], llm=llm, streaming=False).run("Weather?")
        await asyncio.sleep(0.05)

    asyncio.run(later())
    with mlflow.start_span("outer"):
        llm.complete("inner")
    mlflow.llama_index.autolog(disable=True)
    llm.complete("Hi")
