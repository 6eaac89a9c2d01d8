"""The work of a search: every evaluation is done once, here or by an executor's workers, and put on file."""

import contextlib
import functools
import hashlib
import math
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from queue import Empty, SimpleQueue

from nasbook.engine import executors
from nasbook.engine.journal import Journal
from nasbook.space import plain
from nasbook.strategies.protocol import Candidate
from nasbook.trial import Trial

LONG = 60.0  # seconds without a result after which it looks whether there is a worker


def training_seed(seed: int, architecture: Mapping) -> int:
    """The seed that a candidate is trained with: it depends on the run and the architecture, not on order."""
    digest = hashlib.sha256(f"({seed!r}, {written(architecture)})".encode()).digest()
    return int.from_bytes(digest[:4], "big")


@functools.lru_cache(maxsize=10_000)
def written(architecture: Mapping) -> str:
    """The genes as text; values that equal one another are written alike."""
    return repr([(name, canonical(value)) for name, value in architecture.items()])


def canonical(value):
    """True and 1.0 as 1: equal values have equal seeds. A function or a class by its name."""
    value = plain(value)
    if isinstance(value, tuple):
        return tuple(map(canonical, value))
    if isinstance(value, bool | float) and value == value // 1:
        return int(value)
    return getattr(value, "__qualname__", value)


class Work:
    """The evaluations of a search.

    `begun` holds what was asked for, by architecture and epochs, with its number in the order asked. On Dask
    a worker that dies takes along all that it was busy with: each of these `suspects` is evaluated again,
    alone, while others wait in `held`. The one that kills a worker again is the culprit.
    """

    def __init__(self, evaluate, seed: int, submit: Callable | None, journal: Journal | None):
        self.evaluate, self.seed, self.submit, self.journal = evaluate, seed, submit, journal
        self.begun: dict[tuple, int] = {}
        self.done: dict[tuple, Trial] = {}
        self.arrived: dict[tuple, tuple[bool, int]] = {}  # sorts by arrival: (not on file, its place)
        self.held, self.suspects = deque(), deque()
        self.suspected: set[tuple] = set()
        self.running: set[Future] = set()
        self.alone: Future | None = None
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
            self.arrived[key] = (False, self.journal.place(candidate))
        elif self.submit:
            self.held.append(candidate)
            self.start_what_may_run()
        return True

    def start_what_may_run(self) -> None:
        """All that was asked for or, alone, a suspect."""
        if self.alone in self.running or (self.suspects and self.running):
            return
        if self.suspects:
            self.alone = self.start(self.suspects.popleft())
        else:
            while self.held:
                self.start(self.held.popleft())

    def start(self, candidate: Candidate) -> Future:
        future = self.submit(candidate.architecture, **self.settings(candidate))
        self.running.add(future)
        future.add_done_callback(lambda future: self.finished.put((candidate, future)))
        return future

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

    def place(self, pending: list[tuple[Candidate, bool]]) -> int:
        """Where among `pending` the candidate stands whose trial arrived first; waits until there is one."""
        while True:
            done = [(self.arrived[c[:2]], i) for i, (c, _) in enumerate(pending) if c[:2] in self.done]
            if done or not self.submit or self.interrupted:
                return min(done, default=(None, 0))[1]
            self.wait()

    def result(self, candidate: Candidate, is_new: bool) -> Trial:
        """The trial of a candidate, when it is there; that of a duplicate is marked, and costs nothing."""
        key = candidate[:2]
        while not (trial := self.done.get(key)) and not self.interrupted:
            if self.submit:
                self.wait()
            else:
                self.keep(candidate, self.evaluate(candidate.architecture, **self.settings(candidate)))
        if self.interrupted:
            raise KeyboardInterrupt
        if is_new:
            return trial
        return trial.but(cached=True, seconds=0.0, starting=0.0, parents=candidate.parents)

    def wait(self) -> None:
        """Keep what has finished, at least one; warns where it takes long and a cluster has no worker."""
        first: list = []
        while not first:
            try:
                first = [self.finished.get(timeout=LONG)]
            except Empty:
                executors.warn_without_workers(self.running)
        self.collect([*first, *self.ready()])

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
            if isinstance(found, Trial):
                self.keep(candidate, found.but(architecture=candidate.architecture))
            elif not isinstance(found, BaseException):
                errors.append(self.no_trial(found))
            elif executors.is_death(found):
                self.bury(candidate, found)
            else:
                errors.append(found)
        self.start_what_may_run()
        if errors:
            raise errors[0]

    def bury(self, candidate: Candidate, death: Exception) -> None:
        """A failed trial, or another attempt where the death may have been another candidate's doing."""
        key = candidate[:2]
        if executors.may_be_innocent(death) and key not in self.suspected:
            self.suspected.add(key)
            self.suspects.append(candidate)
        else:
            self.keep(candidate, self.lost(candidate, death))

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

    def no_trial(self, found) -> TypeError:
        name = getattr(self.evaluate, "__name__", type(self.evaluate).__name__)
        return TypeError(
            f"{name} returned {found!r:.80}: an evaluator returns an nb.Trial (is a `return` missing?)."
        )

    def keep(self, candidate: Candidate, trial: Trial) -> None:
        """Put a trial on file; one whose score is no number has failed."""
        if not isinstance(trial, Trial):
            raise self.no_trial(trial)
        if trial.status == "done" and not math.isfinite(trial.score):
            trial = trial.but(score=-math.inf, status="failed", error=f"the score is {trial.score}")
        key = candidate[:2]
        if self.journal:
            self.journal.write(candidate, self.begun[key], trial)
        self.done[key] = trial.but(parents=candidate.parents) if candidate.parents else trial
        self.arrived[key] = (True, len(self.arrived))

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
