"""The loop: ask a strategy, evaluate, tell it, until the budget is spent."""

import contextlib
import math
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from nasbook.engine import executors, frames
from nasbook.engine.asking import FAR, candidates, how_far, progress_bar, show, whole
from nasbook.engine.journal import Journal, identity, read_trials
from nasbook.engine.work import Work
from nasbook.trial import Trial

PATIENCE = 1000  # duplicates in a row after which a strategy is taken to have nothing new to propose
FAILURES = 20  # failed candidates in a row after which something else is taken to be wrong


@dataclass(frozen=True)
class Budget:
    """When to stop: after so many unique evaluations, trained epochs or training seconds."""

    evaluations: float = float("inf")
    epochs: float = float("inf")
    seconds: float = float("inf")

    def __post_init__(self):
        limits = self.evaluations, self.epochs, self.seconds
        if not all(limit > 0 for limit in limits) or min(limits) == float("inf"):
            raise ValueError(f"{self} never starts or never ends: give at least one limit, and each above 0.")

    def used(self, history: "History") -> float:
        """The share of the budget that is gone; at 1 the search ends."""
        evaluations = len(history.fresh) / self.evaluations
        return max(evaluations, history.epochs / self.epochs, history.seconds / self.seconds)

    def left(self, work: Work) -> int:
        """How many more evaluations may begin."""
        return math.ceil(min(self.evaluations - len(work.begun), FAR))


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

    @classmethod
    def read(cls, path: str | Path) -> "History":
        """The trials in a journal, in the order asked: of a search that runs, was killed, or is done.

        Duplicates and parents are not on file. Raises ValueError for a file that is no journal.
        """
        history = cls(stopped=f"read from {path}")
        for trial in read_trials(path):
            history.add(trial)
        return history

    def add(self, trial: Trial) -> None:
        self.trials.append(trial)
        if not trial.cached:
            self.fresh.append(trial)
            self.seconds += trial.seconds
            self.epochs += trial.paid

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
            first = f"the first of {len(self.fresh)} failed with {self.fresh[0].error}" if self.fresh else ""
            raise ValueError(f"There is no best trial: {first or 'none ran'}.")
        return max(self.succeeded, key=lambda trial: trial.score)

    def incumbent(self):
        """The best score so far after every unique evaluation: columns evaluation, epochs, seconds, score."""
        return frames.incumbent(self.fresh)

    def to_frame(self, *, genes: bool = False):
        """One row a trial; with `genes=True` also one column a gene."""
        return frames.of_trials(self.trials, genes)


def search(
    strategy,
    evaluate: Callable[..., Trial],
    budget: int | Budget,
    *,
    seed: int = 0,
    executor: Executor | None = None,
    ahead: int | None = None,
    journal: str | Path | None = None,
    order: str = "asked",
    progress: bool = True,
) -> History:
    """Let `strategy` spend `budget` on `evaluate` and return everything that was tried.

    `evaluate(architecture, seed=...)` is a `Trainer`, or anything with its signature; it also gets `epochs`,
    `resume` and `inherit` where the strategy decides on them. `budget` is a number of unique evaluations or a
    `Budget`. A duplicate costs nothing: its trial comes from a cache. Ctrl-C returns what is done.

    With an `executor`, such as `Processes(2)` or Dask's `client.get_executor()`, candidates are evaluated in
    parallel. A strategy is told its trials in the order asked, so the same seed gives the same history with
    any executor or none. `ahead` candidates are out at a time; it is needed, and part of what makes the
    history, where a strategy could learn from each trial before the next proposal. With `order="arrival"` it
    is told trials as they arrive: nobody waits for a slow one, and the history, as it says, hangs on timing.

    With a `journal`, a file, every finished trial is on disk before the next is told. The same call goes on
    where a killed one stood and ends with the same history. Raises ValueError or OSError, and changes
    nothing, where the journal cannot be used, and TypeError for an evaluator that returns no trial.
    """
    budget = budget if isinstance(budget, Budget) else Budget(evaluations=budget)
    seed = whole(seed)
    strategy.start(np.random.default_rng(seed))
    window, made_by = how_far(strategy, executor, ahead, order)
    history, pending, repeats, failures = History(stopped="budget spent"), [], 0, 0
    with contextlib.ExitStack() as stack:
        header = journal and identity(strategy, evaluate, seed, made_by, order)  # to compute it takes a while
        file = journal and stack.enter_context(Journal(journal, header))
        submit = executor and stack.enter_context(executors.submitting(executor, evaluate))
        work = stack.enter_context(Work(evaluate, seed, submit, file))
        bar = stack.enter_context(progress_bar(progress))
        try:
            while (used := budget.used(history)) < 1 and repeats < PATIENCE and failures < FAILURES:
                while (free := window - len(pending)) and (n := min(free, budget.left(work))) > 0:
                    if not (asked := candidates(strategy, n)):
                        break
                    pending += [(candidate, work.begin(candidate)) for candidate in asked]
                if not pending:
                    break
                show(bar, used, history, pending[0][0].architecture)
                trial = work.result(*pending.pop(work.place(pending) if order == "arrival" else 0))
                history.add(trial)
                repeats = repeats + 1 if trial.cached else 0
                failures = failures + 1 if trial.status == "failed" else 0
                strategy.tell([trial])
            if failures >= FAILURES:
                history.stopped = f"{FAILURES} candidates in a row failed, the last with {trial.error}"
            elif used < 1:
                history.stopped = "the strategy has nothing new to propose"
        except KeyboardInterrupt:
            history.stopped = "interrupted"
        except BrokenExecutor:
            history.stopped = "the executor broke, as its workers died; nb.Processes replaces a dead worker"
        history.stopped += "; told in order of arrival" * (order == "arrival")
        show(bar, min(1, budget.used(history)), history, history.stopped)
    return history
