"""The loop: ask a strategy, evaluate, tell it, until the budget is spent."""

import contextlib
import dataclasses
import functools
import hashlib
import math
import signal
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue

import numpy as np
import pandas as pd
from tqdm import tqdm

from nasbook import executors
from nasbook.journal import Journal, identity, read_trials
from nasbook.strategies.protocol import Candidate
from nasbook.trial import Trial, name_of

PATIENCE = 1000  # duplicates in a row after which a strategy is taken to have nothing new to propose
FAR = 256  # how far ahead a strategy is asked that waits by itself for the results it needs
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

    def left(self, work: "Work") -> int:
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
    digest = hashlib.sha256(f"({seed!r}, {written(architecture)})".encode()).digest()
    return int.from_bytes(digest[:4], "big")


@functools.lru_cache(maxsize=10_000)
def written(architecture: Mapping) -> str:
    return repr(list(architecture.items()))


def search(
    strategy,
    evaluate: Callable[..., Trial],
    budget: int | Budget,
    *,
    seed: int = 0,
    executor: Executor | None = None,
    ahead: int | None = None,
    journal: str | Path | None = None,
    progress: bool = True,
) -> History:
    """Let `strategy` spend `budget` on `evaluate` and return everything that was tried.

    `evaluate(architecture, seed=...)` is a `Trainer`, or anything with its signature; it also gets `epochs`
    and `resume` where the strategy decides how long to train, and `inherit` where candidates inherit weights.
    `budget` is a number of unique evaluations or a `Budget`. A duplicate costs nothing: its trial comes from
    a cache. Ctrl-C returns what is done.

    With an `executor`, such as `Processes(2)` or Dask's `client.get_executor()`, candidates are evaluated in
    parallel. A strategy is told its trials in the order asked, so the same seed gives the same history with
    any executor or none. `ahead` candidates are out at a time; it is needed, and part of what makes the
    history, where a strategy could learn from each trial before the next proposal.

    With a `journal`, a file, every finished trial is on disk before the next is told. The same call goes on
    where a killed one stood and ends with the same history. Raises ValueError or OSError, and changes
    nothing, where the journal cannot be used.
    """
    budget = budget if isinstance(budget, Budget) else Budget(evaluations=budget)
    strategy.start(np.random.default_rng(seed))
    window, made_by = how_far(strategy, executor, ahead)
    history, pending, repeats = History(stopped="budget spent"), deque(), 0
    with contextlib.ExitStack() as stack:
        file = journal and stack.enter_context(Journal(journal, identity(strategy, evaluate, seed, made_by)))
        submit = executor and stack.enter_context(executors.submitting(executor, evaluate))
        work = stack.enter_context(Work(evaluate, seed, submit, file))
        bar = stack.enter_context(
            tqdm(total=1, bar_format=BAR, miniters=0, disable=not progress, file=sys.stdout)
        )
        try:
            while (used := budget.used(history)) < 1 and repeats < PATIENCE:
                while (free := window - len(pending)) and (n := min(free, budget.left(work))) > 0:
                    asked = strategy.ask(n)
                    if not asked:
                        break
                    pending += [(candidate, work.begin(candidate)) for candidate in asked]
                if not pending:
                    break
                show(bar, used, history, pending[0][0].architecture)
                trial = work.result(*pending.popleft())
                history.add(trial)
                repeats = repeats + 1 if trial.cached else 0
                strategy.tell([trial])
            if used < 1:
                history.stopped = "the strategy has nothing new to propose"
        except KeyboardInterrupt:
            history.stopped = "interrupted"
        except BrokenExecutor:
            history.stopped = "the executor broke, as its workers died; nb.Processes replaces a dead worker"
        show(bar, min(1, budget.used(history)), history, history.stopped)
    return history


def how_far(strategy, executor: Executor | None, ahead: int | None) -> tuple[int, int | None]:
    """How many candidates may be out at a time, and the number that makes the history, if there is one."""
    if ahead is not None and ahead < 1:
        raise ValueError(f"ahead={ahead} asks for nothing: give at least 1.")
    if vars(type(strategy)).get("waits"):  # not inherited: a subclass may learn where its parent waits
        return ahead or FAR, None
    if executor and not ahead:
        warnings.warn(
            f"{type(strategy).__name__} learns from each trial before it proposes the next, so only one "
            "worker is busy: give ahead=4, for example, to let it propose before the results are known.",
            stacklevel=3,
        )
    return ahead or 1, ahead or 1


