"""Exercises of chapter 10."""

import numpy as np

from nasbook.course.exercises.checking import checker
from nasbook.strategies.bayesian import expected_improvement


@checker("10.1")
def _upper_confidence_bound(ucb) -> str | None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        mean, sd, kappa = rng.normal(0.8, 0.03, 12), rng.uniform(0.01, 0.05, 12), rng.uniform(0.2, 5)
        values = np.asarray(ucb(mean.copy(), sd.copy(), kappa))
        if values.shape != mean.shape:
            return f"12 candidates give an array of shape {values.shape}: give one number for each."
        if np.allclose(values, mean - kappa * sd):
            return "that is the lower bound, which avoids what is uncertain: be optimistic."
        if np.allclose(values, mean + kappa * sd**2):
            return "s is the standard deviation: no square."
        if np.argmax(ucb(mean.copy(), sd.copy(), 0)) != mean.argmax():
            return "with kappa = 0 it does not propose the highest mean."
        if np.argmax(ucb(mean.copy(), sd.copy(), 1e6)) != sd.argmax():
            return "with a huge kappa it does not propose the widest band."
        if not np.allclose(values, mean + kappa * sd):
            return (
                f"{mean[0]:.3f} ± {sd[0]:.3f} and kappa {kappa:.2f} give {mean[0] + kappa * sd[0]:.3f}, you "
                f"say {values[0]:.3f}: the mean plus kappa standard deviations."
            )


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
