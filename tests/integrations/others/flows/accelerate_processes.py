"""The tracker of accelerate in two processes that torch's launcher starts: the first one logs."""

import os
import subprocess
import sys

if "RANK" not in os.environ:
    launcher = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    meeting = ["--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0", "--local-addr", "127.0.0.1"]
    subprocess.run([*launcher, *meeting, __file__], check=True, env={**os.environ, "GLOO_SOCKET_IFNAME": "lo"})
else:
    import torch
    from accelerate import Accelerator

    accelerator = Accelerator(log_with="mlflow", project_dir="out", cpu=True)
    accelerator.init_trackers("mine", config={"rate": 0.1}, init_kwargs={"mlflow": {"run_name": "one"}})
    for step in range(3):
        loss = torch.tensor([1.0 + accelerator.process_index])
        mean = accelerator.gather(loss).mean().item()
        accelerator.log({"loss": mean / (step + 1), "processes": accelerator.num_processes}, step=step)
    accelerator.end_training()
