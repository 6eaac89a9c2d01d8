"""Exercises of chapter 11."""

import numpy as np

from nasbook.course.exercises.checking import checker
from nasbook.strategies.reinforce import softmax


@checker("11.1")
def _reinforce_gradient(gradient) -> str | None:
    rng = np.random.default_rng(11)
    for k in (2, 3, 5):
        logits, chosen = rng.normal(size=k), int(rng.integers(k))
        score, baseline = rng.uniform(0.5, 1, size=2)
        p = softmax(logits)
        direction = np.eye(k)[chosen] - p
        found = np.asarray(gradient(logits.copy(), chosen, score, baseline))
        if found.shape != (k,):
            return f"with {k} logits give {k} numbers; your shape is {found.shape}."
        if np.allclose(found, score * direction):
            return "that is right without a baseline: weigh by the advantage, score minus baseline."
        if np.allclose(found, (baseline - score) * direction):
            return "it points downhill: a score above the baseline makes what was chosen more probable."
        if np.allclose(found, (score - baseline) * np.eye(k)[chosen]):
            return "the logits that were not chosen move, too: subtract the probabilities."
        if not np.allclose(found, (score - baseline) * direction):
            return (
                f"for logits {logits.round(2)}, option {chosen}, advantage {score - baseline:.2f} you give "
                f"{found.round(3)}: the derivative of log p is one for the chosen, minus the probabilities."
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
