"""The final choice: which of all that was tried is the winner? The best score is partly luck.

`history.best` takes the best score, which the choice biases upward (Cawley and Talbot 2010). Two other ways:
try the best few again, or believe a model that has seen all trials.
"""

import numpy as np

from nasbook.space import SearchSpace
from nasbook.strategies.bayesian import Bayesian
from nasbook.trial import Trial


def by_repeats(history, evaluate, *, top: int = 5, seeds: int = 3) -> Trial:
    """The best mean over fresh seeds among the `top` scores: `top * seeds` evaluations, a part of the budget.

    The scores that made them the top do not count: they are too good. The trial returned holds the mean as
    its score and the fresh scores as `scores`. Raises ValueError for less than one candidate or seed, and
    where no trial succeeded.
    """
    if top < 1 or seeds < 1:
        raise ValueError(f"top={top}, seeds={seeds} choose nothing: give at least 1 of each.")
    best = sorted(history.succeeded or [history.best], key=lambda trial: -trial.score)[:top]
    return max((again(trial, evaluate, seeds) for trial in best), key=lambda trial: trial.score)


def again(trial: Trial, evaluate, seeds: int) -> Trial:
    """The same architecture with the seeds after that of the trial."""
    fresh = [evaluate(trial.architecture, seed=trial.seed + 1 + i) for i in range(seeds)]
    scores = tuple(one.score for one in fresh)
    spent = {name: sum(getattr(one, name) for one in fresh) for name in ("seconds", "starting")}
    return trial.but(score=float(np.mean(scores)), scores=scores, **spent)


def by_model(history, space: SearchSpace) -> Trial:
    """The trial of which a Gaussian process on all trials expects most; it costs no evaluation.

    The process is that of `Bayesian`. Raises ValueError where no trial succeeded.
    """
    done = history.succeeded or [history.best]
    model = Bayesian(space)
    model.start(np.random.default_rng(0))
    model.tell(done)
    x = model.encoded(trial.architecture for trial in done)
    means = model.fit(x, np.array([trial.score for trial in done])).predict(x)
    return done[int(np.argmax(means))]
