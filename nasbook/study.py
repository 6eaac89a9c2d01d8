"""The loop: ask a strategy, evaluate, tell it, until the budget is spent."""

import dataclasses
import hashlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from tqdm import tqdm

from nasbook.strategies.protocol import Candidate
from nasbook.trial import Trial, name_of

PATIENCE = 1000  # duplicates in a row after which a strategy is taken to have nothing new to propose
BAR = "{percentage:3.0f}%|{bar:12}| {elapsed}<{remaining} {desc}"


@dataclass(frozen=True)
class Budget:
    """When to stop: after so many unique evaluations, trained epochs or training seconds."""

    evaluations: float = float("inf")
    epochs: float = float("inf")
    seconds: float = float("inf")

    def __post_init__(self):
        limits = dataclasses.astuple(self)
        if not all(limit > 0 for limit in limits) or min(limits) == float("inf"):
            raise ValueError(f"{self} never starts or never ends: give at least one limit, and each above 0.")

    def used(self, history: "History") -> float:
        """The share of the budget that is gone; at 1 the search ends."""
        return max(
            len(history.fresh) / self.evaluations,
            history.epochs / self.epochs,
            history.seconds / self.seconds,
        )


@dataclass
class History:
    """All trials of one search, in order.

    `fresh` are those that were really evaluated, and `seconds` and `epochs` what they cost together; the
    others came from the cache. `stopped` says why the search ended.
    """

    trials: list[Trial] = field(default_factory=list)
    fresh: list[Trial] = field(default_factory=list)
    seconds: float = 0.0
    epochs: int = 0
    stopped: str = ""

    def add(self, trial: Trial) -> None:
        self.trials.append(trial)
        if not trial.cached:
            self.fresh.append(trial)
            self.seconds += trial.seconds
            self.epochs += trial.epochs - trial.resumed

    def __len__(self) -> int:
        return len(self.trials)

    def __iter__(self):
        return iter(self.trials)

    def __repr__(self) -> str:
        failed, cached = len(self.fresh) - len(self.succeeded), len(self.trials) - len(self.fresh)
        best = self.best if self.succeeded else "none"
        return (
            f"{len(self.fresh)} evaluations ({failed} failed; {cached} duplicates from the cache) "
            f"in {self.seconds:.0f} s: {self.stopped}\nbest: {best}"
        )

    @property
    def succeeded(self) -> list[Trial]:
        return [trial for trial in self.fresh if trial.status == "done"]

    @property
    def best(self) -> Trial:
        """The trial with the highest score (the first of them). Raises ValueError when none succeeded."""
        if not self.succeeded:
            reason = (
                f"the first of {len(self.fresh)} failed with {self.fresh[0].error}"
                if self.fresh
                else "none ran"
            )
            raise ValueError(f"There is no best trial: {reason}.")
        return max(self.succeeded, key=lambda trial: trial.score)

    def incumbent(self) -> pd.DataFrame:
        """The best score so far after every unique evaluation: columns evaluation, epochs, seconds, score."""
        return pd.DataFrame(
            {
                "evaluation": np.arange(1, len(self.fresh) + 1),
                "epochs": np.cumsum([trial.epochs - trial.resumed for trial in self.fresh]),
                "seconds": np.cumsum([trial.seconds for trial in self.fresh]),
                "score": np.maximum.accumulate([trial.score for trial in self.fresh]),
            }
        )

    def to_frame(self, *, genes: bool = False) -> pd.DataFrame:
        """One row a trial; with `genes=True` also one column a gene."""
        columns = ("score", "parameters", "multiply_adds", "epochs", "seconds", "status", "cached")
        return pd.DataFrame(
            {
                "architecture": name_of(trial.architecture),
                **{name: getattr(trial, name) for name in columns},
                **(trial.architecture if genes else {}),
            }
            for trial in self.trials
        )


def training_seed(seed: int, architecture: Mapping) -> int:
    """The seed that a candidate is trained with: it depends on the run and the architecture, not on order."""
    digest = hashlib.sha256(repr((seed, list(architecture.items()))).encode()).digest()
    return int.from_bytes(digest[:4], "big")


def search(
    strategy,
    evaluate: Callable[..., Trial],
    budget: int | Budget,
    *,
    seed: int = 0,
    progress: bool = True,
) -> History:
    """Let `strategy` spend `budget` on `evaluate` and return everything that was tried.

    `evaluate(architecture, seed=...)` is a `Trainer`, or anything with its signature; it also gets `epochs`
    and `resume` where the strategy decides how long to train, and `inherit` where candidates inherit weights.
    `budget` is a number of unique evaluations or a `Budget`. A duplicate costs nothing: its trial comes from
    a cache. Ctrl-C returns what is done. The same seed gives the same history.
    """
    budget = budget if isinstance(budget, Budget) else Budget(evaluations=budget)
    strategy.start(np.random.default_rng(seed))
    history, cache, repeats = History(stopped="budget spent"), {}, 0
    with tqdm(total=1, bar_format=BAR, miniters=0, disable=not progress, file=sys.stdout) as bar:
        try:
            while budget.used(history) < 1:
                candidates = strategy.ask(1)
                if not candidates or repeats >= PATIENCE:
                    history.stopped = "the strategy has nothing new to propose"
                    break
                trials = []
                for candidate in candidates:
                    show(bar, budget.used(history), history, candidate.architecture)
                    trials.append(evaluated(candidate, evaluate, seed, cache))
                    history.add(trials[-1])
                    repeats = repeats + 1 if trials[-1].cached else 0
                strategy.tell(trials)
        except KeyboardInterrupt:
            history.stopped = "interrupted"
        show(bar, min(1, budget.used(history)), history, history.stopped)
    return history


def evaluated(candidate: Candidate, evaluate: Callable[..., Trial], seed: int, cache: dict) -> Trial:
    """The trial of a candidate: from the cache if it is a duplicate, and marked so; otherwise a new one."""
    architecture, epochs, parents, resume, inherit = candidate
    if (architecture, epochs) in cache:
        return dataclasses.replace(cache[architecture, epochs], cached=True, seconds=0.0, parents=parents)
    settings: dict = {"seed": training_seed(seed, architecture)}
    if epochs:
        settings["epochs"] = epochs
    if resume:
        settings["resume"] = resume
    if inherit:
        settings["inherit"] = (inherit, training_seed(seed, inherit))
    trial = evaluate(architecture, **settings)
    trial = dataclasses.replace(trial, parents=parents) if parents else trial
    cache[architecture, epochs] = trial
    return trial


def show(bar: tqdm, share: float, history: History, now) -> None:
    """Move the progress bar: what was done, the best so far, and what is happening now."""
    if not bar.disable:
        best = f"best {history.best.score:.4f}" if history.succeeded else "none yet"
        cached = len(history.trials) - len(history.fresh)
        bar.set_description_str(
            f"{len(history.fresh)} evaluated, {cached} cached, {best} | {now}", refresh=False
        )
        bar.update(share - bar.n)
