"""What a run prints, kept with it; and the code that it ran.

python examples/console.py
"""

import subprocess
import sys
import time

import mlflow

mlflow.set_experiment("Console")

# For one run; MLFLOW_LOG_CONSOLE=true and MLFLOW_LOG_CODE=true for all.
with mlflow.start_run(run_name="talkative", log_console=True, log_code=True) as run:
    print("training begins")
    for step in range(1, 101):
        # A progress bar draws its line anew again and again; only what it shows at the end is kept.
        print(f"\rstep {step:3} of 100 [{'#' * (step // 5):20}]", end="", flush=True)
        time.sleep(0.002)
    print()
    subprocess.run([sys.executable, "-c", "print('a program that it started')"], check=True)
    print("a warning", file=sys.stderr)

log = mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/console/output.log")
print("\nkept with the run:")
for line in log.splitlines():
    print("  |", line)
packages = mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/code/packages.txt")
print(f"and {len(packages.splitlines()) - 1} packages with their versions")
