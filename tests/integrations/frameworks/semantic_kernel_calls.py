"""What is done with `semantic_kernel`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from openai import AsyncOpenAI
from semantic_kernel import Kernel
from semantic_kernel.agents import ChatCompletionAgent
from semantic_kernel.connectors.ai.function_choice_behavior import FunctionChoiceBehavior
from semantic_kernel.connectors.ai.open_ai import (
    OpenAIChatCompletion,
    OpenAIChatPromptExecutionSettings,
    OpenAITextCompletion,
    OpenAITextEmbedding,
)
from semantic_kernel.contents import ChatHistory
from semantic_kernel.functions import KernelArguments, kernel_function

import mlflow
import mlflow.semantic_kernel


class Weather:
    """A plugin."""

    @kernel_function(name="get_weather", description="The weather of a city.")
    def get_weather(self, city: str) -> str:
        """The weather of a city."""
        return f"Rain in {city}"


class Failing:
    """Another one."""

    @kernel_function(name="fail", description="Fails.")
    def fail(self) -> str:
        """Fail."""
        raise ValueError("no weather")


def service(address: str, kind: Any = OpenAIChatCompletion, model: str = "gpt-4o-mini") -> Any:
    """A model at the local server."""
    client = AsyncOpenAI(api_key="nobody's", base_url=f"{address}/v1", max_retries=0)
    return kind(ai_model_id=model, service_id=kind.__name__, async_client=client)


def kernel(address: str) -> Kernel:
    """A kernel with models and a plugin."""
    made = Kernel()
    for kind in (OpenAIChatCompletion, OpenAITextCompletion, OpenAITextEmbedding):
        made.add_service(service(address, kind))
    made.add_plugin(Weather(), plugin_name="Weather")
    return made


def settings(**more: Any) -> OpenAIChatPromptExecutionSettings:
    """How chat models are asked."""
    return OpenAIChatPromptExecutionSettings(service_id="OpenAIChatCompletion", **more)


def said(text: str) -> ChatHistory:
    """A chat with one message."""
    history = ChatHistory()
    history.add_user_message(text)
    return history


async def read(stream: Any) -> list[str]:
    """All of a stream, as texts."""
    return [str(piece) async for piece in stream]


def run(address: str) -> None:
    mlflow.semantic_kernel.autolog()

    async def asked() -> Any:
        return await kernel(address).invoke_prompt(
            "Hi {{$name}}",
            function_name="greet",
            plugin_name="Prompts",
            arguments=KernelArguments(settings=settings(temperature=0.5, max_tokens=9), name="Ann"),
        )

    async def called() -> Any:
        return await kernel(address).invoke(plugin_name="Weather", function_name="get_weather", city="Oslo")

    async def chatted() -> Any:
        return await service(address).get_chat_message_contents(said("Hi"), settings())

    async def with_tools() -> Any:
        choice = FunctionChoiceBehavior.Auto()
        options = settings(function_choice_behavior=choice)
        return await service(address).get_chat_message_contents(said("Weather?"), options, kernel=kernel(address))

    async def streamed() -> Any:
        return await read(service(address).get_streaming_chat_message_contents(said("Hi"), settings()))

    async def streamed_prompt() -> Any:
        arguments = KernelArguments(settings=settings(), name="Ann")
        return await read(kernel(address).invoke_prompt_stream("Hi {{$name}}", "greet", "Prompts", arguments=arguments))

    async def completed() -> Any:
        made = kernel(address)
        model: Any = made.get_service("OpenAITextCompletion")
        return await model.get_text_contents("Hi", model.get_prompt_execution_settings_class()())

    async def embedded() -> Any:
        return await service(address, OpenAITextEmbedding, "text-embedding-3-small").generate_embeddings(["Hi"])

    async def agent(**more: Any) -> ChatCompletionAgent:
        return ChatCompletionAgent(service=service(address), name="helper", instructions="Be brief.", **more)

    async def replied() -> Any:
        return await (await agent(description="Helps.")).get_response("Hi")

    async def replied_with_tools() -> Any:
        return await (await agent(plugins=[Weather()])).get_response(messages="Weather?")

    async def invoked() -> Any:
        return [each async for each in (await agent(plugins=[Weather()])).invoke(messages="Weather?")]

    async def invoked_in_pieces() -> Any:
        return await read((await agent(plugins=[Weather()])).invoke_stream("Hi"))

    async def under_mine() -> Any:
        with mlflow.start_span("mine"):
            return await asked()

    async def failed() -> Any:
        return await kernel(address).add_plugin(Failing(), plugin_name="Failing")["fail"].invoke(kernel(address))

    async def refused() -> Any:
        return await service(address, model="no-such-model").get_chat_message_contents(said("Hi"), settings())

    async def streamed_with_tools() -> Any:
        options = settings(function_choice_behavior=FunctionChoiceBehavior.Auto())
        made = kernel(address)
        return await read(service(address).get_streaming_chat_message_contents(said("Weather?"), options, kernel=made))

    steps: list[Callable[[], Coroutine[Any, Any, Any]]] = [asked, called, chatted, with_tools, streamed]
    steps += [streamed_prompt, completed, embedded, replied, replied_with_tools, invoked, invoked_in_pieces]
    steps += [streamed_with_tools, under_mine]

    async def calls() -> None:
        for step in steps:
            await step()
            await asyncio.sleep(0.01)
        for step in (failed, refused):
            try:
                await step()
            except Exception:
                await asyncio.sleep(0.01)

    asyncio.run(calls())
