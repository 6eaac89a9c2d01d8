"""BANANAS: an ensemble of small networks predicts, its guesses choose among children (White et al. 2021)."""

import functools

import numpy as np

from nasbook.space import Architecture, SearchSpace
from nasbook.strategies.ensemble import Ensemble
from nasbook.strategies.protocol import Candidate, draw_unseen


class BANANAS:
    """Propose the most promising of many children of the best, as an ensemble sees them.

    After `initial` random architectures, and again after every `every` trials, an `Ensemble` learns what is
    known. Of `children` new ones, of the `parents` best architectures by mutation, it proposes the one with
    the largest number drawn from its normal distribution: mean and standard deviation of the ensemble's
    guesses ("independent Thompson sampling"). No architecture is proposed twice. Raises ValueError for
    settings that cannot work.
    """

    def __init__(
        self,
        space: SearchSpace,
        *,
        initial: int = 10,
        every: int = 10,
        parents: int = 10,
        children: int = 100,
        mutation_rate: float = 0.2,
    ):
        if min(initial, every, parents, children) < 1 or initial < 2 or not 0 < mutation_rate <= 1:
            raise ValueError(
                f"initial={initial}, every={every}, parents={parents}, children={children}, "
                f"mutation_rate={mutation_rate} cannot search: give at least 2 initial ones, at least 1 of "
                "the others, and a rate above 0 and at most 1."
            )
        self.space, self.initial, self.every = space, initial, every
        self.parents, self.children, self.mutation_rate = parents, children, mutation_rate

    def start(self, rng: np.random.Generator) -> None:
        self.rng, self.proposed, self.learned = rng, set(), 0
        self.known: list[tuple[Architecture, float]] = []
        self.encode = functools.cache(self.space.encode)

    def ask(self, n: int) -> list[Candidate]:
        proposals = (self.propose() for _ in range(n))
        return [candidate for candidate in proposals if candidate]

    def tell(self, trials) -> None:
        done = [trial for trial in trials if trial.status == "done"]  # a failed one has no score to learn
        self.known += [(trial.architecture, trial.score) for trial in done]

    def propose(self) -> Candidate | None:
        if len(self.proposed) >= self.initial and len(self.known) >= 2:
            children = self.bred()
            if children:
                chosen = children[int(np.argmax(self.drawn(children)))]
                self.proposed.add(chosen.architecture)
                return chosen
        newcomer = draw_unseen(self.space, self.proposed, self.rng)
        return Candidate(newcomer) if newcomer else None

    def bred(self) -> list[Candidate]:
        """Children of the best that were not proposed before."""
        best = sorted(self.known, key=lambda pair: -pair[1])[: self.parents]
        children: dict[Architecture, Candidate] = {}
        for i in self.rng.integers(len(best), size=self.children):
            parent = best[i][0]
            child = self.space.mutate(parent, self.rng, self.mutation_rate)
            if child not in self.proposed:
                children.setdefault(child, Candidate(child, parents=(parent,)))
        return list(children.values())

    def drawn(self, children: list[Candidate]) -> np.ndarray:
        """A number drawn for each child from what the ensemble believes of it."""
        if len(self.known) >= self.learned + self.every or not self.learned:
            x = self.encoded(architecture for architecture, _ in self.known)
            self.ensemble = Ensemble().fit(x, np.array([score for _, score in self.known]))
            self.learned = len(self.known)
        guesses = self.ensemble.guesses(self.encoded(child.architecture for child in children))
        return self.rng.normal(guesses.mean(axis=0), guesses.std(axis=0))

    def encoded(self, architectures) -> np.ndarray:
        """One row an architecture."""
        return np.array([self.encode(architecture) for architecture in architectures])
