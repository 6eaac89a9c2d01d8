"""Successive halving and Hyperband: train many for a short time, and only the best of them to the end.

Halving is that of Jamieson and Talwalkar (2016), Hyperband that of Li et al. (2018, Algorithm 1).
"""

import itertools
import math

import numpy as np

from nasbook.space import Architecture, SearchSpace
from nasbook.strategies.protocol import Candidate, draw_unseen

Bracket = list[tuple[int, int]]  # the rungs: so many candidates are trained to so many epochs


class SuccessiveHalving:
    """Rungs: train random `candidates` to `min_epochs`, go on with the best of them, `eta` times as long.

    On every rung 1/eta of the candidates remain, and their training goes on where it stood; the last rung is
    a whole training of `max_epochs`. When a bracket is through, the next one begins with newcomers. Raises
    ValueError for settings that cannot work.
    """

    waits = True

    def __init__(
        self,
        space: SearchSpace,
        *,
        candidates: int = 16,
        min_epochs: int = 1,
        max_epochs: int = 5,
        eta: float = 2,
    ):
        if candidates < 1 or not 1 <= min_epochs <= max_epochs or not eta > 1:
            raise ValueError(
                f"candidates={candidates}, min_epochs={min_epochs}, max_epochs={max_epochs}, eta={eta} "
                "cannot halve: give at least 1 candidate, epochs of which min is at most max, an eta above 1."
            )
        last = whole(math.log(max_epochs / min_epochs, eta))
        self.space, self.brackets = space, [bracket(candidates, last, max_epochs, eta)]

    def start(self, rng: np.random.Generator) -> None:
        self.rng, self.proposed = rng, set()
        self.begun, self.rung, self.plan = 0, 0, []
        self.queue, self.awaited, self.told = [], 0, []

    def ask(self, n: int) -> list[Candidate]:
        if not self.queue and not self.awaited:
            self.queue = self.promoted() or self.newcomers()
        taken, self.queue = self.queue[:n], self.queue[n:]
        self.awaited += len(taken)
        return taken

    def tell(self, trials) -> None:
        self.told += trials
        self.awaited -= len(trials)

    def promoted(self) -> list[Candidate]:
        """The best of the rung that is through, to be trained on; none after the last rung."""
        done = [trial for trial in self.told if trial.status == "done"]
        best, self.told, self.rung = sorted(done, key=lambda trial: -trial.score), [], self.rung + 1
        if self.rung >= len(self.plan):
            return []
        count, epochs = self.plan[self.rung]
        return [Candidate(trial.architecture, epochs, resume=trial.epochs) for trial in best[:count]]

    def newcomers(self) -> list[Candidate]:
        """The first rung of the next bracket: random architectures that were not proposed before."""
        self.plan, self.rung = self.brackets[self.begun % len(self.brackets)], 0
        self.begun += 1
        count, epochs = self.plan[0]
        drawn = (self.newcomer() for _ in range(count))
        return [Candidate(architecture, epochs) for architecture in drawn if architecture]

    def newcomer(self) -> Architecture | None:
        """An architecture that was not proposed before; a subclass may draw it otherwise."""
        return draw_unseen(self.space, self.proposed, self.rng)


class Hyperband(SuccessiveHalving):
    """Successive halving that takes turns: from many candidates trained briefly to a few trained fully.

    How much a short training says about a long one is unknown, so every answer gets about the same number of
    epochs. Raises ValueError for settings that cannot work.
    """

    waits = True

    def __init__(self, space: SearchSpace, *, max_epochs: int = 5, eta: float = 2):
        super().__init__(space, max_epochs=max_epochs, eta=eta)  # which refuses settings that cannot work
        last = whole(math.log(max_epochs, eta))
        self.brackets = [
            bracket(math.ceil((last + 1) / (s + 1) * eta**s), s, max_epochs, eta)
            for s in reversed(range(last + 1))
        ]


def bracket(candidates: int, s: int, max_epochs: int, eta: float) -> Bracket:
    """Rungs 0 to s: each has 1/eta of the candidates and eta times the epochs of the one before.

    Both are rounded: candidates down, epochs to the nearest. No rung is empty, and each trains further.
    """
    rungs = [
        (max(1, whole(candidates / eta**i)), max(1, round(max_epochs / eta ** (s - i)))) for i in range(s + 1)
    ]
    return [rung for before, rung in itertools.pairwise([(0, 0), *rungs]) if rung[1] > before[1]]


def whole(number: float) -> int:
    """Rounded down, but 2.9999999 is 3."""
    return math.floor(number + 1e-9)
