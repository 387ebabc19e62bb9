"""Train 57 small networks on pictures of handwritten digits, and keep track of everything about them.

A sweep like many: three optimizers, 19 settings each as child runs, learning curves of 300 steps, pictures of what the
networks look at, the best ones kept as models and registered. The training is real and takes a few seconds, because
the 19 networks of a parent are trained at once, in numpy. Only the times are made up, so that a night's work is seen,
and with them the machine's load.

Nothing here is particular to Millrace. `demo_data.py` runs this for a page full of things to look at.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from digits_files import log_files
from sklearn.datasets import load_digits
from sklearn.metrics import f1_score, recall_score
from sklearn.neural_network import MLPClassifier

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.models import infer_signature

EXPERIMENT = "digits-sweep"
MODEL = "digits-classifier"
OPTIMIZERS = ("sgd", "momentum", "adam")
CHILDREN, STEPS, HIDDEN, LARGEST_BATCH = 19, 300, 24, 128
PICTURED = range(0, STEPS, 50)
CURVES = ("train/loss", "train/accuracy", "val/loss", "val/accuracy")
MINUTE_MS = 60_000


@dataclass
class Setting:
    """What one network is trained with."""

    optimizer: str
    learning_rate: float
    batch_size: int
    weight_decay: float
    seed: int


@dataclass
class Trained:
    """A network, and how its training went."""

    setting: Setting
    layers: list[np.ndarray]
    curves: dict[str, np.ndarray]
    pictures: dict[int, np.ndarray] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """By what the best one is found; a network that diverged has none."""
        return float(np.nan_to_num(self.curves["val/accuracy"][-1]))


class Data:
    """The digits, split into three."""

    def __init__(self) -> None:
        pictures, digits = load_digits(return_X_y=True)
        order = np.random.default_rng(0).permutation(len(digits))
        x, y = (pictures[order] / 16).astype(np.float32), digits[order]
        self.train, self.val, self.test = (x[:1200], y[:1200]), (x[1200:1400], y[1200:1400]), (x[1400:], y[1400:])


def sweep() -> str:
    """Train and log everything; returns the experiment's id."""
    data, client = Data(), MlflowClient()
    experiment = mlflow.set_experiment(EXPERIMENT).experiment_id
    mlflow.set_experiment_tags({"mlflow.note.content": "**Handwritten digits**, three optimizers.", "team": "vision"})
    now = int(time.time() * 1000)
    best = []
    for number, optimizer in enumerate(OPTIMIZERS):
        start = now - (3 - number) * 26 * 60 * MINUTE_MS
        parent = client.create_run(experiment, start, {"stage": "search"}, f"{optimizer} sweep").info.run_id
        client.log_batch(parent, params=[Param("optimizer", optimizer), Param("children", str(CHILDREN))])
        networks = train(settings(optimizer), data)
        children = [
            log_child(client, experiment, parent, network, data, start + place * 3 * MINUTE_MS)
            for place, network in enumerate(networks)
        ]
        ranked = sorted(zip(children, networks, strict=True), key=lambda one: -one[1].score)
        client.log_batch(parent, metrics=[Metric("best/val_accuracy", ranked[0][1].score, start, 0)])
        client.set_terminated(parent, end_time=start + (CHILDREN + 1) * 3 * MINUTE_MS)
        for run_id, network in ranked[:2]:
            best.append((network, run_id, log_model(client, run_id, network, data)))
        client.set_tag(ranked[0][0], "stage", "best")
        log_files(client, ranked[0][0], data.test, predict(ranked[0][1].layers, data.test[0]))
    register(client, best)
    log_failed(client, experiment, now)
    log_running(client, experiment, now, networks[0])
    return experiment


def settings(optimizer: str) -> list[Setting]:
    """Nineteen settings by chance, the same ones each time; some learning rates are too high on purpose."""
    rng = np.random.default_rng(OPTIMIZERS.index(optimizer))
    low, high = {"sgd": (-2.0, 1.4), "momentum": (-2.5, 0.8), "adam": (-3.5, -0.3)}[optimizer]
    rates = 10 ** np.sort(rng.uniform(low, high, CHILDREN))
    return [
        Setting(
            optimizer, float(f"{rate:.2g}"), int(rng.choice([16, 32, 64, 128])), float(rng.choice([0, 1e-4, 1e-2])), n
        )
        for n, rate in enumerate(rates)
    ]


