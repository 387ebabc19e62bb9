"""Draw docs/images/quickstart.svg from a real run of the quickstart: what it prints, and the curves that it logged."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

import mlflow

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "images" / "quickstart.svg"
LINE, WIDTH, CHART, MARGIN = 18, 860, 220, 24
COLOURS = ("#4c9aff", "#36b37e", "#ffab00")


def main() -> None:
    """Run the quickstart in an empty folder, read back what it logged, and draw both."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, str(ROOT / "examples" / "quickstart.py")],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        printed = [re.sub(r"(Tracked in ).*", r"\1./mlruns", line) for line in done.stdout.splitlines()]
        curves = learning_curves(str(Path(folder) / "mlruns"))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(draw(["$ python examples/quickstart.py", *printed], curves), "utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}", file=sys.stderr)


def learning_curves(store: str) -> dict[str, list[float]]:
    """The validation loss of each child run of the sweep, by the run's name."""
    client = mlflow.MlflowClient(store)
    experiment = client.get_experiment_by_name("MLflow Quickstart")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id], "params.rate LIKE '%'", order_by=["params.rate ASC"])
    return {
        str(run.info.run_name): [point.value for point in client.get_metric_history(run.info.run_id, "val_loss")]
        for run in runs
    }


def draw(lines: list[str], curves: dict[str, list[float]]) -> str:
    """A terminal with the lines, and below it the curves on a logarithmic scale in the colour of their rate."""
    top = MARGIN + LINE * (len(lines) + 1)
    height = top + CHART + 2 * MARGIN
    rates = list(dict.fromkeys(name.split(",")[0] for name in curves))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace"',
        ' font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#172b4d"/>',
    ]
    for number, line in enumerate(lines):
        colour = "#8993a4" if line.startswith("$") else "#ffffff"
        y = MARGIN + LINE * number
        parts.append(f'<text x="{MARGIN}" y="{y}" fill="{colour}" xml:space="preserve">{escape(line)}</text>')
    values = [value for curve in curves.values() for value in curve]
    for name, curve in curves.items():
        colour = COLOURS[rates.index(name.split(",")[0]) % len(COLOURS)]
        points = " ".join(place(step, value, len(curve), values, top) for step, value in enumerate(curve))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5" opacity="0.85"/>')
    parts.append(f'<text x="{MARGIN}" y="{top + CHART + MARGIN}" fill="#8993a4">val_loss over 50 epochs</text>')
    for number, rate in enumerate(rates):
        x = WIDTH // 3 + 150 * number
        parts.append(f'<text x="{x}" y="{top + CHART + MARGIN}" fill="{COLOURS[number]}">{escape(rate)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def place(step: int, value: float, steps: int, values: list[float], top: int) -> str:
    """Where a point is, as SVG writes it."""
    low, high = min(values), max(values)
    x = MARGIN + (WIDTH - 2 * MARGIN) * step / max(steps - 1, 1)
    # the fourth root shows both the first epochs and the differences at the end
    y = top + CHART * (1 - ((value - low) / ((high - low) or 1)) ** 0.25)
    return f"{x:.1f},{y:.1f}"


if __name__ == "__main__":
    main()
