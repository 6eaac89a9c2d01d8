"""Asynchronous successive halving: promote whoever deserves it by now, and never wait (Li et al. 2020)."""

import math

import numpy as np

from nasbook.space import Architecture, SearchSpace
from nasbook.strategies.halving import bracket, whole
from nasbook.strategies.protocol import Candidate, draw_unseen


class AsynchronousHalving:
    """Successive halving without a barrier, ASHA: a free worker always gets something to do.

    A trial that belongs to the best 1/eta of its rung *so far* goes on to the next rung, `eta` times as long;
    where nobody deserves it, a newcomer begins on the lowest. So a promotion may turn out to be a mistake,
    and nobody waits for the last of a rung: made for many workers and results used as they arrive
    (`nb.search(..., order="arrival")`). The last rung is a whole training of `max_epochs`. Raises ValueError
    for settings that cannot work.
    """

    def __init__(self, space: SearchSpace, *, min_epochs: int = 1, max_epochs: int = 5, eta: float = 2):
        if not 1 <= min_epochs <= max_epochs or not eta > 1:
            raise ValueError(
                f"min_epochs={min_epochs}, max_epochs={max_epochs}, eta={eta} makes no rungs: "
                "give 1 <= min_epochs <= max_epochs, and eta above 1."
            )
        self.space, self.eta = space, eta
        last = whole(math.log(max_epochs / min_epochs, eta))
        self.epochs = [epochs for _, epochs in bracket(1, last, max_epochs, eta)]

    def start(self, rng: np.random.Generator) -> None:
        self.rng, self.proposed = rng, set()
        self.rungs: list[list] = [[] for _ in self.epochs]
        self.promoted: list[set[Architecture]] = [set() for _ in self.epochs]

    def ask(self, n: int) -> list[Candidate]:
        proposals = (self.propose() for _ in range(n))
        return [candidate for candidate in proposals if candidate]

    def tell(self, trials) -> None:
        for trial in trials:
            if trial.status == "done":
                self.rungs[self.epochs.index(trial.epochs)].append(trial)

    def propose(self) -> Candidate | None:
        """Somebody who may go on, from the highest rung that has one; otherwise a newcomer."""
        for i in reversed(range(len(self.epochs) - 1)):
            if deserving := self.deserving(i):
                self.promoted[i].add(deserving)
                return Candidate(deserving, self.epochs[i + 1], resume=self.epochs[i])
        architecture = draw_unseen(self.space, self.proposed, self.rng)
        return Candidate(architecture, self.epochs[0]) if architecture else None

    def deserving(self, i: int) -> Architecture | None:
        """The best of a rung that has not gone on, if it is among the best 1/eta there."""
        best = sorted(self.rungs[i], key=lambda trial: -trial.score)[: whole(len(self.rungs[i]) / self.eta)]
        return next((t.architecture for t in best if t.architecture not in self.promoted[i]), None)