def train(wanted: list[Setting], data: Data) -> list[Trained]:
    """Train a network for each setting, all at once."""
    rng = np.random.default_rng(7)
    count = len(wanted)
    layers = [
        rng.normal(0, 0.2, (count, 64, HIDDEN)).astype(np.float32),
        np.zeros((count, 1, HIDDEN), np.float32),
        rng.normal(0, 0.3, (count, HIDDEN, 10)).astype(np.float32),
        np.zeros((count, 1, 10), np.float32),
    ]
    memory = [[np.zeros_like(layer) for layer in layers] for _ in range(2)]
    weights = np.array([[(n < one.batch_size) / one.batch_size for n in range(LARGEST_BATCH)] for one in wanted])
    decay = np.array([one.weight_decay for one in wanted], np.float32)[:, None, None]
    rates = np.array([one.learning_rate for one in wanted], np.float32)[:, None, None]
    curves = {key: np.zeros((count, STEPS)) for key in CURVES}
    pictures: list[dict[int, np.ndarray]] = [{} for _ in wanted]
    with np.errstate(all="ignore"):  # the networks that diverge are part of the picture
        for step in range(STEPS):
            if step in PICTURED:
                for number in range(count):
                    pictures[number][step] = picture(layers[0][number])
            chosen = rng.integers(0, len(data.train[1]), (count, LARGEST_BATCH))
            loss, right, gradient = learn(layers, data.train[0][chosen], data.train[1][chosen], weights)
            curves["train/loss"][:, step], curves["train/accuracy"][:, step] = loss, right
            curves["val/loss"][:, step], curves["val/accuracy"][:, step] = judge(layers, *data.val)
            for number, slope in enumerate(gradient):
                change = moved(wanted[0].optimizer, slope + decay * layers[number], memory, number, step)
                layers[number] = layers[number] - rates * change
    return [
        Trained(one, [layer[n] for layer in layers], {key: curve[n] for key, curve in curves.items()}, pictures[n])
        for n, one in enumerate(wanted)
    ]


def moved(optimizer: str, slope: np.ndarray, memory: list[list[np.ndarray]], layer: int, step: int) -> np.ndarray:
    """The direction in which an optimizer goes, given the slope."""
    if optimizer == "sgd":
        return slope
    kept, squares = memory
    kept[layer] = 0.9 * kept[layer] + (slope if optimizer == "momentum" else 0.1 * slope)
    if optimizer == "momentum":
        return kept[layer]
    squares[layer] = 0.999 * squares[layer] + 0.001 * slope**2
    return (kept[layer] / (1 - 0.9 ** (step + 1))) / (np.sqrt(squares[layer] / (1 - 0.999 ** (step + 1))) + 1e-8)


