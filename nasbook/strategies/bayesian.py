"""Bayesian optimization: a Gaussian process predicts, expected improvement proposes (Jones et al. 1998)."""

import functools
import warnings

import numpy as np
from scipy.stats import norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from nasbook.space import Architecture, SearchSpace
from nasbook.strategies.protocol import Candidate, draw_unseen

POOL = 2_000  # architectures among which the next one is chosen; a smaller space is taken whole
# One gene changed is a distance of 1.4. Without bounds a few noisy scores can teach a length far below, at
# which no architecture says anything about another, and that there is no noise.
KERNEL = ConstantKernel(1.0, (0.05, 50)) * Matern(4.0, (1.5, 20), nu=2.5) + WhiteKernel(0.3, (0.01, 10))


class Bayesian:
    """Propose the architecture whose score is expected to exceed the best so far by most.

    After `initial` random architectures a Gaussian process on the encoding of all that were told predicts
    mean and standard deviation of every other; its kernel is learned anew, within `KERNEL`'s bounds, whenever
    the number of known trials has grown by half. In a batch, each proposal is taken to score as predicted
    until its trial is told ("kriging believer", Ginsbourger et al. 2010). No architecture is proposed twice.
    Raises ValueError for settings that cannot work.
    """

    def __init__(self, space: SearchSpace, *, initial: int = 10):
        if initial < 2:
            raise ValueError(f"initial={initial} is too few to fit a Gaussian process: give at least 2.")
        self.space, self.initial = space, initial

    def start(self, rng: np.random.Generator) -> None:
        self.rng, self.proposed, self.awaited = rng, set(), []
        self.known: list[tuple[Architecture, float]] = []
        self.kernel, self.fitted_to = None, 0
        self.encode = functools.cache(self.space.encode)
        small = self.space.size <= POOL
        self.everything = list(self.space.enumerate()) if small else None

    def ask(self, n: int) -> list[Candidate]:
        proposals = (self.propose() for _ in range(n))
        return [Candidate(architecture) for architecture in proposals if architecture]

    def propose(self) -> Architecture | None:
        if len(self.proposed) < self.initial or len(self.known) < 2:
            chosen = draw_unseen(self.space, self.proposed, self.rng)
        else:
            pool = self.pool()
            if not pool:
                return None
            chosen = pool[int(np.argmax(self.acquisition(pool)))]
            self.proposed.add(chosen)
        if chosen:
            self.awaited.append(chosen)
        return chosen

    def tell(self, trials) -> None:
        for trial in trials:
            if trial.architecture in self.awaited:
                self.awaited.remove(trial.architecture)
            if np.isfinite(trial.score):  # a failed trial has no score to learn from
                self.known.append((trial.architecture, trial.score))

    def pool(self) -> list[Architecture]:
        """What could be proposed: the whole space, or as many random ones as changes of the best."""
        if self.everything:
            pool = self.everything
        else:
            best = max(self.known, key=lambda pair: pair[1])[0]
            pool = [self.space.sample(self.rng) for _ in range(POOL // 2)]
            pool += [self.space.change_one_gene(best, self.rng) for _ in range(POOL // 2)]
        return [architecture for architecture in dict.fromkeys(pool) if architecture not in self.proposed]

    def acquisition(self, pool: list[Architecture]) -> np.ndarray:
        """What each of them promises; a subclass may promise something else."""
        x = self.encoded(architecture for architecture, _ in self.known)
        y = np.array([score for _, score in self.known])
        process = self.fit(x, y)
        if self.awaited:
            waiting = self.encoded(self.awaited)
            x, y = np.vstack([x, waiting]), np.append(y, process.predict(waiting))
            process = self.fit(x, y)
        mean, sd = process.predict(self.encoded(pool), return_std=True)
        return expected_improvement(mean, sd, best=y.max())

    def encoded(self, architectures) -> np.ndarray:
        """One row an architecture."""
        return np.array([self.encode(architecture) for architecture in architectures])

    def fit(self, x: np.ndarray, y: np.ndarray) -> GaussianProcessRegressor:
        """A Gaussian process; its kernel is learned only when there is half as much again to learn from."""
        learn = len(self.known) >= 1.5 * self.fitted_to
        process = GaussianProcessRegressor(
            KERNEL if learn else self.kernel,
            optimizer="fmin_l_bfgs_b" if learn else None,
            normalize_y=True,
            random_state=0,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a parameter at its bound is no harm
            process.fit(x, y)
        if learn:
            self.kernel, self.fitted_to = process.kernel_, len(self.known)
        return process


def expected_improvement(mean: np.ndarray, sd: np.ndarray, best: float) -> np.ndarray:
    """E[max(score - best, 0)] for a normally distributed score with this mean and standard deviation."""
    sd = np.maximum(sd, 1e-12)
    z = (mean - best) / sd
    return (mean - best) * norm.cdf(z) + sd * norm.pdf(z)
