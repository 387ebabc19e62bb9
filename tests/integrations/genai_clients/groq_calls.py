"""What is done with `groq`."""

from __future__ import annotations

import time
from typing import Any

import groq
from providers import TOOL

import mlflow
import mlflow.groq

SAID: Any = [{"role": "user", "content": "Hi"}]


def run(address: str) -> None:
    mlflow.groq.autolog()
    client = groq.Groq(max_retries=0, api_key="nobody's", base_url=address)
    client.chat.completions.create(model="llama", messages=SAID, temperature=0.5)
    time.sleep(0.005)
    client.chat.completions.create(model="llama", messages=SAID, tools=[TOOL])
    time.sleep(0.005)
    try:
        client.chat.completions.create(model="no-such-model", messages=SAID)
    except groq.NotFoundError:
        pass
    time.sleep(0.005)
    mlflow.groq.autolog(disable=True)
    client.chat.completions.create(model="llama", messages=SAID)