class Work:
    """The evaluations of a search: each is done once, here or by an executor's workers, and put on file.

    `begun` holds what was asked for, by architecture and epochs, with its number in the order asked.
    """

    def __init__(self, evaluate, seed: int, submit: Callable | None, journal: Journal | None):
        self.evaluate, self.seed, self.submit, self.journal = evaluate, seed, submit, journal
        self.begun: dict[tuple, int] = {}
        self.done: dict[tuple, Trial] = {}
        self.running: set[Future] = set()
        self.finished: SimpleQueue = SimpleQueue()
        self.interrupted, self.signals = False, []

    def begin(self, candidate: Candidate) -> bool:
        """Have a candidate evaluated; False if it is a duplicate."""
        key = candidate[:2]
        if key in self.begun:
            return False
        self.begun[key] = len(self.begun)
        if self.journal and (trial := self.journal.find(candidate)):
            self.done[key] = trial
        elif self.submit:
            future = self.submit(candidate.architecture, **self.settings(candidate))
            self.running.add(future)
            future.add_done_callback(lambda future: self.finished.put((candidate, future)))
        return True

    def settings(self, candidate: Candidate) -> dict:
        """What the evaluator is told beside the architecture."""
        settings: dict = {"seed": training_seed(self.seed, candidate.architecture)}
        if candidate.epochs:
            settings["epochs"] = candidate.epochs
        if candidate.resume:
            settings["resume"] = candidate.resume
        if candidate.inherit:
            settings["inherit"] = (candidate.inherit, training_seed(self.seed, candidate.inherit))
        return settings

    def result(self, candidate: Candidate, is_new: bool) -> Trial:
        """The trial of a candidate, when it is there; that of a duplicate is marked, and costs nothing."""
        key = candidate[:2]
        while not (trial := self.done.get(key)) and not self.interrupted:
            if self.submit:
                self.collect([self.finished.get(), *self.ready()])
            else:
                self.keep(candidate, self.evaluate(candidate.architecture, **self.settings(candidate)))
        if self.interrupted:
            raise KeyboardInterrupt
        if is_new:
            return trial
        return dataclasses.replace(trial, cached=True, seconds=0.0, parents=candidate.parents)

    def ready(self) -> Iterator[tuple[Candidate, Future] | None]:
        """What has finished by now and was not collected; a None only wakes."""
        with contextlib.suppress(Empty):
            while True:
                yield self.finished.get_nowait()

    def collect(self, finished: list[tuple[Candidate, Future] | None]) -> None:
        """Keep what workers found; where one died, a failed trial. Any other error is raised at the end."""
        if not (pairs := [pair for pair in finished if pair]):
            return
        candidates, futures = zip(*pairs, strict=True)
        self.running.difference_update(futures)
        errors = []
        for candidate, found in zip(candidates, executors.results(futures), strict=True):
            if not isinstance(found, BaseException):
                self.keep(candidate, dataclasses.replace(found, architecture=candidate.architecture))
            elif executors.is_death(found):
                self.keep(candidate, self.lost(candidate, found))
            else:
                errors.append(found)
        if errors:
            raise errors[0]

    def lost(self, candidate: Candidate, problem: Exception) -> Trial:
        return Trial(
            candidate.architecture,
            training_seed(self.seed, candidate.architecture),
            candidate.epochs or getattr(self.evaluate, "epochs", 1),
            score=-math.inf,
            seconds=getattr(problem, "seconds", 0.0),
            status="failed",
            error=f"{type(problem).__name__}: {problem}",
        )

    def keep(self, candidate: Candidate, trial: Trial) -> None:
        key = candidate[:2]
        if self.journal:
            self.journal.write(candidate, self.begun[key], trial)
        self.done[key] = trial.bred_from(candidate.parents) if candidate.parents else trial

    def interrupt(self, number: int, _) -> None:
        """Take note of Ctrl-C for the next step; a second one strikes at once."""
        signal.signal(number, signal.default_int_handler)
        self.interrupted = True
        self.finished.put(None)

    def __enter__(self) -> "Work":
        """With an executor Ctrl-C waits for the next step: elsewhere it could leave a lock locked."""
        if self.submit and threading.current_thread() is threading.main_thread():
            strikes = signal.default_int_handler
            self.signals = [n for n in signal.valid_signals() if signal.getsignal(n) is strikes]
        for number in self.signals:
            signal.signal(number, self.interrupt)
        return self

    def __exit__(self, *_) -> None:
        """Give up what still runs; what has finished goes on file."""
        for future in self.running:
            future.cancel()
        if self.journal:
            finished = [pair for pair in self.ready() if pair]
            self.collect([pair for pair in finished if not (pair[1].cancelled() or pair[1].exception())])
        for number in self.signals:
            signal.signal(number, signal.default_int_handler)


def show(bar: tqdm, share: float, history: History, now) -> None:
    """Move the progress bar: what was done, the best so far, and what is happening now."""
    if not bar.disable:
        best = f"best {history.best.score:.4f}" if history.succeeded else "none yet"
        cached = len(history.trials) - len(history.fresh)
        bar.set_description_str(
            f"{len(history.fresh)} evaluated, {cached} cached, {best} | {now}", refresh=False
        )
        bar.update(share - bar.n)
