"""Table: the whole space, trained in advance, so that a search replays in milliseconds.

Benchmarks of this kind are called tabular; the first was NAS-Bench-101 (Ying et al. 2019). Ours was made by
`tools/build_table.py` with nothing but a `Trainer`; `data/README.md` says how.
"""

import csv
import math
from collections.abc import Mapping
from pkgutil import resolve_name

import numpy as np

from nasbook import datasets
from nasbook.space import Architecture, SearchSpace
from nasbook.trial import Trial

SPACES = {"lenet_fashion": "networks:lenet_space", "languages": "tasks.text_space:text_space"}  # in nasbook


class Table:
    """An evaluator that looks up: `table(architecture, seed=0, epochs=5) -> Trial`, as a `Trainer` would.

    Every architecture was trained with a few seeds; `records` holds a trial for each, and `tests` their test
    accuracies, for judging a search when it is over. What an architecture is worth is its `quality`, the
    mean validation accuracy over the seeds; a search sees one seed only.
    """

    def __init__(
        self,
        space: SearchSpace,
        records: Mapping[Architecture, tuple[Trial, ...]],
        tests: Mapping[Architecture, tuple[float, ...]],
    ):
        self.space, self.records, self.tests = space, records, tests
        self.epochs = max(trial.epochs for trials in records.values() for trial in trials)
        self._quality = {a: float(np.mean([trial.score for trial in some])) for a, some in records.items()}
        self._ranked = np.sort([-quality for quality in self._quality.values()])

    @classmethod
    def load(cls, name: str = "lenet_fashion") -> "Table":
        """The table of this name from `data/`.

        Raises ValueError for an unknown name or a damaged file, FileNotFoundError for a missing one.
        """
        if name not in SPACES:
            raise ValueError(f"There is no table {name!r}: choose one of {', '.join(map(repr, SPACES))}.")
        with datasets.verified(f"{name}.csv").open(newline="") as file:
            return cls.read(resolve_name(f"nasbook.{SPACES[name]}")(), csv.DictReader(file))

    @classmethod
    def read(cls, space: SearchSpace, rows) -> "Table":
        """A table from its rows: a mapping each, from column names to text."""
        architectures = {printed(space, a): a for a in space.enumerate()}
        records: dict[Architecture, list[Trial]] = {}
        tests: dict[Architecture, list[float]] = {}
        for row in rows:
            architecture = architectures[tuple(row[name] for name in space.names)]
            records.setdefault(architecture, []).append(trial_of(architecture, row))
            tests.setdefault(architecture, []).append(float(row["test"] or "nan"))
        return cls(space, {a: tuple(t) for a, t in records.items()}, {a: tuple(t) for a, t in tests.items()})

    def __repr__(self) -> str:
        seeds = len(self.records[self.best])
        return f"Table of {len(self.records):,} architectures, {seeds} seeds each, {self.epochs} epochs"

    description = property(__repr__)  # what a journal says about this evaluator

    def __call__(
        self,
        architecture: Mapping,
        *,
        seed: int = 0,
        epochs: int | None = None,
        resume: int = 0,
        inherit: tuple | None = None,
    ) -> Trial:
        """The recorded trial: number `seed` modulo the number of seeds, so that any seed finds one.

        With fewer `epochs` than recorded, the trial as it stood then: the learning rate was still falling.
        The first `resume` epochs are not paid for, but every start is. Raises ValueError for an architecture
        outside the space, epochs that were not recorded, and inherited weights, of which there is no record.
        """
        known = isinstance(architecture, Architecture) and self.records.get(architecture)
        trials = known or self.records[self.space.architecture(architecture)]
        trial = trials[seed % len(trials)]
        if inherit:
            raise ValueError("The table knows no training with inherited weights: search with a Trainer.")
        epochs = trial.epochs if epochs is None else epochs
        if epochs == trial.epochs and not resume:
            return trial
        if not 0 <= resume < epochs <= self.epochs:
            known = f"give a number from {resume + 1} to {self.epochs}"
            raise ValueError(f"epochs={epochs} after {resume} is not in the table: {known}.")
        return part(trial, epochs, resume)

    def quality(self, architecture: Architecture) -> float:
        """Mean validation accuracy over the seeds: what a search should find, and sees only with noise."""
        return self._quality[architecture]

    def test(self, architecture: Architecture) -> float:
        """Mean test accuracy over the seeds. For judging the winner of a search, never for searching."""
        return float(np.mean(self.tests[architecture]))

    @property
    def best(self) -> Architecture:
        """The architecture with the highest quality."""
        return max(self._quality, key=self._quality.__getitem__)

    def rank(self, architecture: Architecture) -> int:
        """1 for the best architecture, 2 for the second, and so on."""
        return 1 + int(np.searchsorted(self._ranked, -self._quality[architecture]))

    def regret(self, trial: Trial) -> float:
        """How much quality, the mean over the seeds, the architecture of this trial lacks to the best one."""
        return -float(self._ranked[0]) - self._quality[trial.architecture]

    def to_frame(self):
        """One row an architecture: its genes, quality, spread between seeds, test accuracy, cost, rank."""
        import pandas as pd

        return pd.DataFrame(
            {
                "architecture": str(architecture),
                **{name: architecture.get(name) for name in self.space.names},
                "quality": self._quality[architecture],
                "sd": float(np.std([trial.score for trial in trials], ddof=1)),
                "test": self.test(architecture),
                "parameters": trials[0].parameters,
                "multiply_adds": trials[0].multiply_adds,
                "seconds": float(np.mean([trial.seconds for trial in trials])),
                "rank": self.rank(architecture),
            }
            for architecture, trials in self.records.items()
        )


def printed(space: SearchSpace, architecture: Mapping) -> tuple[str, ...]:
    """The genes as a file holds them: text, empty where a gene is inactive."""
    return tuple(str(architecture.get(name, "")) for name in space.names)


def trial_of(architecture: Architecture, row: Mapping[str, str]) -> Trial:
    """The trial that a row of the file records."""
    names = [name for name in row if name.startswith("validation")]
    curve = tuple(float(row[name]) for name in names if row[name])
    failed = {"score": -math.inf, "status": "failed", "error": row["error"]}
    return Trial(
        architecture,
        int(row["seed"]),
        len(names),
        curve=curve,
        parameters=int(row["parameters"]),
        multiply_adds=int(row["multiply_adds"]),
        seconds=float(row["seconds"]),
        starting=float(row.get("starting", 0)),
        **(failed if row["error"] else {"score": curve[-1]}),
    )


def part(trial: Trial, epochs: int, resume: int) -> Trial:
    """The trial after fewer epochs, paid for from epoch `resume` on. A failed one stays failed."""
    curve, share = trial.curve[:epochs], (epochs - resume) / trial.epochs
    seconds = trial.starting + (trial.seconds - trial.starting) * share
    score = curve[-1] if trial.status == "done" else trial.score
    return trial.but(epochs=epochs, curve=curve, score=score, seconds=seconds, resumed=resume)
