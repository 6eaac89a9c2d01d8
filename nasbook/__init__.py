"""nasbook: neural architecture search, written to be read.

Each file is one box of the book's overall figure, and data flows one way, from top to bottom:
`datasets`, `own_data` > `space` > `networks` > `metrics` > `checkpoints`, `batches` > `training`, `table` >
`strategies` > `executors`, `journal` > `study` > `statistics` > `plots`, `widgets`. A `trial` is what flows.

Names are imported when they are first used, so that `python -m nasbook check` can speak even where
TensorFlow cannot be imported, and so that a search that trains nothing does not wait for it.
"""

import importlib
import os

# TensorFlow reads these when it is first imported. oneDNN's convolutions are several times faster on a
# CPU, and TensorFlow turns them on by itself only for some processors.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # the same for Keras on JAX

_PUBLIC = {
    "datasets": ["load", "Dataset"],
    "own_data": ["load_folder", "load_arrays"],
    "space": ["Choice", "SearchSpace", "Architecture", "Layer", "layers", "lenet_space", "article_space"],
    "networks": ["build", "cost", "trace", "lenet5", "lenet5_article", "lenet5_1998"],
    "trial": ["Trial"],
    "training": ["Trainer", "train", "final_test", "final_tests"],
    "table": ["Table"],
    "strategies": [
        *("Candidate", "RandomSearch", "Genetic", "AgingEvolution", "LocalSearch", "Bayesian"),
        *("Reinforce", "RecurrentController", "NSGA2", "SuccessiveHalving", "Hyperband"),
    ],
    "executors": ["Processes", "WorkerDied"],
    "study": ["search", "Budget", "History"],
    "checks": ["check"],
    "environment": ["setup", "by_mode"],
}
_HOME = {name: module for module, names in _PUBLIC.items() for name in names}
_MODULES = [
    "datasets",
    "environment",
    "executors",
    "journal",
    "metrics",
    "networks",
    "own_data",
    "pareto",
    "plots",
    "space",
    "statistics",
    "strategies",
    "study",
    "training",
    "widgets",
    "zero_cost",
]

__all__ = sorted([*_HOME, *_MODULES])


def __getattr__(name: str):
    if name in _HOME:
        return getattr(importlib.import_module(f"nasbook.{_HOME[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"nasbook.{name}")
    raise AttributeError(f"nasbook has no {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__
