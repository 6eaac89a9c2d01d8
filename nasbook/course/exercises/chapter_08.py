"""Exercises of chapter 08."""

import numpy as np
from scipy import stats

from nasbook.course.exercises.checking import NotYet, checker
from nasbook.networks import lenet_space
from nasbook.space import Choice, SearchSpace


@checker("08.1")
def _expected_optima(expected_optima) -> str | None:
    rng = np.random.default_rng(0)
    depths, widths, kernels = (tuple(range(int(n))) for n in rng.integers(3, 7, size=3))
    alone = SearchSpace([Choice("depth", depths), Choice("width", widths)])
    conditional = SearchSpace([*alone.choices, Choice("kernel", kernels, when={"depth": depths[1:]})])
    for space in (alone, conditional, lenet_space()):
        around = np.array([len(space.neighbors(a)) for a in space.enumerate()])
        answer, right = expected_optima(space), float(np.sum(1 / (1 + around)))
        if not np.isscalar(answer):
            return "give one number: the mean count over all ways to deal."
        if not np.isclose(answer, right, rtol=1e-6):
            if np.isclose(answer, np.sum(1 / around)):
                return "it has to be the highest among its neighbors and itself: one more than its neighbors."
            if np.isclose(answer, space.size / (1 + around.mean())):
                return "not all architectures have as many neighbors: add up the probabilities one by one."
            if abs(answer / right - 1) < 0.1:
                return f"near, but not exact: {right:.4f} and not {answer:.4f} for a space of {space.size}."
            return (
                f"a space of {space.size} has {right:.2f} on average: who wins among one and its neighbors?"
            )


@checker("08.2")
def _seeds_needed(seeds_needed) -> str | None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        difference, sd = rng.uniform(0.001, 0.01), rng.uniform(0.004, 0.02)
        probability = rng.uniform(0.7, 0.99)
        needed = 2 * (stats.norm.ppf(probability) * sd / difference) ** 2
        answer, right = seeds_needed(difference, sd, probability), max(1, int(np.ceil(needed)))
        case = f"{difference:.4f}, sd {sd:.4f}, probability {probability:.2f}"
        if not np.isscalar(answer) or not float(answer).is_integer() or answer < 1:
            return f"for {case} you say {answer}: give a whole number of seeds, at least 1."
        if answer != right:
            if answer == max(1, np.ceil(needed / 2)):
                return (
                    f"for {case} it takes {right}, not {answer}: both means are noisy, and variances add up."
                )
            if answer == np.floor(needed):
                return f"for {case} it takes {right}, not {answer}: reach the probability, round up."
            if answer == max(1, np.ceil(2 * (stats.norm.ppf((1 + probability) / 2) * sd / difference) ** 2)):
                return "the order can be wrong on one side only: no two-sided quantile."
            return (
                f"for {case} it takes {right}, not {answer}: how is the difference of two means distributed?"
            )


@checker("08.3")
def _interaction(interaction) -> str | None:
    rng = np.random.default_rng(0)
    additive = rng.normal(size=(4, 1)) + rng.normal(size=3)
    for matrix, hint in (
        (1 + 3 * np.array([[0.0, 1.0], [1.0, 0.0]]), "neither gene alone says anything: all is interaction."),
        (additive, "this one is a sum of a row part and a column part: nothing is left."),
        (
            additive + rng.normal(size=(4, 3)),
            "subtract what row means and column means explain; what is left?",
        ),
        (5 + 10 * rng.normal(size=(2, 5)), "subtract what row means and column means explain; what is left?"),
    ):
        rest = matrix - matrix.mean(axis=1, keepdims=True) - matrix.mean(axis=0) + matrix.mean()
        answer, right = interaction(matrix), (rest**2).mean() / matrix.var()
        if not np.isscalar(answer) or not np.isclose(answer, right, atol=1e-9):
            if np.isscalar(answer) and np.isclose(answer, (rest**2).mean()):
                hint = "that is a variance: divide by the variance of the matrix to get a share."
            return f"{np.round(matrix, 2).tolist()} gives {right:.3f}, you say {answer}: {hint}"


@checker("08.4")
def _best_of(best_of) -> str | None:
    finalists, budget, noise, regrets = 32, 160, 0.006, []
    for problem in range(300):
        rng = np.random.default_rng(problem)
        qualities = rng.normal(0.85, 0.004, size=finalists).tolist()
        luck = np.random.default_rng(1_000 + problem)
        chosen = best_of(list(range(finalists)), _counted(qualities, noise, luck, budget), budget)
        if chosen not in range(finalists):
            return f"return one of the candidates that you were given, and not {chosen!r}."
        equal = np.add(qualities, rng.normal(0, noise / (budget // finalists) ** 0.5, size=finalists))
        regrets.append([max(qualities) - qualities[i] for i in (int(chosen), int(np.argmax(equal)))])
    yours, equal = np.mean(regrets, axis=0)
    said = f"your regret is {yours:.4f} on average, with the same number of seeds for all it is {equal:.4f}"
    if yours > 4 * equal:
        return f"{said}: does the choice depend on scores at all?"
    if yours > 1.35 * equal:
        return f"{said}: the highest of single scores is the luckiest. Train again those that look best."
    if yours > 0.85 * equal:
        return f"{said}: who needs no second look, and who a fifth?"


def _counted(qualities, noise, rng, budget):
    """A trainer of finalists that refuses more than `budget` trainings."""
    left = iter(range(budget))

    def train(candidate):
        if next(left, None) is None:
            raise NotYet(f"a training too many: the budget is {budget} for {len(qualities)} finalists.")
        return qualities[candidate] + rng.normal(0, noise)

    return train
