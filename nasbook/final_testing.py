"""The final test: the only door to the sealed test set, opened once, when the search is over."""

import math
import operator
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from nasbook import metrics, networks
from nasbook.datasets import Dataset
from nasbook.networks import CROSS_ENTROPY
from nasbook.training import RECIPE, fresh_model, measured_cost, most_probable, predict, train
from nasbook.trial import name_of


@dataclass(frozen=True)
class FinalTest:
    """Test scores, one a seed, of one candidate trained on all examples but those of the test set.

    `seconds` is the mean time of one training; `search_seconds` what it cost to find the candidate.
    """

    name: str
    data: str
    scores: tuple[float, ...]
    parameters: int | None  # None for what is no network
    multiply_adds: int | None
    seconds: float
    search_seconds: float
    images: int
    epochs: int
    metric: str = "accuracy"
    mode: str = ""

    mean = property(lambda self: float(np.mean(self.scores)), doc="The mean of the scores.")

    @property
    def sd(self) -> float:
        """Standard deviation between seeds; nan for a single one."""
        return float(np.std(self.scores, ddof=1)) if len(self.scores) > 1 else math.nan

    def __repr__(self) -> str:
        unit = ".2%" if self.metric in metrics.METRICS else ".4g"  # shares of 1 in percent
        spread = f" ± {self.sd:{unit}} ({len(self.scores)} seeds)" if len(self.scores) > 1 else " (1 run)"
        size = "" if self.parameters is None else f"{self.parameters:,} parameters, "
        return (
            f"{self.name} on {self.data}: test {self.metric} {self.mean:{unit}}{spread}, "
            f"{size}{self.seconds:.0f} s a training"
        )


def final_test(
    candidate,
    data: Dataset,
    *,
    name: str | None = None,
    seeds: int = 3,
    epochs: int = 10,
    images: int | None = None,
    build: Callable = networks.build,
    loss: str | Callable | Mapping[str, Callable] = CROSS_ENTROPY,
    decode: Callable = most_probable,
    metric: str | metrics.Metric = "accuracy",
    recipe: Mapping | None = None,
    seconds: float = 0.0,
    search_seconds: float = 0.0,
) -> FinalTest:
    """Open the sealed test set once, and say so; `nb.final_test` also writes the result on file.

    The candidate (an architecture, or a function that makes a model) is trained anew with each seed on all
    examples but those of the test set, or on the first `images` of them, and tested; `build`, `loss`,
    `decode` and `metric` are those of the `Trainer`, and the `recipe` holds its batch size, learning rate and
    optimizer where they are not those of `nb.train`. What is trained and has a `predict` is tested as it is,
    a `keras.Model` or a pipeline of scikit-learn that takes these inputs: tell its `epochs`, `images` and
    `seconds`. Raises ValueError at once for settings that cannot work.
    """
    seeds, epochs = operator.index(seeds), operator.index(epochs)
    if seeds < 1 or epochs < 1:
        raise ValueError(f"seeds={seeds} and epochs={epochs}: give at least 1 of each.")
    if data.source is None:
        raise ValueError(f"This copy of {data.name} has no test set: give the data set that nb.load made.")
    trained = hasattr(candidate, "predict")
    name, score = name or name_of(candidate), metrics.get(metric)
    examples = data.source("train")
    examples = examples.subset(slice(images)) if images else examples
    loss = loss[candidate["loss"]] if isinstance(loss, Mapping) else loss
    genes = candidate if isinstance(candidate, Mapping) else {}
    recipe = dict(recipe or {}) | {key: genes[key] for key in RECIPE if key in genes}
    models, times = [candidate] if trained else [], [seconds] if trained else []
    for seed in range(0 if trained else seeds):
        start = time.perf_counter()
        models.append(fresh_model(candidate, build, data, seed))
        train(models[-1], examples, epochs=epochs, loss=loss, seed=seed, **recipe)
        times.append(time.perf_counter() - start)
    test = data.source("test")
    print(f"Opening the sealed test set of {data.name}: {len(test):,} {data.what}.")
    return FinalTest(
        name=name,
        data=data.name,
        scores=tuple(float(score(test.targets, predict(model, test, decode))) for model in models),
        **measured_cost(models[0])._asdict(),
        seconds=float(np.mean(times)),
        search_seconds=float(search_seconds),
        images=len(examples),
        epochs=epochs,
        metric=name_of(metric),
    )
