"""A local server that speaks the wire protocols of OpenAI and Anthropic, with answers that never change."""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import aws

CREATED = 1_700_000_000
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def chat(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to `/v1/chat/completions`: what was said last, or a call of the first tool before it has answered."""
    messages = request["messages"]
    call = bool(request.get("tools")) and messages[-1]["role"] != "tool"
    text = '{"name": "Oslo"}' if request.get("response_format") else f"You said: {messages[-1].get('content')}"
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if call:
        function = {"name": request["tools"][0]["function"]["name"], "arguments": '{"city": "Oslo"}'}
        message = {"role": "assistant", "content": None}
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": CREATED,
        "model": request["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if call else "stop"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21},
    }


def chat_chunks(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer to a chat completion in pieces."""
    common = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": CREATED, "model": request["model"]}
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}, {"content": "Hello"}, {"content": " world"}]
    call = bool(request.get("tools")) and request["messages"][-1]["role"] != "tool"
    if call:
        function = {"name": request["tools"][0]["function"]["name"], "arguments": ""}
        deltas = [{"role": "assistant", "tool_calls": [{"index": 0, "id": "call_1", "type": "function"}]}]
        deltas[0]["tool_calls"][0]["function"] = function
        deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": part}}]} for part in ('{"city": ', '"Oslo"}')]
    chunks = [{**common, "choices": [{"index": 0, "delta": each, "finish_reason": None}]} for each in deltas]
    reason = "tool_calls" if call else "stop"
    chunks.append({**common, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    if (request.get("stream_options") or {}).get("include_usage"):
        usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
        chunks.append({**common, "choices": [], "usage": usage})
    return chunks


def mistral_chunks(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer of Mistral to `/v1/chat/completions` in pieces: a call of a tool comes whole, and the tokens last."""
    chunks = chat_chunks({**request, "tools": None, "stream_options": None})
    chunks[-1]["choices"][0]["delta"] = {"content": ""}
    if request.get("tools"):
        call = {"id": "call_1", "index": 0, "function": {"name": "get_weather", "arguments": '{"city": "Oslo"}'}}
        chunks[-1]["choices"][0]["delta"] = {"content": "", "tool_calls": [call]}
        chunks[-1]["choices"][0]["finish_reason"] = "tool_calls"
    return [*chunks[:-1], {**chunks[-1], "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}}]


def completion(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to `/v1/completions`."""
    choice = {"index": 0, "text": " there", "finish_reason": "stop", "logprobs": None}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    common = {"id": "cmpl-1", "object": "text_completion", "created": CREATED, "model": request["model"]}
    return {**common, "choices": [choice], "usage": usage}


def completion_chunks(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer to `/v1/completions` in pieces."""
    whole = {**completion(request), "usage": None}
    return [
        {**whole, "choices": [{"index": 0, "text": text, "finish_reason": reason, "logprobs": None}]}
        for text, reason in ((" the", None), ("re", "stop"))
    ]


def embeddings(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to `/v1/embeddings`."""
    return {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5]}],
        "model": request["model"],
        "usage": {"prompt_tokens": 2, "total_tokens": 2},
    }


def mistral_embeddings(request: dict[str, Any]) -> dict[str, Any]:
    """The answer of Mistral to `/v1/embeddings`."""
    usage = {"prompt_tokens": 2, "completion_tokens": 0, "total_tokens": 2}
    return {**embeddings(request), "id": "e1", "usage": usage}


def response(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to `/v1/responses`."""
    is_typed = ((request.get("text") or {}).get("format") or {}).get("type") == "json_schema"
    text = {"type": "output_text", "text": '{"name": "Oslo"}' if is_typed else "An answer.", "annotations": []}
    message = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [text]}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": CREATED,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": None,
        "model": request["model"],
        "output": [message],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "store": True,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": request.get("tools") or [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": {
            "input_tokens": 7,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 3,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 10,
        },
        "user": None,
        "metadata": {},
    }


def response_events(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer to `/v1/responses` in pieces."""
    done = response(request)
    begun = {**done, "status": "in_progress", "output": [], "usage": None}
    item = done["output"][0]
    empty, part = {**item, "content": []}, {**item["content"][0], "text": ""}
    where = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    return [
        {"type": "response.created", "sequence_number": 0, "response": begun},
        {"type": "response.output_item.added", "sequence_number": 1, "output_index": 0, "item": empty},
        {"type": "response.content_part.added", "sequence_number": 2, **where, "part": part},
        {"type": "response.output_text.delta", "sequence_number": 3, **where, "delta": "An answer.", "logprobs": []},
        {"type": "response.output_item.done", "sequence_number": 4, "output_index": 0, "item": item},
        {"type": "response.completed", "sequence_number": 5, "response": done},
    ]


def anthropic_message(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to `/v1/messages`."""
    last = request["messages"][-1]["content"]
    answered = isinstance(last, list) and any(part.get("type") == "tool_result" for part in last)
    call = bool(request.get("tools")) and not answered
    content: list[dict[str, Any]] = [{"type": "text", "text": "Good day."}]
    if call:
        content.append(
            {"type": "tool_use", "id": "toolu_1", "name": request["tools"][0]["name"], "input": {"city": "Oslo"}}
        )
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": content,
        "stop_reason": "tool_use" if call else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }


def anthropic_events(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer to `/v1/messages` in pieces."""
    begun = {**anthropic_message(request), "content": [], "stop_reason": None}
    return [
        {"type": "message_start", "message": {**begun, "usage": {"input_tokens": 10, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Good"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": " day."}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 5},
        },
        {"type": "message_stop"},
    ]


def gemini(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to Gemini's `generateContent`."""
    call = {"functionCall": {"name": "get_weather", "args": {"city": "Oslo"}}}
    said = request["contents"][-1]["parts"][-1]
    if "functionResponse" in said:
        said = {"text": "the tool"}
    elif request.get("tools"):
        said = call
    parts = [call] if said is call else [{"text": f"You said: {said['text']}"}]
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 6, "totalTokenCount": 10},
        "modelVersion": "gemini-x",
        "responseId": "r1",
    }


def gemini_chunks(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer to Gemini's `streamGenerateContent`."""
    usage = {"promptTokenCount": 4, "candidatesTokenCount": 2, "totalTokenCount": 6}
    return [
        {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}}], "usageMetadata": usage}
        for text in ("Hello", " world")
    ]


