"""What is done with `litellm`."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm

import mlflow
import mlflow.litellm

SAID: Any = [{"role": "user", "content": "Hi"}]


def run(address: str) -> None:
    mlflow.litellm.autolog()
    options: Any = {"model": "openai/gpt-4o-mini", "api_base": f"{address}/v1", "api_key": "nobody's"}
    litellm.completion(messages=SAID, temperature=0.5, **options)
    time.sleep(1)
    for _ in litellm.completion(messages=SAID, stream=True, **options):
        pass
    time.sleep(1)

    async def later() -> None:
        await litellm.acompletion(messages=SAID, **options)
        await asyncio.sleep(1)

    asyncio.run(later())
    mlflow.litellm.autolog(disable=True)
    litellm.completion(messages=SAID, **options)
    time.sleep(1)
