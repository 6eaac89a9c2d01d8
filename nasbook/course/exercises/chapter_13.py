"""Exercises of chapter 13."""

import numpy as np

from nasbook.course.exercises.checking import checker


@checker("13.1")
def _rungs_of_halving(bracket) -> str | None:
    for candidates, rungs, max_epochs, eta in ((27, 4, 27, 3), (16, 3, 5, 3), (10, 1, 4, 2), (3, 4, 16, 2)):
        answer = [tuple(rung) for rung in bracket(candidates, rungs, max_epochs, eta) or ()]
        counts = [max(1, candidates // eta**i) for i in range(rungs)]
        epochs = [max(1, round(max_epochs / eta ** (rungs - 1 - i))) for i in range(rungs)]
        case = f"bracket({candidates}, {rungs}, {max_epochs}, {eta}): "
        if len(answer) != rungs or any(len(rung) != 2 for rung in answer):
            return f"{case}give {rungs} pairs (candidates, epochs), one a rung."
        if [count for count, _ in answer] != counts:
            return f"{case}the candidates are not {[count for count, _ in answer]}: round down, but keep one."
        if [trained for _, trained in answer] != epochs:
            wanted = "begin with the last rung, and round to the nearest"
            return f"{case}the epochs are not {[trained for _, trained in answer]}: {wanted}."


@checker("13.2")
def _survival(survival) -> str | None:
    rng = np.random.default_rng(0)
    final = rng.normal(size=(400, 8))
    for noise in (0.0, 0.7, 5.0):
        early = final + rng.normal(0, noise, final.shape)
        for keep in (1, 3, 8):
            cut = np.sort(early, axis=1)[:, -keep]
            right = np.mean(early[np.arange(400), final.argmax(axis=1)] >= cut)
            answer = survival(early, final, keep)
            if not np.isscalar(answer) or not 0 <= answer <= 1:
                return "give one number from 0 to 1, the share of all brackets."
            if not np.isclose(answer, right):
                return (
                    f"with keep={keep} you say {answer:.3f}, and it is {right:.3f}: find the best by `final` "
                    "in each bracket, then count who has a better *early* score."
                )
