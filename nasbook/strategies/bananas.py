"""BANANAS: an ensemble of small networks predicts, its guesses choose among children (White et al. 2021)."""

import functools

import numpy as np

from nasbook.space import Architecture, SearchSpace
from nasbook.strategies.protocol import Candidate, draw_unseen


class Ensemble:
    """Small networks that differ only in their first weights; where they disagree, they do not know.

    Each has one layer of ReLU units and learns by Adam (Kingma and Ba 2015), all examples at once, its
    weights decaying a little at each step. All are trained together: arrays have the networks first.
    """

    def __init__(self, nets: int = 5, units: int = 32, steps: int = 200, decay: float = 0.1):
        self.nets, self.units, self.steps, self.decay = nets, units, steps, decay

    def fit(self, x: np.ndarray, y: np.ndarray) -> "Ensemble":
        """Learn scores, shape (n,), of encodings, shape (n, places)."""
        rng, places = np.random.default_rng(0), x.shape[1]
        self.mean, self.sd = np.mean(y), np.std(y) or 1.0
        self.weights = [
            rng.normal(0, np.sqrt(2 / places), (self.nets, places, self.units)),
            np.zeros((self.nets, 1, self.units)),
            rng.normal(0, np.sqrt(1 / self.units), (self.nets, self.units, 1)),
            np.zeros((self.nets, 1, 1)),
        ]
        target, moments = (y - self.mean) / self.sd, [np.zeros(2)] * 4
        for step in range(1, self.steps + 1):
            rate = 0.03 * (1 - step / self.steps)
            for i, slope in enumerate(self.slopes(x, target)):
                first, second = moments[i]
                moments[i] = first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
                change = first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
                self.weights[i] = self.weights[i] - rate * (change + self.decay * self.weights[i])
        return self

    def slopes(self, x: np.ndarray, target: np.ndarray) -> list[np.ndarray]:
        """The gradients of each network's mean squared error by its weights."""
        hidden = self.hidden(x)
        back = 2 * (self.outputs(hidden) - target[:, np.newaxis]) / len(x)  # (nets, n, 1)
        below = back @ self.weights[2].swapaxes(1, 2) * (hidden > 0)  # (nets, n, units)
        return [
            x.T @ below,
            below.sum(axis=1, keepdims=True),
            hidden.swapaxes(1, 2) @ back,
            back.sum(axis=1, keepdims=True),
        ]

    def hidden(self, x: np.ndarray) -> np.ndarray:
        return np.maximum(x @ self.weights[0] + self.weights[1], 0)

    def outputs(self, hidden: np.ndarray) -> np.ndarray:
        return hidden @ self.weights[2] + self.weights[3]

    def guesses(self, x: np.ndarray) -> np.ndarray:
        """What each network expects of each architecture, shape (nets, architectures)."""
        return self.mean + self.sd * self.outputs(self.hidden(x))[:, :, 0]

    def predict(self, x: np.ndarray) -> np.ndarray:
        """What they expect in the mean, shape (architectures,)."""
        return self.guesses(x).mean(axis=0)


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
