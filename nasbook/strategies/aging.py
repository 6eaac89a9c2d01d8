"""Aging (regularized) evolution: the oldest dies, however good it is (Real et al. 2019, Algorithm 1)."""

from collections import deque

import numpy as np

from nasbook.space import SearchSpace
from nasbook.strategies.genetic import tournament
from nasbook.strategies.protocol import Candidate, stranger, unseen_child


class AgingEvolution:
    """Change one gene of the best of a random sample; with every birth, the oldest member dies.

    A lucky score is not kept forever: to survive, an architecture must have children that are good, too.
    The first `population` architectures are random; `sample` are drawn, with replacement, to choose each
    parent. No architecture is proposed twice: where a child was, another sample is drawn. Raises ValueError
    for settings that cannot work.
    """

    def __init__(self, space: SearchSpace, *, population: int = 20, sample: int = 5):
        if population < 1 or sample < 1:
            raise ValueError(
                f"population={population}, sample={sample} cannot evolve: give at least 1 of each."
            )
        self.space, self.size, self.sample = space, int(population), int(sample)

    def start(self, rng: np.random.Generator) -> None:
        self.rng, self.proposed, self.asked = rng, set(), 0
        self.population: deque = deque(maxlen=self.size)  # the left end is the oldest

    def ask(self, n: int) -> list[Candidate]:
        candidates = []
        while len(candidates) < n and (self.asked < self.size or self.population):
            candidate = self.propose()
            if candidate is None:
                break
            self.asked += 1
            candidates.append(candidate)
        return candidates

    def tell(self, trials) -> None:
        self.population.extend(trials)

    def propose(self) -> Candidate | None:
        if self.asked < self.size:
            return stranger(self.space, self.proposed, self.rng)
        return unseen_child(self.breed, self.space, self.proposed, self.rng)

    def breed(self) -> Candidate:
        parent = tournament(self.population, self.rng, self.sample).architecture
        return Candidate(self.space.change_one_gene(parent, self.rng), parents=(parent,))
