"""What is done with `haystack`."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from haystack import AsyncPipeline, Document, Pipeline, component
from haystack.components.agents import Agent
from haystack.components.builders import ChatPromptBuilder
from haystack.components.embedders import OpenAITextEmbedder
from haystack.components.generators import OpenAIGenerator
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
from haystack.dataclasses import ChatMessage
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.tools import Tool
from haystack.utils import Secret

import mlflow
import mlflow.haystack

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


@component
class Shout:
    """A component of the user's own, that fails on demand."""

    @component.output_types(text=str)
    def run(self, replies: list[ChatMessage], fails: bool = False) -> dict[str, str]:
        """Say it louder."""
        if fails:
            raise ValueError("too loud")
        return {"text": f"{replies[0].text}!"}


def weather(city: str) -> str:
    """The weather of a city."""
    return f"Rain in {city}"


def tool() -> Tool:
    """A tool that agents may call."""
    return Tool(name="get_weather", description="The weather of a city.", parameters=SCHEMA, function=weather)


def chat(address: str, **options: Any) -> OpenAIChatGenerator:
    """A generator that asks the local server."""
    key = Secret.from_token("nobody's")
    return OpenAIChatGenerator(api_key=key, model="gpt-4o-mini", api_base_url=f"{address}/v1", max_retries=0, **options)


def asking(address: str, kind: type = Pipeline, **options: Any) -> Any:
    """A pipeline that fills a prompt in, asks a model, and shouts."""
    pipeline = kind()
    pipeline.add_component("prompt", ChatPromptBuilder(template=[ChatMessage.from_user("Hi {{name}}")]))
    pipeline.add_component("llm", chat(address, **options))
    pipeline.add_component("shout", Shout())
    pipeline.connect("prompt.prompt", "llm.messages")
    pipeline.connect("llm.replies", "shout.replies")
    return pipeline


def finding(address: str) -> Pipeline:
    """A pipeline that retrieves documents, embeds a text and completes another."""
    store = InMemoryDocumentStore()
    store.write_documents([Document(id="one", content="Oslo is rainy"), Document(id="two", content="Rome is sunny")])
    more: Any = {"api_key": Secret.from_token("nobody's"), "api_base_url": f"{address}/v1", "max_retries": 0}
    pipeline = Pipeline()
    pipeline.add_component("retriever", InMemoryBM25Retriever(store, top_k=1))
    pipeline.add_component("embedder", OpenAITextEmbedder(model="text-embedding-3-small", **more))
    pipeline.add_component("generator", OpenAIGenerator(model="gpt-4o-mini", **more))
    return pipeline


def agent(address: str) -> Agent:
    """An agent with a tool."""
    return Agent(chat_generator=chat(address), tools=[tool()], system_prompt="Be brief.")


def with_agent(address: str) -> Pipeline:
    """A pipeline whose only component is an agent."""
    pipeline = Pipeline()
    pipeline.add_component("agent", agent(address))
    return pipeline


def run(address: str) -> None:
    mlflow.haystack.autolog()
    steps: list[Callable[[], Any]] = [
        lambda: asking(address).run({"prompt": {"name": "Ann"}}),
        lambda: finding(address).run(
            {"retriever": {"query": "Oslo"}, "embedder": {"text": "Oslo"}, "generator": {"prompt": "Hi"}}
        ),
        lambda: agent(address).run(messages=[ChatMessage.from_user("Weather?")]),
        lambda: asyncio.run(asking(address, AsyncPipeline).run_async({"prompt": {"name": "Ann"}})),
        lambda: asking(address, streaming_callback=lambda piece: None).run({"prompt": {"name": "Ann"}}),
        lambda: chat(address).run([ChatMessage.from_user("Hi")]),
        lambda: with_agent(address).run({"agent": {"messages": [ChatMessage.from_user("Weather?")]}}),
    ]
    for step in steps:
        step()
        time.sleep(0.01)
    with mlflow.start_span("mine"):
        asking(address).run({"prompt": {"name": "Ann"}})
    time.sleep(0.01)
    try:
        asking(address).run({"prompt": {"name": "Ann"}, "shout": {"fails": True}})
    except Exception:
        time.sleep(0.01)
    mlflow.haystack.autolog(disable=True)
    asking(address).run({"prompt": {"name": "Ann"}})
