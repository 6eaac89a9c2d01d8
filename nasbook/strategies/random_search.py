"""Random search: the baseline that every other strategy must beat (Bergstra and Bengio 2012)."""

import numpy as np

from nasbook.space import SearchSpace
from nasbook.strategies.protocol import Candidate, draw_unseen


class RandomSearch:
    """Draw architectures at random, as the space draws, none twice."""

    waits = True

    def __init__(self, space: SearchSpace):
        self.space = space

    def start(self, rng: np.random.Generator) -> None:
        self.rng, self.proposed = rng, set()

    def ask(self, n: int) -> list[Candidate]:
        drawn = (draw_unseen(self.space, self.proposed, self.rng) for _ in range(n))
        return [Candidate(architecture) for architecture in drawn if architecture]

    def tell(self, trials) -> None:
        """Random search learns nothing."""
