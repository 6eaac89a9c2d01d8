"""nasbook: neural architecture search, written to be read.

The heart is flat, one box of the book's overall figure a file; read it from the bottom to the top:

    statistics  zero_cost  final_testing       | who wins, and what is it worth?
    study  training                           | the loop, and what evaluates
    table  networks  strategies/              | what is evaluated, and who proposes it
    space  datasets  metrics  trial  pareto   | the ground

Five wings stand around it, each for those who need it: `engine` (parallel and crash-safe), `tasks` (one
domain a file), `sharing` (one network that holds all), `figures` (plots and widgets), `course` (setup,
exercises, command line). Nothing imports upward.

Names are imported when they are first used, so that `python -m nasbook check` can speak even where
TensorFlow cannot be imported, and so that a search that trains nothing does not wait for it.
"""

import importlib
import os
import sys
import warnings

# TensorFlow reads these when it is first imported. oneDNN's convolutions are several times faster on a
# CPU, and TensorFlow turns them on by itself only for some processors.
if sys.modules.get("tensorflow") and "TF_ENABLE_ONEDNN_OPTS" not in os.environ:
    advice = "Keras or TensorFlow was imported before nasbook, which makes both several times faster on a CPU"
    warnings.warn(f"{advice}: import nasbook first.", stacklevel=2)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # the same for Keras on JAX

_PUBLIC = {
    "datasets": ["Dataset", "Examples"],
    "tasks.book_images": ["load"],
    "tasks.drawn": ["Drawn"],
    "tasks.own_images": ["load_folder", "load_arrays"],
    "tasks.own_boxes": ["load_boxes"],
    "tasks.own_masks": ["load_masks"],
    "tasks.scenes": ["load_scenes"],
    "tasks.languages": ["load_languages"],
    "tasks.own_text": ["load_text"],
    "tasks.verses": ["load_prose", "load_translation"],
    "tasks.text_space": ["text_space"],
    "tasks.speech": ["load_digits"],
    "tasks.own_sounds": ["load_sounds"],
    "tasks.speech_space": ["speech_space"],
    "tasks.ratings": ["load_lecturers"],
    "tasks.own_ratings": ["load_ratings"],
    "tasks.recommender_space": ["recommender_space"],
    "space": ["Choice", "SearchSpace", "Architecture"],
    "networks": ["Layer", "layers", "lenet_space", "build", "cost", "trace"],
    "tasks.article": ["article_space"],
    "tasks.lenet5": ["lenet5", "lenet5_article", "lenet5_1998"],
    "trial": ["Trial"],
    "training": ["Trainer", "train", "predict"],
    "engine.averaging": ["Repeated", "CrossValidated"],
    "engine.by_data": ["ByData"],
    "engine.costs": ["measured_cost"],
    "final_testing": ["FinalTest"],
    "table": ["Table"],
    "strategies.protocol": ["Candidate"],
    "strategies.random_search": ["RandomSearch"],
    "strategies.genetic": ["Genetic"],
    "strategies.aging": ["AgingEvolution"],
    "strategies.local_search": ["LocalSearch"],
    "strategies.bayesian": ["Bayesian"],
    "strategies.reinforce": ["Reinforce"],
    "strategies.controller": ["RecurrentController"],
    "strategies.nsga2": ["NSGA2"],
    "strategies.halving": ["SuccessiveHalving", "Hyperband"],
    "strategies.asha": ["AsynchronousHalving"],
    "strategies.bohb": ["BOHB"],
    "strategies.bananas": ["BANANAS"],
    "strategies.within": ["Within"],
    "engine.executors": ["Processes", "WorkerDied"],
    "study": ["search", "Budget", "History"],
    "course.exercises": ["check", "NotYet"],
    "course.setup": ["setup"],
    "course.results": ["final_test", "final_tests"],
    "course.modes": ["by_mode"],
}
_HOME = {name: module for module, names in _PUBLIC.items() for name in names}
_MODULES = {
    **{name: name for name in ("datasets", "metrics", "networks", "pareto", "space", "statistics")},
    **{name: name for name in ("strategies", "study", "training")},
    "choosing": "strategies.choosing",
    **{name: f"figures.{name}" for name in ("plots", "widgets")},
    **{name: f"engine.{name}" for name in ("executors", "exported", "journal", "latency", "zero_cost")},
    **{name: f"tasks.{name}" for name in ("book_images", "own_images")},
    **{name: f"tasks.{name}" for name in ("boxes", "detection", "scenes", "segmentation")},
    **{name: f"tasks.{name}" for name in ("bleu", "characters", "language_model", "text", "translation")},
    **{name: f"tasks.{name}" for name in ("sounds", "spectra", "speech", "variations")},
    **{name: f"tasks.{name}" for name in ("collaborative", "ranking", "recommender", "stars")},
}

__all__ = sorted([*_HOME, *_MODULES])


def __getattr__(name: str):
    if name in _HOME:
        return getattr(importlib.import_module(f"nasbook.{_HOME[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"nasbook.{_MODULES[name]}")
    raise AttributeError(f"nasbook has no {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__