def forward(layers: list[np.ndarray], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The hidden units, and the probability of each digit."""
    hidden = np.maximum(x @ layers[0] + layers[1], 0)
    scores = hidden @ layers[2] + layers[3]
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return hidden, powers / powers.sum(-1, keepdims=True)


def learn(
    layers: list[np.ndarray], x: np.ndarray, y: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Loss, accuracy and slopes of a batch for each network."""
    hidden, shares = forward(layers, x)
    truth = np.eye(10, dtype=np.float32)[y]
    loss = -(np.log((shares * truth).sum(-1)) * weights).sum(-1)
    right = ((shares.argmax(-1) == y) * weights).sum(-1)
    wrong = ((shares - truth) * weights[..., None]).astype(np.float32)
    back = (wrong @ layers[2].swapaxes(-1, -2)) * (hidden > 0)
    slopes = [
        x.swapaxes(-1, -2) @ back,
        back.sum(-2, keepdims=True),
        hidden.swapaxes(-1, -2) @ wrong,
        wrong.sum(-2, keepdims=True),
    ]
    return loss, right, slopes


def judge(layers: list[np.ndarray], x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Loss and accuracy on data that was not trained on."""
    _, shares = forward(layers, x)
    with np.errstate(divide="ignore"):  # the loss of a network that is sure of something wrong is infinite
        loss = -np.log(shares[..., np.arange(len(y)), y]).mean(-1)
    return loss, (shares.argmax(-1) == y).mean(-1)


def predict(layers: list[np.ndarray], x: np.ndarray) -> np.ndarray:
    """The probability of each digit for each picture, by one network."""
    return forward(layers, x)[1]


def picture(first: np.ndarray) -> np.ndarray:
    """What the hidden units look at, as a grey picture of four rows of six."""
    low, high = np.nanmin(first), np.nanmax(first)
    grey = np.nan_to_num((first - low) / ((high - low) or 1)) * 255
    rows = grey.T.reshape(4, 6, 8, 8).swapaxes(1, 2).reshape(32, 48)
    return np.kron(rows, np.ones((4, 4))).astype(np.uint8)


def log_child(client: MlflowClient, experiment: str, parent: str, network: Trained, data: Data, start: int) -> str:
    """One network as a child run: its settings, curves and results."""
    one = network.setting
    name = f"{one.optimizer} {one.learning_rate:g}"
    tags = {"mlflow.parentRunId": parent, "stage": "search", "mlflow.source.name": "digits_sweep.py"}
    run_id = str(client.create_run(experiment, start, tags, name).info.run_id)
    config = {
        "model": {"hidden": HIDDEN, "activation": "relu"},
        "optimizer": {"name": one.optimizer, "rate": one.learning_rate},
    }
    params = {
        "optimizer": one.optimizer,
        "learning_rate": one.learning_rate,
        "batch_size": one.batch_size,
        "weight_decay": one.weight_decay,
        "seed": one.seed,
        "hidden": HIDDEN,
        "activation": "relu",
        "steps": STEPS,
        "config": json.dumps(config),
    }
    client.log_batch(run_id, params=[Param(key, str(value)) for key, value in params.items()])
    pace = 400 + 3 * one.batch_size
    points = [
        Metric(key, float(value), start + step * pace, step)
        for key, curve in network.curves.items()
        for step, value in enumerate(curve)
    ]
    end = start + STEPS * pace
    points += [Metric(key, value, end, STEPS - 1) for key, value in results(network, data, pace)]
    for begin in range(0, len(points), 1000):
        client.log_batch(run_id, metrics=points[begin : begin + 1000])
    client.set_terminated(run_id, end_time=end)
    return run_id


def results(network: Trained, data: Data, pace: int) -> Iterator[tuple[str, float]]:
    """The metrics that are known at the end."""
    x, y = data.test
    losses = network.curves["val/loss"]
    shares = predict(network.layers, x)
    guess = shares.argmax(-1)
    loss, accuracy = judge([layer[None] for layer in network.layers], x, y)
    yield "val/best_loss", float(np.nanmin(losses))
    yield "val/best_step", float(np.nanargmin(losses))
    yield "test/loss", float(loss[0])
    yield "test/accuracy", float(accuracy[0])
    yield "test/f1_macro", float(f1_score(y, guess, average="macro", zero_division=0))
    yield "test/confidence", float(shares.max(-1).mean())
    for digit, recall in enumerate(recall_score(y, guess, average=None, labels=range(10), zero_division=0)):
        yield f"test/recall/digit_{digit}", float(recall)
    yield "time/per_step_ms", float(pace)
    yield "time/total_s", STEPS * pace / 1000
    yield "model/parameters", float(sum(layer.size for layer in network.layers))
    yield "model/weight_norm", float(np.sqrt(sum((layer.astype(float) ** 2).sum() for layer in network.layers)))


def log_model(client: MlflowClient, run_id: str, network: Trained, data: Data) -> str:
    """Add to a run its network as a model, the data it saw, pictures by step and the machine's load."""
    run = client.get_run(run_id)
    model = MLPClassifier((HIDDEN,), max_iter=1).partial_fit(
        data.train[0][:20], data.train[1][:20], classes=list(range(10))
    )
    model.coefs_ = [network.layers[0], network.layers[2]]
    model.intercepts_ = [network.layers[1][0], network.layers[3][0]]
    with mlflow.start_run(run_id=run_id):
        for what, (x, y) in {"train": data.train, "test": data.test}.items():
            mlflow.log_input(mlflow.data.from_numpy(x, targets=y, name=f"digits-{what}"), context=what)
        info = mlflow.sklearn.log_model(
            model,
            name="network",
            signature=infer_signature(data.test[0][:5], model.predict(data.test[0][:5])),
            input_example=data.test[0][:2],
            pip_requirements=["scikit-learn", "numpy"],
            params={"hidden": HIDDEN, "learning_rate": network.setting.learning_rate},
            tags={"size": "small"},
        )
        test = mlflow.data.from_numpy(data.test[0], targets=data.test[1], name="digits-test")
        mlflow.log_metrics({"accuracy": network.score}, model_id=info.model_id, dataset=test)
    for step, pixels in network.pictures.items():
        client.log_image(run_id, pixels, key="hidden units", step=step)
    log_load(client, run_id, run.info.start_time, run.info.end_time)
    client.log_batch(
        run_id, tags=[RunTag("mlflow.note.content", f"One of the best with **{network.setting.optimizer}**.")]
    )
    client.set_terminated(run_id, end_time=run.info.end_time)
    return str(info.model_id)


def log_load(client: MlflowClient, run_id: str, start: int, end: int) -> None:
    """Add the system metrics of a machine that is busy while its run lasts."""
    rng = np.random.default_rng(start % 2**32)
    shapes = {
        "cpu_utilization_percentage": (60, 15),
        "system_memory_usage_megabytes": (5200, 150),
        "system_memory_usage_percentage": (33, 1),
        "gpu_0_utilization_percentage": (85, 10),
        "gpu_0_memory_usage_megabytes": (3100, 40),
        "network_receive_megabytes": (4, 3),
        "disk_usage_percentage": (41, 0.1),
    }
    times = np.linspace(start, end, 60).astype(int)
    points = [
        Metric(f"system/{key}", float(value), int(when), step)
        for key, (middle, spread) in shapes.items()
        for step, (when, value) in enumerate(
            zip(times, rng.normal(middle, spread, 60).clip(0, 100 if key.endswith("percentage") else None), strict=True)
        )
    ]
    client.log_batch(run_id, metrics=points)


def register(client: MlflowClient, best: list[tuple[Trained, str, str]]) -> None:
    """Register the best model of each optimizer, and say which one is in use."""
    client.create_registered_model(MODEL, {"team": "vision"}, "Reads a handwritten digit from 8 × 8 pixels.")
    chosen = best[::2]
    for network, run_id, model_id in chosen:
        about = f"Trained with {network.setting.optimizer}."
        client.create_model_version(
            MODEL, f"models:/{model_id}", run_id, {"checked": "yes"}, description=about, model_id=model_id
        )
    champion = max(range(len(chosen)), key=lambda number: chosen[number][0].score)
    client.set_registered_model_alias(MODEL, "champion", str(champion + 1))
    client.set_registered_model_alias(MODEL, "challenger", str((champion + 1) % len(chosen) + 1))


def log_failed(client: MlflowClient, experiment: str, now: int) -> None:
    """A run that ended early."""
    start = now - 90 * MINUTE_MS
    run_id = client.create_run(
        experiment, start, {"stage": "final", "error": "out of memory"}, "wide network"
    ).info.run_id
    client.log_batch(run_id, params=[Param("optimizer", "adam"), Param("hidden", "65536")])
    points = [Metric("train/loss", 2.3 - step / 50, start + step * 900, step) for step in range(20)]
    client.log_batch(run_id, metrics=points)
    client.log_text(run_id, "Traceback (most recent call last):\n  …\nMemoryError: 16 GiB\n", "error.txt")
    client.set_terminated(run_id, "FAILED", end_time=start + 20 * 900)


def log_running(client: MlflowClient, experiment: str, now: int, network: Trained) -> None:
    """A run that goes on."""
    start = now - 2 * MINUTE_MS
    run_id = client.create_run(experiment, start, {"stage": "final"}, "long training").info.run_id
    client.log_batch(
        run_id, params=[Param("optimizer", "adam"), Param("learning_rate", "0.0005"), Param("steps", "3000")]
    )
    points = [
        Metric(key, float(value), start + step * 500, step)
        for key, curve in network.curves.items()
        for step, value in enumerate(curve[:240])
    ]
    client.log_batch(run_id, metrics=points)


if __name__ == "__main__":
    began = time.perf_counter()
    sweep()
    print(f"Logged {EXPERIMENT!r} in {time.perf_counter() - began:.1f} s to {mlflow.get_tracking_uri()}")
