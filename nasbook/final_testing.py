"""The final test: the only door to the sealed test set, opened once, when the search is over."""

import dataclasses
import json
import math
import operator
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from nasbook import metrics, networks
from nasbook.datasets import Dataset
from nasbook.modes import ROOT, by_mode, mode
from nasbook.training import (
    CROSS_ENTROPY,
    compile_model,
    fit,
    fresh_model,
    measured_cost,
    most_probable,
    predict,
)
from nasbook.trial import name_of

RESULTS = ROOT / by_mode(full="notebooks/results", fast="runs/fast/results")
COMMITTED = ROOT / "notebooks/results"


@dataclass(frozen=True)
class FinalTest:
    """Test scores, one a seed, of one candidate trained on all examples but those of the test set.

    `metric` names what the scores are. `seconds` is the mean time of one training; `search_seconds` what it
    cost to find the candidate.
    """

    name: str
    data: str
    scores: tuple[float, ...]
    parameters: int
    multiply_adds: int | None
    seconds: float
    search_seconds: float
    images: int
    epochs: int
    mode: str
    metric: str = "accuracy"

    @property
    def mean(self) -> float:
        return float(np.mean(self.scores))

    @property
    def sd(self) -> float:
        """Standard deviation between seeds; nan for a single one."""
        return float(np.std(self.scores, ddof=1)) if len(self.scores) > 1 else math.nan

    def __repr__(self) -> str:
        spread = f" ± {self.sd:.2%} ({len(self.scores)} seeds)" if len(self.scores) > 1 else " (1 run)"
        return (
            f"{self.name} on {self.data}: test {self.metric} {self.mean:.2%}{spread}, "
            f"{self.parameters:,} parameters, {self.seconds:.0f} s a training"
        )


def final_test(
    candidate,
    data: Dataset,
    *,
    name: str | None = None,
    seeds: int = 3,
    epochs: int = 10,
    images: int | None = None,
    build: Callable[..., keras.Model] = networks.build,
    loss: str | Callable = CROSS_ENTROPY,
    decode: Callable = most_probable,
    metric: str | metrics.Metric = "accuracy",
    seconds: float = 0.0,
    search_seconds: float = 0.0,
) -> FinalTest:
    """Open the sealed test set once, say so, and write the result on file.

    The candidate (an architecture, or a function that makes a model) is trained anew with each seed on all
    training examples of the data set, those of the validation set included, or on the first `images` of
    them; then it is tested. `build`, `loss`, `decode` and `metric` are those of the `Trainer`. A trained
    `keras.Model` is tested as it is: tell the `epochs`, `images` and `seconds` that it was trained with.
    Raises ValueError for settings that cannot work and OSError where no result can be written, both before
    anything is trained.
    """
    seeds, epochs = operator.index(seeds), operator.index(epochs)
    if seeds < 1 or epochs < 1:
        raise ValueError(f"seeds={seeds} and epochs={epochs}: give at least 1 of each.")
    if data.source is None:
        raise ValueError(
            f"This copy of {data.name} has no test set, since it was sent to another process or made by "
            "hand: give the data set that nb.load, nb.load_folder or nb.load_arrays returned."
        )
    trained = isinstance(candidate, keras.Model)
    name, score = name or name_of(candidate), metrics.get(metric)
    file = file_of(f"{data.name} {name}")
    examples = data.source("train")
    if images and images < len(examples):
        examples = examples.subset(slice(images))
    models, times = [candidate] if trained else [], [seconds] if trained else []
    for seed in range(0 if trained else seeds):
        start = time.perf_counter()
        models.append(fresh_model(candidate, build, data, seed))
        compile_model(models[-1], epochs * math.ceil(len(examples) / 64), loss=loss)
        fit(models[-1], examples, seed=seed, epochs=epochs)
        times.append(time.perf_counter() - start)
    test = data.source("test")
    print(f"Opening the sealed test set of {data.name}: {len(test):,} images.")
    result = FinalTest(
        name=name,
        data=data.name,
        scores=tuple(float(score(test.targets, predict(model, test, decode))) for model in models),
        **measured_cost(models[0])._asdict(),
        seconds=float(np.mean(times)),
        search_seconds=float(search_seconds),
        images=len(examples),
        epochs=epochs,
        mode=mode(),
        metric=name_of(metric),
    )
    file.write_text(json.dumps(dataclasses.asdict(result), indent=1) + "\n")
    return result


def file_of(name: str) -> Path:
    """Where a result goes; raises OSError where it could not be written."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / (re.sub(r"\W+", "-", name.lower()).strip("-")[:120] + ".json")
    file.open("a").close()
    return file


def final_tests(data: str | None = None) -> list[FinalTest]:
    """All final tests on file: the committed ones of full mode and, in fast mode, the fast ones too."""
    files = sorted({*COMMITTED.glob("*.json"), *RESULTS.glob("*.json")})
    rows = [json.loads(text) for text in (file.read_text() for file in files) if text]
    tests = [FinalTest(**{**row, "scores": tuple(row["scores"])}) for row in rows]
    return [test for test in tests if data in (None, test.data)]
