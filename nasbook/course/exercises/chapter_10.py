"""Exercises of chapter 10."""

import numpy as np

from nasbook.course.exercises.checking import checker
from nasbook.strategies.bayesian import expected_improvement


@checker("10.1")
def _switch(switch) -> str | None:
    rng = np.random.default_rng(0)
    for leader, rival in _pairs(rng):
        right = None if rival[1] <= leader[1] else (leader[0] - rival[0]) / (rival[1] - leader[1])
        case = "leader {:.3f} ± {:.3f}, rival {:.3f} ± {:.3f}".format(*leader, *rival)
        try:
            kappa = switch(leader, rival)
        except ZeroDivisionError:
            return f"{case}: two bands of one width, and you divide by zero. Who has the higher bound?"
        if kappa is not None and (np.ndim(kappa) or not isinstance(kappa, int | float | np.number)):
            return "return one number, or None."
        if right is None and kappa is not None:
            return f"{case}: the rival promises no more for any kappa of 0 or more, so return None."
        if right is not None and kappa is None:
            return f"{case}: the rival has the wider band, so a large kappa prefers it. From which on?"
        if right is None or np.isclose(kappa, right, rtol=1e-6, atol=1e-9):
            continue
        if right and np.isclose(kappa, -right):
            return "a kappa below 0 would punish doubt: look at your signs."
        if np.isclose(kappa, (leader[0] - rival[0]) / (rival[1] ** 2 - leader[1] ** 2)):
            return "s is the standard deviation: no square."
        if np.isclose(kappa, (leader[0] - rival[0]) / rival[1]):
            return "the bound of the leader grows with kappa, too."
        return f"{case}: at kappa {kappa:.3f} the two bounds differ. Where are they equal?"


def _pairs(rng):
    """(leader, rival): with the wider band; with the narrower one; of equal means, of equal widths."""
    for _ in range(20):
        low, high = np.sort(rng.uniform(0.7, 0.9, size=2)).tolist()
        narrow, wide = np.sort(rng.uniform(0.001, 0.05, size=2)).tolist()
        yield (high, narrow), (low, wide)
        yield (high, wide), (low, narrow)
        yield (high, narrow), (high, wide)
        yield (high, wide), (high, narrow)
        yield (high, wide), (low, wide)
        yield (high, wide), (high, wide)


@checker("10.2")
def _sure_or_bold(sure, bold) -> str | None:
    best = 0.85
    try:
        (mean, sd), (bold_mean, bold_sd) = sure, bold
    except (TypeError, ValueError):
        return "give each candidate as a pair: (mean, sd)."
    if not min(sd, bold_sd) > 0:
        return "a standard deviation is above 0: a band without width promises nothing."
    if not mean > best > bold_mean:
        return f"the mean of the sure one lies above {best}, that of the bold one below."
    if max(mean + 2 * sd, bold_mean + 2 * bold_sd) > 1:
        return "an accuracy of more than 1 cannot be: let mean + 2 sd stay below."
    gains = [expected_improvement(m, s, best) for m, s in (sure, bold)]
    if gains[0] >= gains[1]:
        return (
            f"the expected improvement of the sure one is {gains[0]:.4f}, of the bold one {gains[1]:.4f}: "
            "what makes the second term of the formula large, and what keeps the first one small?"
        )


@checker("10.3")
def _posterior_after_one(after_one) -> str | None:
    rng = np.random.default_rng(0)
    for noise in (0.0, *rng.uniform(0.1, 2, size=20)):
        y, r = rng.normal(), rng.uniform(-1, 1)
        answer, case = after_one(y, r, noise), f"y = {y:.2f}, r = {r:.2f}, noise = {noise:.2f}"
        if np.shape(answer) != (2,):
            return "give two numbers: the mean and the variance."
        if noise and np.allclose(answer, (r * y, 1 - r**2)):
            return "you trust the score fully: the noise adds to the variance of what is seen, so to K."
        mean, variance = r * y / (1 + noise), 1 - r**2 / (1 + noise)
        if not np.isclose(answer[0], mean):
            return f"for {case} the mean is {mean:.3f}, not {answer[0]:.3f}: k times y, divided by K."
        if np.isclose(answer[1], np.sqrt(variance)) and not np.isclose(answer[1], variance):
            return "the second number is the variance, and no standard deviation."
        if not np.isclose(answer[1], variance):
            return (
                f"for {case} the variance is {variance:.3f}, not {answer[1]:.3f}: the prior one minus what "
                "the first point explains of it."
            )
