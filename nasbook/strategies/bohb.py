"""BOHB: Hyperband whose newcomers are drawn where good ones have been (Falkner et al. 2018, Algorithm 2)."""

import numpy as np

from nasbook.space import Architecture, SearchSpace
from nasbook.strategies.halving import Hyperband
from nasbook.strategies.protocol import draw_unseen


class BOHB(Hyperband):
    """Hyperband, and a model that draws its newcomers: like those that were good, unlike the others.

    The model is that of TPE (Bergstra et al. 2011): two densities, of the best `good` of all architectures
    and of the rest, by the scores of the longest training that more of them had than there are genes, and
    one. Of `draws` from the density of the good ones, the newcomer is the one at which the ratio of the two
    is largest. A share `random` is drawn at random, so that a wrong model cannot mislead the search forever.
    Raises ValueError for settings that cannot work.
    """

    waits = True

    def __init__(
        self,
        space: SearchSpace,
        *,
        max_epochs: int = 5,
        eta: float = 2,
        good: float = 0.15,
        random: float = 1 / 3,
        draws: int = 64,
    ):
        super().__init__(space, max_epochs=max_epochs, eta=eta)
        if not 0 < good < 1 or not 0 <= random <= 1 or draws < 1:
            raise ValueError(
                f"good={good}, random={random}, draws={draws} makes no model: give a good share above 0 and "
                "below 1, a random one from 0 to 1, and at least 1 draw."
            )
        self.good, self.random, self.draws = good, random, draws
        self.least = len(space.choices) + 1

    def start(self, rng: np.random.Generator) -> None:
        super().start(rng)
        self.scores: dict[int, list[tuple[float, Architecture]]] = {}  # after so many epochs

    def tell(self, trials) -> None:
        super().tell(trials)
        for trial in trials:
            if trial.status == "done":
                self.scores.setdefault(trial.epochs, []).append((trial.score, trial.architecture))

    def newcomer(self) -> Architecture | None:
        """The most promising that the model has drawn; a random one where there is no model, or by chance."""
        model = self.model()
        if model and self.rng.random() >= self.random:
            good, others = model
            drawn = (good.draw(self.rng) for _ in range(self.draws))
            new = [architecture for architecture in drawn if architecture not in self.proposed]
            if new:
                chosen = new[int(np.argmax(good(new) / others(new)))]
                self.proposed.add(chosen)
                return chosen
        return draw_unseen(self.space, self.proposed, self.rng)

    def model(self) -> tuple["Density", "Density"] | None:
        """The densities of the good ones and of the others, each of at least `least` architectures."""
        for _, scored in sorted(self.scores.items(), reverse=True):
            if len(scored) > self.least:
                ranked = [architecture for _, architecture in sorted(scored, key=lambda pair: -pair[0])]
                good = max(self.least, round(self.good * len(ranked)))
                others = max(self.least, len(ranked) - good)
                return Density(self.space, ranked[:good]), Density(self.space, ranked[-others:])
        return None


class Density:
    """How probable architectures are, as far as a sample of them tells.

    Each of a sample of n puts a kernel on every gene, of bandwidth (c - 1) / c * n ** (-2 / (4 + genes)): a
    gene with c values, "inactive" among them, is blurred the less, the larger the sample.
    """

    def __init__(self, space: SearchSpace, sample: list[Architecture]):
        self.space, self.sample = space, sample
        self.values = [(*choice.options, *[None] * bool(choice.when)) for choice in space.choices]
        self.counts = np.array([len(values) for values in self.values])
        alike = (self.counts - 1) / self.counts  # the bandwidth at which all values are as probable
        self.bandwidth = alike * len(sample) ** (-2 / (4 + len(self.counts)))

    def __call__(self, architectures) -> np.ndarray:
        """The density at each of them."""
        return kernel_density(self.codes(architectures), self.codes(self.sample), self.counts, self.bandwidth)

    def codes(self, architectures) -> np.ndarray:
        """Which of its values each gene has, shape (architectures, genes)."""
        genes = list(zip(self.space.names, self.values, strict=True))
        return np.array([[values.index(a.get(name)) for name, values in genes] for a in architectures])

    def draw(self, rng: np.random.Generator) -> Architecture:
        """One of the sample, each gene of which is drawn anew with the probability of its kernel."""
        genes = dict(self.sample[rng.integers(len(self.sample))])
        moved = (rng.random(len(self.counts)) < self.bandwidth).tolist()
        for choice, moves in zip(self.space.choices, moved, strict=True):
            if moves and choice.name in genes:
                others = [value for value in choice.options if value != genes[choice.name]]
                genes[choice.name] = others[rng.integers(len(others))] if others else genes[choice.name]
        return self.space.complete(genes, rng)


def kernel_density(
    points: np.ndarray, sample: np.ndarray, counts: np.ndarray, bandwidth: np.ndarray
) -> np.ndarray:
    """The density of unordered values at points, shape (points, genes), with a kernel on each of a sample.

    A kernel is a product over the genes: 1 - b where the value is the same, b / (c - 1) for each of the c - 1
    others, b its bandwidth (Aitchison and Aitken 1976).
    """
    same = points[:, np.newaxis] == sample
    factors = np.where(same, 1 - bandwidth, bandwidth / np.maximum(counts - 1, 1))
    return factors.prod(axis=2).mean(axis=1)
