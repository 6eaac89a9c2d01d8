"""A strategy of your own. Copy this folder, rename the class, change `propose`; the tests say what breaks."""

import numpy as np

import nasbook as nb
from nasbook.strategies.protocol import draw_unseen


class MyStrategy:
    """Change one gene of the best architecture so far; now and then draw a random one.

    `curiosity` is the probability of a random one. Raises ValueError where it is none.
    """

    def __init__(self, space: nb.SearchSpace, *, curiosity: float = 0.2):
        if not 0 <= curiosity <= 1:
            raise ValueError(f"curiosity={curiosity} is no probability: give a number from 0 to 1.")
        self.space, self.curiosity = space, curiosity

    def start(self, rng: np.random.Generator) -> None:
        """Forget everything: one object can search many times. All randomness comes from `rng`."""
        self.rng, self.proposed, self.best = rng, set(), None

    def ask(self, n: int) -> list[nb.Candidate]:
        """Up to n architectures to evaluate next; fewer, or none, when all were proposed."""
        proposals = [self.propose() for _ in range(n)]
        return [nb.Candidate(architecture) for architecture in proposals if architecture]

    def tell(self, trials) -> None:
        """The results, in the order asked. A failed trial has the score -inf."""
        for trial in trials:
            if self.best is None or trial.score > self.best.score:
                self.best = trial

    def propose(self) -> nb.Architecture | None:
        """One architecture that was not proposed before. This is the line to make better."""
        if self.best is not None and self.rng.random() >= self.curiosity:
            new = [one for one in self.space.neighbors(self.best.architecture) if one not in self.proposed]
            if new:
                chosen = new[self.rng.integers(len(new))]
                self.proposed.add(chosen)
                return chosen
        return draw_unseen(self.space, self.proposed, self.rng)
