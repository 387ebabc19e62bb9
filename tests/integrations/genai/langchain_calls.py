"""What is done with `langchain` and `langgraph`."""

from __future__ import annotations

import asyncio
import time
from typing import Any, TypedDict

from langchain import agents
from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, StateGraph

import mlflow
import mlflow.langchain


class Retriever(BaseRetriever):
    """Finds the same document always."""

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        return [Document(page_content=f"about {query}", metadata={"source": "a"})]


@tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"rain in {city}"


class State(TypedDict):
    """What the graph passes on."""

    number: int


def run(address: str) -> None:
    mlflow.langchain.autolog()
    model = ChatOpenAI(model="gpt-4o-mini", temperature=0.5, max_retries=0)
    chain = ChatPromptTemplate.from_messages([("system", "Be short."), ("user", "{question}")]) | model
    calls: list[Any] = [
        lambda: model.invoke("Hi"),
        lambda: (chain | StrOutputParser()).invoke({"question": "Why?"}),
        lambda: list((chain | StrOutputParser()).stream({"question": "Why?"})),
        lambda: Retriever().invoke("mills"),
        lambda: get_weather.invoke({"city": "Oslo"}),
        lambda: refused(RunnableLambda(fails)),
        lambda: graph().invoke({"number": 1}),
        lambda: asyncio.run(later(chain)),
    ]
    if hasattr(agents, "create_agent"):  # from version 1.0 on
        agent = agents.create_agent(model, [get_weather])
        calls.insert(-1, lambda: agent.invoke({"messages": [("user", "Weather in Oslo?")]}))
    for call in calls:
        call()
        time.sleep(0.01)
    mlflow.langchain.autolog(disable=True)
    model.invoke("not seen")


def fails(value: Any) -> Any:
    raise ValueError(f"no {value}")


def refused(runnable: Any) -> None:
    try:
        runnable.invoke("way")
    except ValueError:
        return
    raise AssertionError("it was not refused")


def graph() -> Any:
    def add(state: State) -> State:
        with mlflow.start_span("inside a node") as span:
            span.set_outputs(state["number"])
        return {"number": state["number"] + 1}

    def double(state: State) -> State:
        return {"number": 2 * state["number"]}

    builder = StateGraph(State)
    builder.add_node("add", add)
    builder.add_node("double", double)
    builder.add_edge(START, "add")
    builder.add_edge("add", "double")
    builder.add_edge("double", END)
    return builder.compile()


async def later(chain: Any) -> None:
    await (chain | StrOutputParser()).ainvoke({"question": "Later?"})
    await asyncio.sleep(0.01)
    with mlflow.start_span("outer"):
        await chain.ainvoke({"question": "Inside?"})
    await asyncio.sleep(0.01)
    async for _ in chain.astream({"question": "Streamed?"}):
        pass
