"""What is done with `mistralai`."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from providers import TOOL

try:
    from mistralai import Mistral
except ImportError:  # from version 2 on
    from mistralai.client import Mistral

import mlflow
import mlflow.mistral

SAID: Any = [{"role": "user", "content": "Hi"}]


def run(address: str) -> None:
    mlflow.mistral.autolog()
    client = Mistral(api_key="nobody's", server_url=address)
    client.chat.complete(model="mistral-small", messages=SAID, temperature=0.5)
    time.sleep(0.005)
    client.chat.complete(model="mistral-small", messages=SAID, tools=[TOOL])
    time.sleep(0.005)
    try:
        client.chat.complete(model="no-such-model", messages=SAID)
    except Exception:
        time.sleep(0.005)

    async def later() -> None:
        await client.chat.complete_async(model="mistral-small", messages=SAID)

    asyncio.run(later())
    mlflow.mistral.autolog(disable=True)
    client.chat.complete(model="mistral-small", messages=SAID)
