"""Pipelines as chats, models with adapters, and models that are only referred to: what needs no second product."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import mlflow
from tests.integrations.deep.running import PRODUCTS, PROGRAMS, run_program

sys.path.insert(0, str(PROGRAMS))

import tiny

pytestmark = pytest.mark.timeout(600)

NO_LOOKING = {"pip_requirements": ["torch"]}


@pytest.fixture
def chat(tmp_path: Path) -> Any:
    path = str(tmp_path / "chat")
    config = {"do_sample": False, "max_new_tokens": 4}
    mlflow.transformers.save_model(
        tiny.generator(tmp_path), path, task="llm/v1/chat", model_config=config, **NO_LOOKING
    )
    return mlflow.pyfunc.load_model(path)


def ask(chat: Any, **settings: Any) -> dict[str, Any]:
    (answer,) = chat.predict({"messages": [{"role": "user", "content": "hello world"}], **settings})
    return dict(answer)


def test_a_chat_counts_tokens_and_says_why_it_ends(chat: Any) -> None:
    answer = ask(chat)
    assert answer["usage"] == {"prompt_tokens": 4, "completion_tokens": 4, "total_tokens": 8}
    assert answer["choices"][0]["finish_reason"] == "length"
    assert len(answer["choices"][0]["message"]["content"].split()) == 4


def test_a_chat_ends_before_a_text_that_stops_it(chat: Any) -> None:
    said = ask(chat)["choices"][0]["message"]["content"]
    (choice,) = ask(chat, stop=[said.split()[0]])["choices"]
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["content"] == ""


def test_a_chat_gives_several_answers_where_it_samples(chat: Any) -> None:
    answer = chat._model_impl.predict({"messages": [{"role": "user", "content": "hello"}], "n": 2}, {"do_sample": True})
    assert [each["index"] for each in answer[0]["choices"]] == [0, 1]


def test_messages_that_fit_no_chat_are_refused(chat: Any) -> None:
    chat._model_impl.pipeline.tokenizer.chat_template = "{{ raise_exception('roles must alternate') }}"
    with pytest.raises(mlflow.MlflowException, match="Failed to apply chat template: roles must alternate"):
        ask(chat)


def test_bytes_of_an_image_are_an_image(tmp_path: Path) -> None:
    path = str(tmp_path / "image")
    mlflow.transformers.save_model(tiny.image_pipeline(), path, **NO_LOOKING)
    model = mlflow.pyfunc.load_model(path)
    file = tiny.image_file(tmp_path)
    assert model._model_impl.predict(file.read_bytes()).equals(model.predict(str(file)))


def with_adapter(base: Any) -> Any:
    import peft
    import torch

    torch.manual_seed(3)
    config = peft.LoraConfig(r=2, target_modules=["c_attn"], task_type="CAUSAL_LM", init_lora_weights=False)
    return peft.get_peft_model(base, config).eval()


def logits(model: Any) -> list[float]:
    import torch

    with torch.no_grad():
        return [round(each, 4) for each in model(torch.tensor([[5, 6, 7]])).logits[0, -1].tolist()]


def test_a_model_with_an_adapter_predicts_the_same_again(tmp_path: Path) -> None:
    expected = logits(with_adapter(tiny.gpt()))
    assert expected != logits(tiny.gpt())
    parts = {"model": with_adapter(tiny.gpt()), "tokenizer": tiny.tokenizer(tmp_path)}
    mlflow.transformers.save_model(parts, str(tmp_path / "model"), task="text-generation", **NO_LOOKING)
    entry = yaml.safe_load((tmp_path / "model" / "MLmodel").read_text())["flavors"]["transformers"]
    assert (entry["peft_adaptor"], entry["pipeline_model_type"]) == ("peft", "GPT2LMHeadModel")
    loaded = mlflow.transformers.load_model(str(tmp_path / "model"), return_type="components")
    assert logits(loaded["model"]) == expected
    assert logits(loaded["model"].unload()) == logits(tiny.gpt())


def test_models_of_the_hub_are_referred_to_until_their_weights_are_fetched(tmp_path: Path) -> None:
    saved = run_program("millrace", "hub.py", "save", tmp_path)
    for name, has_weights in {
        "reference": False,
        "adapter": False,
        "persisted": True,
        "persisted adapter": True,
        "logged": True,
        "local": True,
    }.items():
        entry = saved[name]["entry"]
        assert saved[name]["weights"] == has_weights, name
        assert ("model_binary" in entry) == has_weights, name
        assert ("source_model_revision" in entry) != has_weights, name
    for product in PRODUCTS:
        for name, (logits, tokenizer) in run_program(product, "hub.py", "load", tmp_path).items():
            assert logits == saved["expected"]["adapter" if "adapter" in name else "plain"], (product, name)
            assert tokenizer.startswith("BertTokenizer")
