"""Exercises of chapter 11."""

import numpy as np

from nasbook.course.exercises.checking import checker
from nasbook.strategies.reinforce import softmax


@checker("11.1")
def _expected_update(expected_update) -> str | None:
    rng = np.random.default_rng(11)
    for k in (2, 3, 5):
        logits, rewards = rng.normal(size=k), rng.uniform(0.2, 1, size=k)
        p = softmax(logits)
        exact = p * (rewards - p @ rewards)
        found = [np.asarray(expected_update(logits.copy(), rewards.copy(), b)) for b in (0.0, 0.4, 0.9)]
        if any(update.shape != (k,) for update in found):
            return f"with {k} logits give {k} numbers; your shape is {found[0].shape}."
        if np.allclose(found[1], p * (rewards - 0.4)):
            return "the logits that were not drawn move, too: whatever is drawn, subtract the probabilities."
        if np.allclose(found, -exact):
            return "it points downhill: a reward above the baseline makes what was drawn more probable."
        if np.allclose(found[1], (rewards - 0.4) @ (np.eye(k) - p) / k):
            return "rare options are drawn rarely: weigh each option by its probability, not equally."
        if np.allclose(found, exact, atol=0.05) and not np.allclose(found, exact):
            return (
                "close, as a simulation is: there are only a few options, so take the exact mean over them."
            )
        if not np.allclose(found[0], found[2]):
            return "your update changes with the baseline; the mean over all draws does not."
        if not np.allclose(found, exact):
            return (
                f"for logits {logits.round(2)}, rewards {rewards.round(2)} you give {found[0].round(3)}: "
                "sum, over the options, probability times (reward - baseline) times the derivative of log p."
            )


@checker("11.2")
def _best_baseline(best_baseline) -> str | None:
    rng = np.random.default_rng(12)
    for k in (2, 3, 6):
        logits, rewards = rng.normal(0, 1.5, size=k), rng.uniform(size=k)
        p = softmax(logits)
        squares = ((np.eye(k) - p) ** 2).sum(axis=1)
        best, found = p * squares @ rewards / (p @ squares), best_baseline(logits.copy(), rewards.copy())
        if not np.isscalar(found):
            return "give one number."
        if np.isclose(found, p @ rewards):
            return "the expected reward is close, but not best: large gradients weigh more in a variance."
        if not np.isclose(found, best, atol=1e-4):
            yours, least = (p @ ((rewards - b) ** 2 * squares) for b in (found, best))
            return (
                f"the mean square is {yours:.4f}, and {least:.4f} is possible: where is the parabola lowest?"
            )


@checker("11.3")
def _effective_options(effective_options) -> str | None:
    rng = np.random.default_rng(13)
    for p in (np.full(4, 0.25), rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(6)), np.array([0.9, 0.1])):
        entropy, found = -(p @ np.log(p)), effective_options(p.copy())
        if not np.isscalar(found):
            return "give one number."
        if np.isclose(found, entropy) or np.isclose(found, entropy / np.log(2)):
            return "that is the entropy: which number of equal probabilities has this entropy?"
        if np.isclose(found, 2**entropy):
            return "nats belong to e, bits to 2: take the exponential in the unit of your logarithm."
        if np.isclose(found, 1 / (p @ p)) and not np.isclose(found, np.exp(entropy)):
            return "that is 1 / sum of p squared, another effective number: start from the entropy."
        if not np.isclose(found, np.exp(entropy), rtol=1e-4):
            return f"for {p.round(3)} you give {found:.3f}: k equal probabilities have the entropy log k."
    if not np.isclose(effective_options(np.array([0.0, 1.0, 0.0])), 1, atol=1e-4):
        return "certainty leaves one option: 0 log 0 counts as 0."


def _drawn(p, rng, size: int = 1) -> np.ndarray:
    return np.minimum(p.cumsum().searchsorted(rng.random(size)), len(p) - 1)


def _estimator(*, baseline: bool = True, forgets: bool = False, uniform: bool = False, sign: int = 1):
    """REINFORCE from one draw, with a mistake, or none."""

    def estimate(logits, rewards, rng):
        p = softmax(np.asarray(logits))
        (chosen,) = _drawn(np.full(len(p), 1 / len(p)) if uniform else p, rng)
        direction = np.zeros(len(p)) if forgets else -p
        direction[chosen] += 1
        return sign * (rewards[chosen] - baseline * (p @ rewards)) * direction

    return estimate


def _own_mean(logits, rewards, rng, batch: int = 4):
    """REINFORCE from a batch whose baseline is the mean of the batch: (batch - 1) / batch of the gradient."""
    p = softmax(np.asarray(logits))
    chosen = _drawn(p, rng, batch)
    advantages = rewards[chosen] - rewards[chosen].mean()
    return advantages @ (np.eye(len(p))[chosen] - p) / batch


_WRONG_ESTIMATORS = {
    "that climbs downhill": _estimator(sign=-1),
    "that leaves the logits alone that were not drawn": _estimator(forgets=True, baseline=False),
    "that is a quarter too short (its baseline is the mean of its own four rewards)": _own_mean,
    "that draws all options equally often": _estimator(uniform=True),
}


@checker("11.4")
def _is_biased(is_biased) -> str | None:
    logits = np.array([0.5, 0.0, -0.5])
    settings = [(logits, np.array([0.9, 0.5, 0.3])), (logits[::-1].copy(), np.array([90.0, 86.0, 83.0]))]
    first = is_biased(_estimator(), *settings[0], np.random.default_rng(0))
    if not isinstance(first, bool | np.bool_):
        return "answer True or False."
    alarms = [
        is_biased(_estimator(baseline=baseline), *settings[seed % 2], np.random.default_rng(seed))
        for seed, baseline in enumerate([True, True, False, False] * 4)
    ]
    if sum(alarms) > len(alarms) / 4:
        return (
            "you call right estimators biased that are only noisy, such as one without a baseline: the mean "
            "of n estimates errs by about their standard deviation / sqrt(n), in the unit of the rewards."
        )
    if any(alarms):
        return (
            f"in {sum(alarms)} of {len(alarms)} runs you call a right estimator biased: of so many "
            "means some one is beyond two standard errors by chance. Ask for more of them."
        )
    for name, estimate in _WRONG_ESTIMATORS.items():
        for setting in settings:
            if not is_biased(estimate, *setting, np.random.default_rng(1)):
                return f"you let one pass {name}: compare every number with its own standard error."