def gemini_embeddings(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to Gemini's `batchEmbedContents`."""
    return {"embeddings": [{"values": [0.25, -0.5]}]}


def bedrock(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to Bedrock's `Converse`."""
    call = {"toolUse": {"toolUseId": "t1", "name": "get_weather", "input": {"city": "Oslo"}}}
    content = [call] if request.get("toolConfig") else [{"text": "Good day."}]
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": "tool_use" if request.get("toolConfig") else "end_turn",
        "usage": {"inputTokens": 3, "outputTokens": 5, "totalTokens": 8},
        "metrics": {"latencyMs": 7},
    }


def bedrock_model(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to Bedrock's `InvokeModel`."""
    return {"completion": "there", "usage": {"input_tokens": 1, "output_tokens": 2}}


PLAIN: dict[str, Any] = {
    "/model/model-x/converse": bedrock,
    "/model/model-x/invoke": bedrock_model,
    "/openai/v1/chat/completions": chat,
    ":generateContent": gemini,
    ":countTokens": lambda request: {"totalTokens": 4},
    ":batchEmbedContents": gemini_embeddings,
    "/mistral/v1/chat/completions": chat,
    "/mistral/v1/agents/completions": lambda request: chat({**request, "model": "an agent"}),
    "/mistral/v1/fim/completions": lambda request: chat({**request, "messages": [{"content": request["prompt"]}]}),
    "/mistral/v1/embeddings": mistral_embeddings,
    "/v1/chat/completions": chat,
    "/v1/completions": completion,
    "/v1/embeddings": embeddings,
    "/v1/responses": response,
    "/v1/messages": anthropic_message,
}
STREAMED: dict[str, Any] = {
    "/openai/v1/chat/completions": chat_chunks,
    ":streamGenerateContent": gemini_chunks,
    "/v1/chat/completions": chat_chunks,
    "/v1/completions": completion_chunks,
    "/mistral/v1/chat/completions": mistral_chunks,
    "/mistral/v1/agents/completions": lambda request: mistral_chunks({**request, "model": "an agent"}),
    "/mistral/v1/fim/completions": lambda request: mistral_chunks({**request, "messages": []}),
    "/v1/responses": response_events,
    "/v1/messages": anthropic_events,
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        path = unquote(self.path.partition("?")[0])
        if path.startswith("/openai/deployments/"):  # Azure's way of naming a model
            path = f"/v1/{path.split('/', 4)[4]}"
        path = path[path.rindex(":") :] if ":" in path else path
        if request.get("model") == "no-such-model" or "no-such-model" in self.path:
            self._send(404, "application/json", json.dumps({"error": {"message": "no such model", "type": "x"}}))
        elif path.endswith(("/converse-stream", "/invoke-with-response-stream")):
            _, _, model, kind = path.split("/")
            events = aws.converse_events if kind == "converse-stream" else aws.invoke_events
            self._send(200, "application/vnd.amazon.eventstream", b"".join(events(request, model)))
        elif request.get("stream") or path == ":streamGenerateContent":
            events = STREAMED[path](request)
            lines = [
                (f"event: {each['type']}\n" if "type" in each else "") + f"data: {json.dumps(each)}\n\n"
                for each in events
            ]
            end = "data: [DONE]\n\n" if path.endswith("/chat/completions") else ""
            if request.get("model") == "breaks-off":
                self._send(200, "text/event-stream", "".join(lines[:2]), lost=9)
                return
            self._send(200, "text/event-stream", "".join(lines) + end)
        else:
            self._send(200, "application/json", json.dumps(PLAIN[path](request)))

    def _send(self, status: int, kind: str, answer: str | bytes, *, lost: int = 0) -> None:
        """Send an answer whose last bytes may get lost, with the connection."""
        data = answer.encode() if isinstance(answer, str) else answer
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data) + lost))
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = self.close_connection or lost > 0

    def handle(self) -> None:
        """Answer a connection; a client that is gone without a word is none of our business."""
        with contextlib.suppress(ConnectionResetError):
            super().handle()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The same moment always: clients keep headers of answers."""
        return "Tue, 14 Nov 2023 22:13:20 GMT"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def serve() -> ThreadingHTTPServer:
    """Start the server in a thread; `server.server_port` is where, `server.shutdown()` ends it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
