"""The pickle module that PyTorch models are written with: cloudpickle to write, pickle to read.

Its name stands in the files of saved models: `torch.load` gets the module of that name.
"""

# ruff: noqa: F401

from __future__ import annotations

from pickle import Unpickler

from cloudpickle import (
    CloudPickler,
    Pickler,
    dump,
    dumps,
    load,
    loads,
    register_pickle_by_value,
    unregister_pickle_by_value,
)
