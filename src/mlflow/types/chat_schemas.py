"""The fixed signatures of chat models and agents, and of completions and embeddings.

The schemas are those of MLflow 3.8.1, which it writes into every `MLmodel` file of such a model.
"""

from __future__ import annotations

from mlflow.types.data_type import DataType
from mlflow.types.nested import AnyDataType, AnyType, Array, Map, Object, Property
from mlflow.types.schema import ColSpec, Schema

_TEXT = DataType.string
_NUMBER = DataType.double
_WHOLE = DataType.long
_FLAG = DataType.boolean

Fields = dict[str, AnyDataType]


def _object(required: Fields, optional: Fields | None = None) -> Object:
    given = [Property(name, each) for name, each in required.items()]
    return Object(given + [Property(name, each, False) for name, each in (optional or {}).items()])


def _optional(**columns: AnyDataType) -> list[ColSpec]:
    return [ColSpec(each, name, required=False) for name, each in columns.items()]


def _required(**columns: AnyDataType) -> list[ColSpec]:
    return [ColSpec(each, name) for name, each in columns.items()]


_ANYTHING = Map(AnyType())
_USAGE = _object({"prompt_tokens": _WHOLE, "completion_tokens": _WHOLE, "total_tokens": _WHOLE})
_TOOL_CALLS = Array(
    _object({"id": _TEXT, "type": _TEXT, "function": _object({"name": _TEXT, "arguments": _TEXT})}),
)
_MESSAGE_FIELDS: Fields = {"content": _TEXT, "name": _TEXT, "tool_calls": _TOOL_CALLS, "tool_call_id": _TEXT}
_CHAT_MESSAGE = _object({"role": _TEXT}, {**_MESSAGE_FIELDS, "refusal": _TEXT})
_AGENT_MESSAGES = Array(_object({"role": _TEXT}, {**_MESSAGE_FIELDS, "id": _TEXT, "attachments": Map(_TEXT)}))
_TOOL_PARAM = _object({"type": _TEXT}, {"description": _TEXT, "enum": Array(_TEXT), "items": _object({"type": _TEXT})})
_TOOL_PARAMS = _object(
    {"properties": Map(_TOOL_PARAM)}, {"type": _TEXT, "required": Array(_TEXT), "additionalProperties": _FLAG}
)
_TOOLS = Array(
    _object(
        {"type": _TEXT},
        {"function": _object({"name": _TEXT, "parameters": _TOOL_PARAMS}, {"description": _TEXT, "strict": _FLAG})},
    )
)
_SAMPLING = _optional(temperature=_NUMBER, max_tokens=_WHOLE, stop=Array(_TEXT), n=_WHOLE, stream=_FLAG)

CHAT_MODEL_INPUT_SCHEMA = Schema(
    [
        *_required(messages=Array(_CHAT_MESSAGE)),
        *_SAMPLING,
        *_optional(top_p=_NUMBER, top_k=_WHOLE, frequency_penalty=_NUMBER, presence_penalty=_NUMBER, tools=_TOOLS),
        *_optional(custom_inputs=_ANYTHING),
    ]
)
CHAT_MODEL_OUTPUT_SCHEMA = Schema(
    [
        *_required(id=_TEXT, object=_TEXT, created=_WHOLE, model=_TEXT),
        *_required(choices=Array(_object({"index": _WHOLE, "message": _CHAT_MESSAGE, "finish_reason": _TEXT}))),
        *_optional(usage=_USAGE, custom_outputs=_ANYTHING),
    ]
)
CHAT_AGENT_INPUT_SCHEMA = Schema(
    [
        *_required(messages=_AGENT_MESSAGES),
        *_optional(context=_object({}, {"conversation_id": _TEXT, "user_id": _TEXT})),
        *_optional(custom_inputs=_ANYTHING, stream=_FLAG),
    ]
)
CHAT_AGENT_OUTPUT_SCHEMA = Schema(
    [
        *_required(messages=_AGENT_MESSAGES),
        *_optional(finish_reason=_TEXT, custom_outputs=_ANYTHING, usage=_USAGE),
    ]
)
COMPLETIONS_MODEL_INPUT_SCHEMA = Schema([*_required(prompt=_TEXT), *_SAMPLING])
COMPLETIONS_MODEL_OUTPUT_SCHEMA = Schema(
    _required(
        id=_TEXT,
        object=_TEXT,
        created=_WHOLE,
        model=_TEXT,
        choices=Array(_object({"index": _WHOLE, "text": _TEXT, "finish_reason": _TEXT})),
        usage=_USAGE,
    )
)
EMBEDDING_MODEL_INPUT_SCHEMA = Schema(_required(input=_TEXT))
EMBEDDING_MODEL_OUTPUT_SCHEMA = Schema(
    _required(
        object=_TEXT,
        data=Array(_object({"embedding": Array(_NUMBER), "index": _WHOLE, "object": _TEXT})),
        usage=_object({"prompt_tokens": _WHOLE, "total_tokens": _WHOLE}),
    )
)

_REASONING = _object({}, {"effort": _TEXT, "generate_summary": _TEXT})
_TYPED = Array(_object({"type": _TEXT}))  # items whose other fields depend on their type

RESPONSES_AGENT_INPUT_SCHEMA = Schema(
    [
        *_optional(context=_object({}, {"conversation_id": _TEXT, "user_id": _TEXT}), custom_inputs=_ANYTHING),
        *_required(input=Array(AnyType())),
        *_optional(max_output_tokens=_WHOLE, metadata=Map(_TEXT), parallel_tool_calls=_FLAG, reasoning=_REASONING),
        *_optional(store=_FLAG, stream=_FLAG, temperature=_NUMBER, text=AnyType(), tool_choice=AnyType()),
        *_optional(tools=_TYPED, top_p=_NUMBER, truncation=_TEXT, user=_TEXT),
    ]
)
_RESPONSE = _object(
    {"object": _TEXT, "output": _TYPED},
    {
        "created_at": _NUMBER,
        "custom_outputs": _ANYTHING,
        "error": _object({"message": _TEXT}, {"code": _TEXT}),
        "id": _TEXT,
        "incomplete_details": _object({}, {"reason": _TEXT}),
        "instructions": _TEXT,
        "max_output_tokens": _WHOLE,
        "metadata": Map(_TEXT),
        "model": _TEXT,
        "parallel_tool_calls": _FLAG,
        "previous_response_id": _TEXT,
        "reasoning": _REASONING,
        "status": _TEXT,
        "temperature": _NUMBER,
        "text": AnyType(),
        "tool_choice": AnyType(),
        "tools": _TYPED,
        "top_p": _NUMBER,
        "truncation": _TEXT,
        "usage": _object(
            {
                "input_tokens": _WHOLE,
                "input_tokens_details": _object({"cached_tokens": _WHOLE}),
                "output_tokens": _WHOLE,
                "output_tokens_details": _object({"reasoning_tokens": _WHOLE}),
                "total_tokens": _WHOLE,
            }
        ),
        "user": _TEXT,
    },
)
RESPONSES_AGENT_OUTPUT_SCHEMA = Schema([ColSpec(_RESPONSE)])
