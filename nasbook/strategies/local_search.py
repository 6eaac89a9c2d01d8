"""Local search: hill climbing with restarts, embarrassingly strong on small spaces (White et al. 2021)."""

import numpy as np

from nasbook.space import SearchSpace
from nasbook.strategies.protocol import Candidate, draw_unseen


class LocalSearch:
    """Evaluate all neighbors of an architecture, go to the best of them while that is better, then restart.

    The neighbors are evaluated in random order. A restart is a random architecture that was not proposed
    before; no architecture is proposed twice. `optima` lists where the climbs ended.
    """

    waits = True

    def __init__(self, space: SearchSpace):
        self.space = space

    def start(self, rng: np.random.Generator) -> None:
        self.rng, self.proposed, self.scores = rng, set(), {}
        self.current, self.queue, self.awaited = None, [], 0
        self.optima = []

    def ask(self, n: int) -> list[Candidate]:
        if not self.queue and not self.awaited:
            self.queue = self.climb()
        taken, self.queue = self.queue[:n], self.queue[n:]
        self.awaited += len(taken)
        return taken

    def tell(self, trials) -> None:
        self.scores.update((trial.architecture, trial.score) for trial in trials)
        self.awaited -= len(trials)

    def climb(self) -> list[Candidate]:
        """Step upward until there is something to evaluate: unseen neighbors, or the start of a new climb."""
        while self.current is not None:
            neighbors = self.space.neighbors(self.current)
            unseen = [neighbor for neighbor in neighbors if neighbor not in self.proposed]
            if unseen:
                self.rng.shuffle(unseen)
                self.proposed.update(unseen)
                return [Candidate(neighbor, parents=(self.current,)) for neighbor in unseen]
            best = max(neighbors, key=self.scores.__getitem__, default=self.current)
            if self.scores[best] > self.scores[self.current]:
                self.current = best
            else:
                self.optima.append(self.current)
                break
        self.current = draw_unseen(self.space, self.proposed, self.rng)
        return [Candidate(self.current)] if self.current else []
