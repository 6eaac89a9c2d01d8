"""Averages: evaluators that ask another one several times, because one score is noisy.

Both are called as a `Trainer` is, `evaluate(architecture, seed=0, epochs=4) -> Trial`. The trial's score and
curve are means, `scores` holds what they are means of, and the seconds and the epochs of all count.
"""

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from nasbook.datasets import Dataset, Examples, arrays
from nasbook.trial import Trial


@dataclasses.dataclass(frozen=True)
class Repeated:
    """The mean over several training seeds: with n of them the noise of a score shrinks by the root of n.

    Any evaluator can be repeated, a `Table` too. Raises ValueError for fewer than 2 seeds.
    """

    evaluate: Callable[..., Trial]
    seeds: int = 3

    def __post_init__(self):
        if self.seeds < 2:
            raise ValueError(f"seeds={self.seeds} is no average: give at least 2.")

    @property
    def description(self) -> dict | None:
        """None where what is averaged does not describe itself: the digest of both tells then."""
        of = getattr(self.evaluate, "description", None)
        return of and {"mean over seeds": self.seeds, "of": of}

    def __call__(self, architecture, *, seed: int = 0, **settings) -> Trial:
        return mean_of(
            [self.evaluate(architecture, seed=(seed + i) % 2**32, **settings) for i in range(self.seeds)]
        )


@dataclasses.dataclass(frozen=True)
class CrossValidated:
    """The mean over k folds (Stone 1974): every example is validated on once, by a network not trained on it.

    The training and the validation examples of the trainer's data are shuffled together and cut into `folds`;
    classes keep their share in each. The test set stays sealed. Raises ValueError for fewer than 2 folds, and
    for examples that are drawn when they are needed: of those one can draw more instead.
    """

    trainer: Callable[..., Trial]
    folds: int = 5

    def __post_init__(self):
        if self.folds < 2:
            raise ValueError(f"folds={self.folds} cannot validate: give at least 2.")
        if not isinstance(self.trainer.data.train, Examples):
            raise ValueError("Examples that are drawn anew need no folds: give the data set more of them.")

    @property
    def description(self) -> dict | None:
        of = getattr(self.trainer, "description", None)
        return of and {"mean over folds": self.folds, "of": of}

    def __call__(self, architecture, **settings) -> Trial:
        folds = cut(self.trainer.data, self.folds)
        trainers = (dataclasses.replace(self.trainer, data=fold) for fold in folds)
        return mean_of([trainer(architecture, **settings) for trainer in trainers])


def mean_of(trials: Sequence[Trial]) -> Trial:
    """One trial for several of the same architecture; failed where one of them failed."""
    first, scores = trials[0], tuple(trial.score for trial in trials)
    spent = {name: sum(getattr(trial, name) for trial in trials) for name in ("seconds", "starting")}
    if failed := [trial for trial in trials if trial.status == "failed"]:
        return failed[0].but(seed=first.seed, scores=scores, **spent)
    shortest = min(len(trial.curve) for trial in trials)
    curve = tuple(np.mean([trial.curve[:shortest] for trial in trials], axis=0).tolist())
    return first.but(score=math.fsum(scores) / len(scores), scores=scores, curve=curve, **spent)


def cut(data: Dataset, folds: int) -> Iterator[Dataset]:
    """One data set after the other: each fold in turn is the validation set, the rest the training set."""
    from sklearn.model_selection import KFold, StratifiedKFold

    both = joined(data.train, data.validation)
    classes = data.classes and not isinstance(both.targets, tuple) and both.targets.ndim == 1
    splitter = (StratifiedKFold if classes else KFold)(folds, shuffle=True, random_state=0)
    rows = np.arange(len(both))
    for kept, held in splitter.split(rows, both.targets if classes else None):
        yield dataclasses.replace(data, train=both.subset(kept), validation=both.subset(held), source=None)


def joined(a: Examples, b: Examples) -> Examples:
    """The examples of both."""

    def together(one, other):
        pairs = zip(arrays(one), arrays(other), strict=True)
        rows = tuple(np.concatenate(pair) for pair in pairs)
        return rows if isinstance(one, tuple) else rows[0]

    return Examples(together(a.inputs, b.inputs), together(a.targets, b.targets))
