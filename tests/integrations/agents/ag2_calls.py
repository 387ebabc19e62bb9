"""What is done with `autogen` of AG2."""

from __future__ import annotations

import time
from typing import Any

from autogen import ConversableAgent, GroupChat, GroupChatManager

import mlflow
import mlflow.ag2


def run(address: str) -> None:
    mlflow.ag2.autolog()
    config: Any = {
        "config_list": [{"model": "gpt-4o-mini", "api_key": "nobody's", "base_url": f"{address}/v1"}],
        "cache_seed": None,
    }
    plain: Any = {"human_input_mode": "NEVER", "max_consecutive_auto_reply": 5}
    assistant = ConversableAgent("assistant", llm_config=config, system_message="Be brief.", **plain)
    user = ConversableAgent("user", llm_config=False, **plain)
    user.initiate_chat(assistant, message="Hi", max_turns=1)
    time.sleep(0.01)

    @user.register_for_execution()
    @assistant.register_for_llm(description="The weather of a city.")
    def get_weather(city: str) -> str:
        return f"Rain in {city}"

    user.initiate_chat(assistant, message="Weather?", max_turns=2)
    time.sleep(0.01)
    others = [ConversableAgent(name, llm_config=config, **plain) for name in ("one", "two")]
    chat = GroupChat(agents=[user, *others], messages=[], max_round=3, speaker_selection_method="round_robin")
    user.initiate_chat(GroupChatManager(groupchat=chat, llm_config=config), message="Hi", max_turns=1)
    time.sleep(0.01)
    failing = {"config_list": [{**config["config_list"][0], "base_url": f"{address}/no-such-model"}]}
    try:
        user.initiate_chat(ConversableAgent("failing", llm_config=failing, **plain), message="Hi", max_turns=1)
    except Exception:
        time.sleep(0.01)
    mlflow.ag2.autolog(disable=True)
    user.initiate_chat(assistant, message="Hi", max_turns=1)
