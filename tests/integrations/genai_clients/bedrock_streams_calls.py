"""What is streamed with `boto3` and Amazon Bedrock."""

from __future__ import annotations

import json
import time

import boto3
from bedrock_calls import SAID, TOOL

import mlflow
import mlflow.bedrock


def run(address: str) -> None:
    mlflow.bedrock.autolog()
    client = boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=address,
        aws_access_key_id="nobody's",
        aws_secret_access_key="nobody's",
    )
    answer = client.converse_stream(modelId="model-x", messages=SAID, inferenceConfig={"maxTokens": 9})
    assert [next(iter(event)) for event in answer["stream"]][::5] == ["messageStart", "metadata"]
    time.sleep(0.01)
    for _ in client.converse_stream(modelId="model-x", messages=SAID, toolConfig={"tools": [TOOL]})["stream"]:
        pass
    time.sleep(0.01)
    answer = client.invoke_model_with_response_stream(modelId="model-x", body=json.dumps({"prompt": "Hi"}))
    assert all("bytes" in event["chunk"] for event in answer["body"])
    time.sleep(0.01)
    mlflow.bedrock.autolog(disable=True)
    for _ in client.converse_stream(modelId="model-x", messages=SAID)["stream"]:
        pass
