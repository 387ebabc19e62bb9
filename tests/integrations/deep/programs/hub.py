"""Saves models of the hub as references to it (`save`), or loads what was saved (`load`): no hub is reached."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

os.environ["HF_HOME"] = os.path.join(sys.argv[2], "home")
os.environ["HF_HUB_OFFLINE"] = "1"

import report
import tiny
import torch
import transformers
import yaml

import mlflow

HERE = Path(sys.argv[2])
REVISION = "0123456789abcdef0123456789abcdef01234567"
NAMES = ("reference", "adapter", "persisted", "logged", "persisted adapter")
NO_LOOKING = {"pip_requirements": ["torch"]}


def fill_cache() -> None:
    """Put a model where one lies that was fetched from the hub."""
    repository = HERE / "home" / "hub" / "models--tiny--gpt"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(REVISION)
    tiny.gpt().save_pretrained(repository / "snapshots" / REVISION)
    tiny.tokenizer(HERE).save_pretrained(repository / "snapshots" / REVISION)


def parts(adapter: bool = False) -> dict[str, Any]:
    model = transformers.AutoModelForCausalLM.from_pretrained("tiny/gpt")
    return {
        "model": with_adapter(model) if adapter else model,
        "tokenizer": transformers.AutoTokenizer.from_pretrained("tiny/gpt"),
    }


def with_adapter(base: Any) -> Any:
    import peft

    torch.manual_seed(3)
    config = peft.LoraConfig(r=2, target_modules=["c_attn"], task_type="CAUSAL_LM", init_lora_weights=False)
    return peft.get_peft_model(base, config).eval()


def save() -> Any:
    fill_cache()
    write, persist = mlflow.transformers.save_model, mlflow.transformers.persist_pretrained_model
    plain = {"task": "text-generation", **NO_LOOKING}
    write(parts(), str(HERE / "reference"), save_pretrained=False, **plain)
    write(parts(adapter=True), str(HERE / "adapter"), **plain)
    for name, adapter in (("persisted", False), ("persisted adapter", True)):
        write(parts(adapter), str(HERE / name), save_pretrained=False, **plain)
        persist(str(HERE / name))
    report.start(HERE)
    info = mlflow.transformers.log_model(parts(), name="model", save_pretrained=False, **plain)
    persist(info.model_uri)
    mlflow.artifacts.download_artifacts(info.model_uri, dst_path=str(HERE / "logged"))
    local = {"model": tiny.gpt(), "tokenizer": tiny.tokenizer(HERE)}
    write(local, str(HERE / "local"), save_pretrained=False, **plain)
    return {name: described(HERE / name) for name in (*NAMES, "local")} | {
        "expected": {"plain": logits(tiny.gpt()), "adapter": logits(with_adapter(tiny.gpt()))}
    }


def described(path: Path) -> dict[str, Any]:
    entry = yaml.safe_load((path / "MLmodel").read_text())["flavors"]["transformers"]
    return {"entry": entry, "weights": (path / "model" / "model.safetensors").exists()}


def logits(model: Any) -> list[float]:
    with torch.no_grad():
        return [round(each, 4) for each in model.eval()(torch.tensor([[5, 6, 7]])).logits[0, -1].tolist()]


def load() -> Any:
    found = {}
    for name in NAMES:
        loaded = mlflow.transformers.load_model(str(HERE / name), return_type="components")
        found[name] = [logits(loaded["model"]), type(loaded["tokenizer"]).__name__]
    return found


report.answer(save() if sys.argv[1] == "save" else load())
