"""The tracker of accelerate."""

from accelerate import Accelerator

accelerator = Accelerator(log_with="mlflow", project_dir="out", cpu=True)
accelerator.init_trackers("mine", config={"rate": 0.1, "layers": 3}, init_kwargs={"mlflow": {"run_name": "one"}})
for step in range(3):
    accelerator.log({"loss": 1 / (step + 1), "epoch": step, "text": "not a number"}, step=step)
tracker = accelerator.get_tracker("mlflow")
with open("note.txt", "w") as file:
    file.write("hello")
tracker.log_artifact("note.txt", "notes")
accelerator.end_training()
