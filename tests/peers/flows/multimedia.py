"""Images of every kind, figures, texts, dictionaries and tables: what is stored under which name, what is refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import re
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import PIL.Image
from refusals import refused

import mlflow
from mlflow import MlflowClient

matplotlib.use("agg")
RAMP = np.linspace(0, 1, 24)

ARRAYS: dict[str, np.ndarray] = {
    **{kind: np.arange(24).reshape(4, 6).astype(kind) for kind in ("int8", "uint8", "int16", "uint16", "int32")},
    **{kind: np.arange(24).reshape(4, 6).astype(kind) for kind in ("uint32", "int64", "uint64")},
    **{kind: RAMP.reshape(4, 6).astype(kind) for kind in ("float16", "float32", "float64")},
    "bool": RAMP.reshape(4, 6) > 0.5,
    "one channel": np.arange(24, dtype="uint8").reshape(4, 6, 1),
    "colours": np.arange(72, dtype="uint8").reshape(4, 6, 3),
    "colours and alpha": np.arange(96, dtype="uint8").reshape(4, 6, 4),
    "float colours": np.linspace(0, 1, 72).reshape(4, 6, 3),
    "bool colours": np.arange(72).reshape(4, 6, 3) % 2 == 0,
    "float above": RAMP.reshape(4, 6) * 3,
    "float below": RAMP.reshape(4, 6) - 0.5,
    "float all the same": np.full((4, 6), 7.0),
    "integers up to 255": np.array([[0, 255], [128, 1]]),
    "by columns": np.asfortranarray(np.arange(24, dtype="uint8").reshape(4, 6)),
    "one pixel": np.array([[200]], dtype="uint8"),
    "large": np.tile(np.arange(256, dtype="uint8"), (400, 2)),
    "tall": np.tile(np.arange(256, dtype="uint8"), (4, 1)).T.copy(),
    "above 255": np.array([[256]]),
    "below 0": np.array([[-1]]),
    "two channels": np.zeros((4, 6, 2), dtype="uint8"),
    "five channels": np.zeros((4, 6, 5), dtype="uint8"),
    "one axis": np.zeros(4, dtype="uint8"),
    "four axes": np.zeros((1, 4, 6, 3), dtype="uint8"),
    "complex": np.zeros((4, 6), dtype="complex64"),
    "text": np.array([["a", "b"]]),
    "objects": np.array([[1, 2]], dtype=object),
    "times": np.zeros((2, 2), dtype="datetime64[s]"),
}

PICTURES: dict[str, Any] = {
    mode: PIL.Image.fromarray(np.arange(72, dtype="uint8").reshape(4, 6, 3)).convert(mode)
    for mode in ("RGB", "RGBA", "L", "1", "P", "CMYK", "I", "LA")
}

KEYS = ["a", "deep/er/key", "with space", "dots.and-dashes_", "é", "a%b", "a#b", "", "a\\b", "a:b"]


def pixels(data: bytes) -> list[Any]:
    image = PIL.Image.open(io.BytesIO(data))
    if image.format == "WEBP":  # its bytes may differ by the version of the codec
        return [image.format, image.size]
    return [image.format, image.mode, image.size, hashlib.md5(np.asarray(image).tobytes()).hexdigest()[:8]]


def named(path: str) -> str:
    """The path of a stored file, without what differs by chance."""
    path = re.sub(r"[0-9a-z][0-9a-f]{7}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>", path)
    return re.sub(r"timestamp%1[7-9]\d{11}", "timestamp%<now>", path)


def shown(folder: str) -> list[Any]:
    """What is in a folder: the pixels of images, the bytes of everything else, with random parts of names replaced."""
    found = []
    for path in sorted(one for one in Path(folder).rglob("*") if one.is_file()):
        data = path.read_bytes()
        what = pixels(data) if path.suffix in (".png", ".webp", ".jpg", ".gif", ".bmp") else digest(data)
        found.append([named(str(path.relative_to(folder))), what])
    return sorted(found, key=lambda one: (one[0], str(one[1])))


def digest(data: bytes) -> str:
    text = data.decode(errors="replace")
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text) if len(data) < 2000 else str(len(data))


def down(run_id: str) -> list[Any]:
    return shown(MlflowClient().download_artifacts(run_id, "", tempfile.mkdtemp()))


def tags(run_id: str) -> dict[str, str]:
    found = MlflowClient().get_run(run_id).data.tags
    return {key: value for key, value in found.items() if key in ("mlflow.loggedImages", "mlflow.loggedArtifacts")}


def cells(table: pd.DataFrame) -> Any:
    """The names and the cells as texts; versions of pandas call gaps differently."""
    rows = table.astype(object).to_numpy().tolist()
    return [
        list(table.columns),
        [["gap" if cell is None or cell != cell else str(cell) for cell in row] for row in rows],
    ]


def single_images() -> dict[str, Any]:
    answer: dict[str, Any] = {}
    with mlflow.start_run() as run, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, array in ARRAYS.items():
            answer[name] = refused(lambda array=array, name=name: mlflow.log_image(array, f"arrays/{name}.png"))
        for mode, picture in PICTURES.items():
            answer[mode] = refused(lambda picture=picture, mode=mode: mlflow.log_image(picture, f"pil/{mode}.png"))
        for ending in ("jpg", "gif", "bmp", "webp", "nope", ""):
            image = mlflow.Image(ARRAYS["colours"])
            answer[f"as {ending}"] = refused(
                lambda image=image, ending=ending: mlflow.log_image(image, f"as/a.{ending}")
            )
        answer["no image"] = refused(lambda: mlflow.log_image("x", "x.png"))
        answer["a list"] = refused(lambda: mlflow.log_image([[1]], "x.png"))
        answer["neither"] = refused(lambda: mlflow.log_image(ARRAYS["uint8"]))
        answer["both"] = refused(lambda: mlflow.log_image(ARRAYS["uint8"], "x.png", key="k"))
        answer["file and step"] = refused(lambda: mlflow.log_image(ARRAYS["uint8"], "x.png", step=1))
        answer["step without key"] = refused(lambda: mlflow.log_image(ARRAYS["uint8"], step=1))
    return {"accepted": answer, "stored": down(run.info.run_id), "tags": tags(run.info.run_id)}


def series() -> dict[str, Any]:
    answer: dict[str, Any] = {}
    client = MlflowClient()
    with mlflow.start_run() as run:
        for key in KEYS:
            answer[repr(key)] = refused(
                lambda key=key: mlflow.log_image(ARRAYS["large"], key=key, step=1, timestamp=5, synchronous=True)
            )
        for step in (0, 3, -1, 10**9):
            mlflow.log_image(ARRAYS["colours"], key="steps", step=step, synchronous=True)
        answer["a half step"] = refused(
            lambda: mlflow.log_image(ARRAYS["colours"], key="half", step=1.5, synchronous=True)
        )
        mlflow.log_image(mlflow.Image(ARRAYS["tall"]), key="no step", synchronous=True)
        mlflow.log_image(PICTURES["P"], key="palette", synchronous=True)
        answer["CMYK"] = refused(lambda: mlflow.log_image(PICTURES["CMYK"], key="ink", synchronous=True))
        mlflow.log_image(ARRAYS["bool"], key="later", step=2, timestamp=7, synchronous=False)
        mlflow.flush_artifact_async_logging()
        client.log_image(run.info.run_id, ARRAYS["uint8"], key="client", step=2, timestamp=9, synchronous=True)
        client.log_image(run.info.run_id, ARRAYS["uint8"], artifact_file="one.png")
    # MLflow's server cannot give out all of these names, and its local store none with a slash in the key.
    listed = client.list_artifacts(run.info.run_id, "images")
    known = sorted(named(one.path) for one in listed)
    over_http = mlflow.get_tracking_uri().startswith("http")
    there = [] if over_http else [one.path for one in listed if "#" not in one.path]
    folder = tempfile.mkdtemp()
    for path in there:
        client.download_artifacts(run.info.run_id, path, folder)
    return {"accepted": answer, "names": known, "stored": shown(folder), "tags": tags(run.info.run_id)}


def images() -> dict[str, Any]:
    image = mlflow.Image(ARRAYS["colours"])
    file = os.path.join(tempfile.mkdtemp(), "a.png")
    image.save(file)
    return {
        "size": list(image.size),
        "list": hashlib.md5(str(image.to_list()).encode()).hexdigest(),
        "array": image.to_array().tolist() == ARRAYS["colours"].tolist(),
        "resized": list(image.resize((3, 2)).size),
        "type": type(image.to_pil()).__name__,
        "from a file": list(mlflow.Image(file).size),
        "from lists": mlflow.Image([[1, 2], [3, 4]]).to_list(),
        "from grey": str(mlflow.Image(ARRAYS["uint8"]).to_list()[:4]),
        "from a number": refused(lambda: mlflow.Image(5)),
    }


def figures() -> dict[str, Any]:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(2, 1))
    axes.plot([0, 1], [2, 3])
    answer: dict[str, Any] = {}
    with mlflow.start_run() as run:
        for name in ("a.png", "deep/b.jpg", "c.svg", "d.pdf", "e.nope", "f"):
            answer[name] = refused(lambda name=name: mlflow.log_figure(figure, name))
        answer["small"] = refused(lambda: mlflow.log_figure(figure, "s.png", save_kwargs={"dpi": 20}))
        answer["bad option"] = refused(lambda: mlflow.log_figure(figure, "s2.png", save_kwargs={"format": "nope"}))
        answer["axes"] = refused(lambda: mlflow.log_figure(axes, "axes.png"))
        MlflowClient().log_figure(run.info.run_id, figure, "client.png")
    stored = [[name, what[:3] if isinstance(what, list) else "bytes"] for name, what in down(run.info.run_id)]
    return {"accepted": answer, "stored": stored}


def texts() -> dict[str, Any]:
    answer: dict[str, Any] = {}
    values: dict[str, Any] = {
        "plain": {"a": [1, 2.5, None, True], "é": "ü"},
        "nested": {"b": {"c": {"d": []}}, "a": ()},
        "odd": {"path": Path("/x"), "day": dt.date(2020, 1, 1), "set": {1}, "array": np.arange(2), "np": np.float64(1)},
        "keys": {1: "a", None: "b", False: "c"},
        "numbers": {"nan": float("nan"), "inf": float("inf")},
        "list": [1, {"a": 2}],
        "text": "abc",
    }
    with mlflow.start_run() as run:
        for name, value in values.items():
            for ending in ("json", "yaml", "yml", "txt"):
                path = f"{name}.{ending}"
                answer[path] = refused(lambda value=value, path=path: mlflow.log_dict(value, path))
        for name in ("a.txt", "b.md", "c", "deep/d.html", ".hidden", "with space.txt"):
            answer[name] = refused(lambda name=name: mlflow.log_text(f"lines\r\nof {name}\n", name))
        for name in ("", "/abs", "../up", "a/../../b", "./c2.txt"):
            answer[name] = refused(lambda name=name: mlflow.log_text("x", name))
        answer["no text"] = refused(lambda: mlflow.log_text(5, "five.txt"))
        answer["bytes"] = refused(lambda: mlflow.log_text(b"x", "bytes.txt"))
    # What pickles into YAML by type is compared by its names only: yaml names the modules of the environment's numpy.
    stored = [[name, "…" if name.startswith("odd.y") else what] for name, what in down(run.info.run_id)]
    return {"accepted": {k: v.split(":")[0].split(" ")[0] for k, v in answer.items()}, "stored": stored}


def tables() -> dict[str, Any]:
    answer: dict[str, Any] = {}
    frame = pd.DataFrame(
        {
            "n": [1, 2],
            "x": [0.5, np.nan],
            "t": ["a", None],
            "when": [pd.Timestamp("2020-01-01"), pd.Timestamp("2021-02-03T04:05:06.789")],
            "list": [[1], []],
            "dict": [{"a": 1}, {}],
            "yes": [True, False],
        }
    )
    images_ = [mlflow.Image(ARRAYS["colours"]), mlflow.Image(ARRAYS["large"])]
    with mlflow.start_run() as run:
        for name, data in {
            "dict": {"a": [1, 2], "b": ["x", "y"]},
            "one row": {"a": 1, "b": "x"},
            "frame": frame,
            "empty": {"a": []},
            "no columns": {},
            "uneven": {"a": [1], "b": [1, 2]},
            "list": [1],
            "index": pd.DataFrame({"a": [1, 2]}, index=["p", "q"]),
            "image": {"i": images_, "n": [1, 2]},
            "mixed images": {"i": [images_[0], "text"]},
            "images and gaps": {"i": [images_[0], None]},
            "texts": {"a": ["001", "2020-01-01", "true"], "day": ["2020-01-01", "2021-01-01", "x"], "n": [1, None, 3]},
            "truths": {"a": [True, True, False], "b": [10**17, 1, 2], "c": [0.1, 1e300, -0.0]},
        }.items():
            answer[name] = refused(lambda data=data, name=name: mlflow.log_table(data, f"{name}.json"))
        for name in ("a.csv", "a", "a.JSON"):
            answer[name] = refused(lambda name=name: mlflow.log_table({"a": [1]}, name))
        mlflow.log_table({"a": [3], "b": ["w"], "c": [0.5]}, "dict.json")
        mlflow.log_table({"i": [images_[0]], "n": [3]}, "image.json")
        mlflow.log_table({"a": [9]}, "deep/er/table.json")
        MlflowClient().log_table(run.info.run_id, {"a": [4]}, "client.json")
    with mlflow.start_run() as second:
        mlflow.log_table({"a": [7], "b": ["z"]}, "dict.json")
    ids = [run.info.run_id, second.info.run_id]

    def load(*arguments: Any, **options: Any) -> Any:
        table = mlflow.load_table(*arguments, **options)
        return cells(table.sort_values("a"))

    return {
        "accepted": answer,
        "stored": down(run.info.run_id),
        "tags": [tags(one) for one in ids],
        "loaded": load("dict.json", run_ids=ids[:1]),
        "texts loaded": load("texts.json"),
        "truths loaded": load("truths.json"),
        "frame loaded": cells(mlflow.load_table("frame.json")),
        "loaded of both": load("dict.json", run_ids=ids),
        "loaded with ids": sorted(load("dict.json", run_ids=ids, extra_columns=["run_id"])[0]),
        "loaded of all": load("dict.json"),
        "nothing": refused(lambda: mlflow.load_table("nope.json")),
        "no such column": refused(lambda: mlflow.load_table("dict.json", run_ids=ids, extra_columns=["nope"])),
    }


def flow() -> dict[str, Any]:
    mlflow.set_experiment("multimedia")
    return {
        "single": single_images(),
        "series": series(),
        "image": images(),
        "figures": figures(),
        "texts": texts(),
        "tables": tables(),
    }


if __name__ == "__main__":
    answer = flow()
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(answer, file)
