"""What is done with `boto3` and Amazon Bedrock."""

from __future__ import annotations

import json
import time
from typing import Any

import boto3

import mlflow
import mlflow.bedrock

SAID: Any = [{"role": "user", "content": [{"text": "Hi"}]}]
TOOL = {
    "toolSpec": {
        "name": "get_weather",
        "description": "The weather of a city.",
        "inputSchema": {"json": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}},
    }
}


def run(address: str) -> None:
    mlflow.bedrock.autolog()
    client = boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=address,
        aws_access_key_id="nobody's",
        aws_secret_access_key="nobody's",
    )
    client.converse(modelId="model-x", messages=SAID, inferenceConfig={"maxTokens": 9})
    time.sleep(0.01)
    client.converse(modelId="model-x", messages=SAID, toolConfig={"tools": [TOOL]})
    time.sleep(0.01)
    answer = client.invoke_model(modelId="model-x", body=json.dumps({"prompt": "Hi"}))
    assert json.loads(answer["body"].read())["completion"] == "there"
    time.sleep(0.01)
    try:
        client.converse(modelId="no-such-model", messages=SAID)
    except client.exceptions.ClientError:
        pass
    mlflow.bedrock.autolog(disable=True)
    client.converse(modelId="model-x", messages=SAID)
