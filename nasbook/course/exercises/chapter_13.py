"""Exercises of chapter 13."""

import numpy as np

from nasbook import networks, statistics
from nasbook.course.exercises.checking import checker
from nasbook.table import Table


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


@checker("13.3")
def _where_size_does_not_help(subset) -> str | None:
    table = Table.load("lenet_fashion")
    inside = [subset(architecture) for architecture in table.records]
    if not all(isinstance(answer, bool | np.bool_) for answer in inside):
        return "subset must say True or False for every architecture."
    pool = [architecture for architecture, answer in zip(table.records, inside, strict=True) if answer]
    if len(pool) < 100:
        return f"your part has {len(pool)} networks: give a rule that at least 100 follow."
    spread = np.std([table.quality(architecture) for architecture in pool])
    if spread < 0.5 * np.std([table.quality(architecture) for architecture in table.records]):
        return (
            "your networks are all about equally good, so nothing can be ahead: leave good and bad ones in."
        )
    sizes = np.array([networks.cost(architecture).parameters for architecture in pool])
    by_size, by_chance = ([_best_of_ten(table, pool, sizes, k, seed) for seed in range(100)] for k in (5, 1))
    effect, p = statistics.effect_size(by_size, by_chance), statistics.wilcoxon(by_size, by_chance)
    if p >= 0.05:
        hint = "let the large ones be worse, or the small ones better."
        return f"with other seeds the two are not told apart (p {p:.2f}): {hint}"
    if effect > 0:
        hint = "Which genes make a network larger and hardly better, and which better and no larger?"
        return f"with other seeds the largest of five are ahead in your part, too (p {p:.3f}). {hint}"


def _best_of_ten(table: Table, pool: list, sizes: np.ndarray, k: int, seed: int) -> float:
    """What the best of ten is worth, each the largest of k that are drawn without being put back."""
    rng = np.random.default_rng(1000 + seed)
    drawn = rng.permutation(len(pool))[: 10 * k].reshape(10, k)
    trained = [pool[row[sizes[row].argmax()]] for row in drawn]
    return table.quality(max(trained, key=lambda one: table(one, seed=int(rng.integers(3))).score))
