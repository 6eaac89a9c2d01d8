"""Exercises: `nb.check("04.1", answer)` says that an answer is right, or gives a hint.

A checker returns nothing when the answer is right and otherwise one sentence that helps. Checkers that need
more than the answer take it as further arguments.
"""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
from scipy import stats

from nasbook import pareto
from nasbook.space import Choice, SearchSpace, lenet_space
from nasbook.strategies.bayesian import expected_improvement
from nasbook.strategies.protocol import Candidate
from nasbook.strategies.reinforce import softmax

CHECKERS: dict[str, Callable[..., str | None]] = {}


class NotYet(AssertionError):  # noqa: N818
    """An answer that is not right yet. Jupyter shows the hint alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"Not yet: {self}"]


def check(exercise: str, *answer) -> None:
    """Say that the answer to an exercise is right. Raises NotYet with a hint when it is not."""
    if exercise not in CHECKERS:
        raise ValueError(f"There is no exercise {exercise!r}: choose one of {', '.join(sorted(CHECKERS))}.")
    if hint := CHECKERS[exercise](*answer):
        raise NotYet(hint)
    print(f"Exercise {exercise}: right.")


def checker(exercise: str):
    """Register the function below as the checker of an exercise."""

    def register(function):
        CHECKERS[exercise] = function
        return function

    return register


# --- 00 start here ----------------------------------------------------------------------------------------


@checker("00.1")
def _guessing(share) -> str | None:
    if not isinstance(share, int | float):
        return "give a number between 0 and 1."
    if np.isclose(share, 0.5):
        return "half would be right with two classes; how many are there?"
    if np.isclose(share, 10):
        return "give the share of right answers, a number between 0 and 1, and no percentage."
    if not np.isclose(share, 0.1):
        return "say 'bag' to every image, whatever it shows: how many of ten images are bags?"


@checker("00.2")
def _like_a_shirt(name, data) -> str | None:
    means = np.array([data.x_train[data.y_train == label].mean(axis=0) for label in range(10)])
    distance = dict(zip(data.classes, ((means - means[6]) ** 2).sum(axis=(1, 2, 3)), strict=True))
    if not isinstance(name, str) or name not in distance:
        return f"give the name of a class: one of {', '.join(data.classes)}."
    if name == "shirt":
        return "every image is nearest to itself: leave the shirt out."
    nearer = sum(0 < d < distance[name] for d in distance.values())
    if nearer:
        return f"{nearer} other mean images are nearer: add up the squared differences of all pixels."


# --- 01 what is NAS? --------------------------------------------------------------------------------------


@checker("01.1")
def _three_systems(systems) -> str | None:
    right = {"Bergstra and Bengio 2012": "adi", "Zoph and Le 2017": "beh", "Real et al. 2019": "cfj"}
    hints = (
        "the space: one tunes a network of fixed form, one designs layers, one designs cells.",
        "the evaluator: a reward belongs to reinforcement learning, and cells can be stacked less often.",
        "the strategy: the titles of the papers say it.",
    )
    for system, letters in right.items():
        given = str(systems.get(system)) if isinstance(systems, dict) else ""
        if len(given) != 3:
            return f"give {system!r} three letters as one string: space, evaluator, strategy."
        for letter, hint in zip(letters, hints, strict=True):
            if letter not in given:
                return f"{system}: {hint}"


@checker("01.2")
def _swapped_part(swapped) -> str | None:
    hints = {
        "NASNet": ("space", "did the way to propose or to score change, or what may be proposed?"),
        "ENAS": ("evaluator", "what is it that no longer happens to every candidate before it has a score?"),
        "AmoebaNet": ("strategy", "cells as before, but who proposes them now?"),
    }
    for system, (part, hint) in hints.items():
        if not isinstance(swapped, dict) or str(swapped.get(system)).lower() != part:
            return f"{system}: {hint}"


@checker("01.3")
def _enumerating_strategy(strategy_class) -> str | None:
    if not all(hasattr(strategy_class, name) for name in ("start", "ask", "tell")):
        return "a strategy has three methods: start(rng), ask(n) and tell(trials)."
    if not isinstance(strategy_class, type):
        return "give the class itself, not an object: the checker makes one for a space of its own."
    space = SearchSpace([Choice("a", (1, 2, 3)), Choice("b", (4, 5), when={"a": (2, 3)})])
    strategy = strategy_class(space)
    if hint := _enumerates(strategy, space):
        return hint
    if _enumerates(strategy, space):
        return "the second run differs from the first: start must forget everything."


def _enumerates(strategy, space: SearchSpace) -> str | None:
    strategy.start(np.random.default_rng(0))
    seen = []
    while batch := strategy.ask(2):
        if not isinstance(batch, list) or not all(isinstance(c, Candidate) for c in batch):
            return "ask returns a list, and each thing in it is an nb.Candidate(architecture)."
        seen += [candidate.architecture for candidate in batch]
        if len(batch) > 2:
            return f"ask(2) gave {len(batch)} candidates: at most 2 were wanted."
        if len(seen) > len(set(seen)):
            return f"it proposed {len(seen)} architectures, but only {len(set(seen))} different ones."
        strategy.tell([SimpleNamespace(architecture=c.architecture, score=0.0) for c in batch])
    if set(seen) != set(space.enumerate()):
        return f"it proposed {len(seen)} of {space.size} architectures before it had nothing more to propose."


# --- 02 LeNet-5 by hand -----------------------------------------------------------------------------------


@checker("02.1")
def _conv_parameters(count) -> str | None:
    for kernel, maps_in, maps_out in [(5, 1, 6), (5, 6, 16), (3, 32, 64)]:
        weights = kernel * kernel * maps_in * maps_out
        if count(kernel, maps_in, maps_out) == weights:
            return "you counted the weights; each map that comes out has a bias, too."
        if count(kernel, maps_in, maps_out) != weights + maps_out:
            return (
                f"{kernel}x{kernel} from {maps_in} to {maps_out} maps: how many numbers does one filter hold?"
            )


@checker("02.2")
def _half_the_parameters(network, drop: float, limit: float) -> str | None:
    if network().count_params() > 61_706 / 2:
        return (
            f"{network().count_params():,} parameters are more than half of 61,706: which layer holds most?"
        )
    if drop >= limit:
        return f"it loses {drop:.3f}, and less than {limit} is allowed: spend parameters where few do much."


# --- 03 measuring a model ---------------------------------------------------------------------------------


@checker("03.1")
def _macro_f1(macro_f1) -> str | None:
    for rows in ([[8, 2], [1, 9]], [[44, 1, 5], [0, 19, 0], [2, 0, 46]], [[9, 1, 0], [2, 8, 0], [1, 2, 0]]):
        matrix = np.array(rows)
        tp, called, actual = np.diag(matrix), matrix.sum(axis=0), matrix.sum(axis=1)
        p, r = (tp / called.clip(1)).mean(), (tp / actual).mean()
        answer, right = macro_f1(matrix), (2 * tp / (called + actual)).mean()
        if not np.isscalar(answer):
            return "give one number: the mean over the classes."
        if np.isnan(answer):
            return "a class that is never predicted gives 0/0: which form of F1 has no such trouble?"
        if not np.isclose(answer, right):
            if np.isclose(answer, 2 * p * r / (p + r)):
                return "that is F1 of the averages; macro is the average of the classes' F1."
            return f"for {rows} your macro F1 is {answer:.4f}: F1 of each class first, then their mean."


@checker("03.2")
def _is_different(is_different) -> str | None:
    cases = (
        (0.93, 0.91, 10_000, True, "that is many standard errors."),
        (0.91, 0.93, 10_000, True, "the order of the models must not matter."),
        (0.932, 0.930, 10_000, False, "compute the standard error first; n is smaller than it looks."),
        (0.915, 0.90, 1_000, False, "that is more than one standard error, but is it more than two?"),
        (0.92, 0.90, 1_000, False, "both accuracies wobble: whose variances add up?"),
        (0.60, 0.50, 150, False, "the spread depends on the accuracies, too: near 0.5 it is largest."),
        (0.998, 0.995, 10_000, True, "the spread depends on the accuracies, too: near 1 it is small."),
    )
    for p, q, n, right, hint in cases:
        if bool(is_different(p, q, n)) != right:
            return f"{p} against {q} on {n:,} images: {hint}"


# --- 04 search spaces -------------------------------------------------------------------------------------


@checker("04.1")
def _dropout_gene(predicted, space) -> str | None:
    if predicted == 936 * 3:
        return "every third architecture has no dense layer, and so no dropout to choose."
    if predicted != 2184:
        return "count the networks without and with a dense layer apart: only the latter choose a dropout."
    if not isinstance(space, SearchSpace) or set(space.options.get("dropout", ())) != {0, 0.25, 0.5}:
        return "give an nb.SearchSpace with a gene 'dropout' that has the options 0, 0.25 and 0.5."
    if space.size != predicted:
        return f"your number is right, but your space has {space.size:,}: when is 'dropout' active?"
    if any(("dropout" in a) != (a.get("dense", 0) > 0) for a in space.enumerate()):
        return "the size is right, but 'dropout' is not active exactly where there is a dense layer."


@checker("04.2")
def _distance(distance) -> str | None:
    rng, space = np.random.default_rng(0), lenet_space()
    for _ in range(200):
        a, b = space.sample(rng), space.sample(rng)
        both = {name for name in a if name in b and a[name] != b[name]}
        wanted, found = len(both) + len(set(a) ^ set(b)), distance(a, b)
        if found != wanted:
            same = "; a gene that only one of them has counts, too" if found == len(both) else ""
            return f"{dict(a)} and {dict(b)} differ in {wanted} genes, you say {found}{same}."


@checker("04.3")
def _number_of_neighbors(neighbors) -> str | None:
    space = lenet_space()
    for architecture in (space.nth(0), space.nth(200), space.nth(900)):
        blocks = architecture["blocks"]
        if not isinstance(neighbors, dict) or neighbors.get(blocks) != len(space.neighbors(architecture)):
            hint = "which genes does a step to two or three blocks switch on, with how many values?"
            return f"blocks: {blocks}: count the other options of each active gene; {hint}"


# --- 05 random search -------------------------------------------------------------------------------------


@checker("05.1")
def _budget_of_draws(n) -> str | None:
    if not isinstance(n, int | np.integer):
        return "a number of draws is whole: round up, so that the probability is reached, and give an int."
    reached = 1 - 0.99**n
    if reached < 0.9:
        return f"{n} draws reach the top 1 % with probability {reached:.4f} only: solve 1 - (1 - p)^n = 0.9."
    if 1 - 0.99 ** (n - 1) >= 0.9:
        return f"{n} draws are enough, with probability {reached:.4f}, but so are fewer."


@checker("05.2")
def _expected_best(expected_best) -> str | None:
    rng = np.random.default_rng(0)
    for scores in (np.array([0.0, 1.0]), rng.normal(0.8, 0.05, size=12)):
        for n in (1, 2, 5, 20):
            wanted = rng.choice(scores, size=(20_000, n)).max(axis=1).mean()
            found = expected_best(scores, n)
            if not np.isscalar(found) or not abs(found - wanted) < 0.012 * np.ptp(scores):
                return (
                    f"the best of {n} draws from {np.round(scores, 2)} is {wanted:.3f} on average, not "
                    f"{found}: sort them; with what probability is the best at most the i-th of them?"
                )


# --- 06 AutoKeras -----------------------------------------------------------------------------------------


@checker("06.1")
def _what_won(what_won) -> str | None:
    import keras

    convolutions = [keras.layers.Conv2D(filters, 3) for filters in (3, 5)]
    model = keras.Sequential([keras.Input((8, 8, 1)), *convolutions, keras.layers.Flatten()])
    model.compile(keras.optimizers.SGD(0.05), "mse")
    won = what_won(model)
    if not isinstance(won, dict) or set(won) != {"optimizer", "learning_rate", "filters"}:
        return "give a dictionary with the keys 'optimizer', 'learning_rate' and 'filters'."
    if won["optimizer"] != "sgd":
        return f"a model compiled with SGD gives {won['optimizer']!r}: ask type(model.optimizer)."
    if not isinstance(won["learning_rate"], float) or not np.isclose(won["learning_rate"], 0.05):
        return f"a model at rate 0.05 gives {won['learning_rate']!r}: ask its optimizer for a float."
    if won["filters"] != [3, 5]:
        return f"convolutions of 3 and 5 filters give {won['filters']}: walk the layers of the model."


@checker("06.2")
def _held_out_rows(held_out_rows) -> str | None:
    for n, split in [(10, 0.2), (10, 0.25), (5, 0.01), (3, 1.0)]:
        rows, size = held_out_rows(n, split), min(max(int(n * split), 1), n - 1)
        if not isinstance(rows, list):
            return "give a list of row numbers."
        if len(rows) != size:
            return (
                f"for n={n} and split={split} you hold out {len(rows)} rows: round down, but keep both sides."
            )
        if rows == list(range(size)):
            return "those are the first rows: look again at the classes in 7.3."
        if rows != list(range(n - size, n)):
            return f"for n={n} and split={split} the rows are not {rows}: nothing is shuffled."


@checker("06.3")
def _trainings(trainings) -> str | None:
    split = "a validation_split is a reason of its own for one more training."
    cases = [
        (4, 2, True, 0, 4, "you passed an EarlyStopping: is there anything left to insert?"),
        (4, 2, False, 0, 5, "no EarlyStopping is given: what does AutoKeras insert, and what follows?"),
        (
            4,
            None,
            False,
            0,
            4,
            "without epochs the list already holds an EarlyStopping when it is looked at.",
        ),
        (4, None, True, 0.2, 5, split),
        (4, 2, True, 0.2, 5, split),
        (4, 2, False, 0.2, 5, "two reasons for one more training make one training, not two."),
    ]
    for *case, right, hint in cases:
        if trainings(*case) != right:
            return f"trainings{tuple(case)}: {hint}"


# --- 07 a genetic algorithm -------------------------------------------------------------------------------


@checker("07.1")
def _tournament(select) -> str | None:
    rng = np.random.default_rng(0)
    population = [SimpleNamespace(score=score) for score in range(10)]
    for size in (1, 2, 5):
        drawn = [select(population, rng, size) for _ in range(2000)]
        if not all(trial in population for trial in drawn):
            return "return one of the trials that you were given."
        shares = np.bincount([trial.score for trial in drawn], minlength=10) / len(drawn)
        expected = np.diff((np.arange(11) / 10) ** size)  # all drawn are at most the i-th, and one is it
        if np.abs(shares - expected).max() > 0.05:
            return f"with size {size} the best of ten wins {shares[9]:.0%} of the time: draw, then compare."


@checker("07.2")
def _one_point_crossover(crossover) -> str | None:
    space, rng = lenet_space(), np.random.default_rng(0)
    always_possible = set(range(1, len(space.names)))
    for _ in range(300):
        mother, father = space.sample(rng), space.sample(rng)
        child = crossover(space, mother, father, rng)
        if child not in space:
            return f"from {dict(mother)} and {dict(father)} came {child!r}, which is not in the space."
        cuts = _cuts(space, mother, father, child)
        if not cuts:
            return f"no cut makes {dict(child)} from {dict(mother)} (first) and {dict(father)} (after it)."
        always_possible &= cuts
    if always_possible:
        return "the cut is always at the same place: draw it."


def _cuts(space: SearchSpace, mother, father, child) -> set[int]:
    """Where the parents may have been cut to give this child; a gene that neither has is free."""
    parents = [(mother, father), (father, mother)]
    return {
        cut
        for cut in range(1, len(space.names))
        if all(
            child[name] == first.get(name, second.get(name, child[name]))
            for i, name in enumerate(space.names)
            if name in child
            for first, second in [parents[i >= cut]]
        )
    }


# --- 08 the whole space at once ---------------------------------------------------------------------------


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


# --- 09 comparing searches --------------------------------------------------------------------------------


@checker("09.1")
def _verdict(verdict) -> str | None:
    for seed in range(5):
        for case, a, b, right, hint in _referee_cases(np.random.default_rng(seed)):
            mirrored = {"A": "B", "B": "A", "tie": "tie"}[right]
            for first, second, wanted in ((a, b, right), (b, a, mirrored)):
                found = verdict(first.copy(), second.copy())
                if found not in ("A", "B", "tie"):
                    return f"return 'A', 'B' or 'tie', not {found!r}."
                if wanted != "tie" and found not in (wanted, "tie"):
                    return f"{case}: you chose the one with more regret; less is better."
                if found != wanted:
                    return f"{case}: {hint}"


def _referee_cases(rng):
    """(what it is, a, b, the right verdict, a hint), each far from the border of 5 %."""
    luck = rng.exponential(0.01, size=30)
    size = rng.exponential(0.002, size=15)
    disaster = rng.permutation([*size, *-size]) + 0.5 * (np.arange(30) == rng.integers(30))
    small = rng.uniform(0.0005, 0.0015, size=30)
    yield (
        "40 pairs, less regret in nearly all of them",
        *(rng.exponential(0.002, size=40), rng.exponential(0.002, size=40) + 0.01, "A"),
        "this difference is not chance.",
    )
    yield (
        "30 pairs, a small difference in every one, and much luck that both share",
        *(luck, luck + small, "A"),
        "compare within the pairs: same seed, same luck.",
    )
    yield "30 pairs without any difference", luck, luck.copy(), "tie", "nobody is better where all are equal."
    yield (
        "30 pairs as often better as worse, and one disaster",
        *(luck + disaster, luck, "tie"),
        "a single run decides both means; what do the other 29 pairs say?",
    )
    yield (
        "5 pairs, less regret in all of them",
        *(luck[:5], luck[:5] + small[:5], "tie"),
        "chance gives five pairs the same sign in 2 of 32 cases: is that less than 5 %?",
    )


@checker("09.2")
def _bootstrap_interval(bootstrap_interval) -> str | None:
    rng = np.random.default_rng(0)
    for n, shift in ((40, 0.001), (60, -0.002), (100, 0.0)):
        b = rng.exponential(0.02, size=n)
        a = b + shift + rng.normal(0, 0.002, size=n)
        low, high = bootstrap_interval(a, b, rng)
        middle, error = np.mean(a - b), np.std(a - b) / np.sqrt(n)
        width = (high - low) / error  # of a 95 % interval: 2 * 1.96
        if width < 0.1:
            return "the interval has no width: draw with replacement."
        if abs(low + high + 2 * middle) < 0.5 * error < abs(middle):
            return "the interval lies on the other side of zero: the difference is a - b."
        if np.isclose(width, 3.92 * np.sqrt(n), rtol=0.3):
            return "that holds 95 % of the differences; wanted are 95 % of their means."
        if width > 6:
            return "it is much too wide: draw seeds, so that the two regrets of a pair stay together."
        if not np.isclose(width, 3.92, rtol=0.1):
            return f"it is {width / 3.92:.0%} as wide as a 95 % interval: from which quantile to which?"
        if abs((low + high) / 2 - middle) > 0.4 * error:
            return f"for n={n} it lies at {(low + high) / 2:.4f}; the mean difference is {middle:.4f}."


@checker("09.3")
def _mistakes(mistakes) -> str | None:
    hints = {
        "a": "the first sentence says how many evaluations each run had.",
        "b": "on which seeds was the best of the twelve settings chosen, and on which is it reported?",
        "c": "look for the name of the baseline.",
        "d": "how many dots would a plot of each method have?",
        "e": "where would test images have come in? Do not guess what is not said.",
        "f": "ten searches: how many chances are there for one p-value of 0.03?",
        "g": "for whom were settings tried?",
        "h": "by what was this network chosen, and on which images?",
    }
    if not isinstance(mistakes, str) or not mistakes or set(mistakes.lower()) - set(hints):
        return "give the letters of the mistakes, from a to h, as one string."
    for letter in hints:
        if (letter in mistakes.lower()) != (letter in "bdfgh"):
            return f"look at {letter} again: {hints[letter]}"


# --- 10 Bayesian optimization -----------------------------------------------------------------------------


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


# --- 11 reinforcement learning ----------------------------------------------------------------------------


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


# --- 12 evolution that ages -------------------------------------------------------------------------------


@checker("12.1")
def _queue_step(step) -> str | None:
    rng = np.random.default_rng(0)
    for size in (1, 2, 5):
        population: list = []
        for birth in range(4 * size):
            child = SimpleNamespace(score=float(rng.random()), birth=birth)
            expected = [*population, child][-size:]
            after = step(list(population), child, size)
            if not isinstance(after, list | tuple) and not hasattr(after, "popleft"):
                return f"return the population after the birth, not {after!r}."
            if not all(any(member is known for known in [*population, child]) for member in after):
                return "return the members that you were given and the child, nothing else."
            after = [member.birth for member in after]
            if child.birth not in after:
                return "the child is not there: it joins even if its score is poor."
            if len(after) != len(expected):
                return f"{len(after)} are alive after birth {birth + 1} where {size} have room."
            if set(after) != {member.birth for member in expected}:
                return "somebody died who is not the oldest: the scores play no part."
            if after != [member.birth for member in expected]:
                return "keep the oldest first: the child joins at the end."
            population = expected


@checker("12.2")
def _best_is_drawn(probability) -> str | None:
    for population, sample in ((2, 1), (10, 1), (2, 2), (20, 5), (100, 25), (5, 40), (1, 3)):
        given, right = probability(population, sample), 1 - (1 - 1 / population) ** sample
        if not isinstance(given, int | float | np.number) or not 0 <= given <= 1:
            return f"P={population}, S={sample}: {given!r} is not a probability."
        if not np.isclose(given, right):
            hint = f"P={population}, S={sample}: it is not {given:.4f}."
            return f"{hint} With what probability does one draw miss the best, and with what do all of them?"


@checker("12.3")
def _life(life) -> str | None:
    for population, sample in ((20, 5), (100, 25), (10, 1), (5, 20)):
        answer = life(population, sample)
        if np.shape(answer) != (3,):
            return "return three numbers: births, draws, children."
        births, draws, children = answer
        case = f"P={population}, S={sample}"
        if not np.isclose(births, population):
            return (
                f"{case}: number the members in the queue from the left; how many births push out the last?"
            )
        if not np.isclose(draws, sample):
            return (
                f"{case}: at every birth there are S draws, and each hits this member with probability 1/P."
            )
        if not np.isclose(children, population * (1 - (1 - 1 / population) ** sample)):
            return (
                f"{case}: one child for every birth whose sample holds it, and with what probability is that?"
            )


# --- 13 cheaper evaluations -------------------------------------------------------------------------------


@checker("13.1")
def _rungs_of_halving(bracket) -> str | None:
    for candidates, rungs, max_epochs, eta in ((27, 4, 27, 3), (16, 3, 5, 2), (10, 1, 4, 2), (3, 4, 16, 2)):
        answer = [tuple(rung) for rung in bracket(candidates, rungs, max_epochs, eta)]
        counts = [max(1, candidates // eta**i) for i in range(rungs)]
        epochs = [max(1, round(max_epochs / eta ** (rungs - 1 - i))) for i in range(rungs)]
        case = f"bracket({candidates}, {rungs}, {max_epochs}, {eta}): "
        if len(answer) != rungs or any(len(rung) != 2 for rung in answer):
            return f"{case}give {rungs} pairs (candidates, epochs), one a rung."
        if [count for count, _ in answer] != counts:
            return f"{case}the candidates are not {[count for count, _ in answer]}: round down, but keep one."
        if [trained for _, trained in answer] != epochs:
            return f"{case}the epochs are not {[trained for _, trained in answer]}: begin with the last rung."


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


# --- 14 accuracy or size? ---------------------------------------------------------------------------------


@checker("14.1")
def _quick_front(quick_front) -> str | None:
    rng = np.random.default_rng(0)
    for n, values in ((1, 9), (8, 4), (30, 6), (30, 100), (60, 12)):
        for _ in range(10):
            points = rng.integers(0, values, size=(n, 2)).astype(float)
            right = set(pareto.fronts(points)[0].tolist())
            rows = [int(row) for row in np.ravel(quick_front(points.copy()))]
            if len(rows) > len(set(rows)) or not set(rows) <= set(range(n)):
                return "give row numbers of the array that you were given, each once."
            if set(rows) != right:
                return f"for {points.astype(int).tolist()}: {_misplaced(points, set(rows), right)}"


def _misplaced(points: np.ndarray, rows: set[int], right: set[int]) -> str:
    """A point that is wrongly in the answer, or wrongly left out."""
    if rows - right:
        row = min(rows - right)
        other = next(i for i in sorted(right) if pareto.dominates(points[[i, row]])[0, 1])
        return f"row {row} is dominated by row {other}; does the order of the sort settle ties?"
    row = min(right - rows)
    twins = (
        "; equal points do not dominate each other" if (points == points[row]).all(axis=1).sum() > 1 else ""
    )
    return f"row {row} is missing, although nothing dominates it{twins}."


@checker("14.2")
def _winning_weights(winning_weights) -> str | None:
    rng = np.random.default_rng(0)
    for n in (1, 2, 3, 5, 5, 8, 8):
        costs = rng.permutation(np.sort(rng.uniform(1, 9, size=n)))
        scores = rng.uniform(0.8, 1.0, size=n) + 0.1 * np.log(costs)
        for i in range(n):
            slopes = [
                ((scores[j] - scores[i]) / (costs[j] - costs[i]), costs[j] > costs[i])
                for j in range(n)
                if j != i
            ]
            low = max([0.0, *(slope for slope, dearer in slopes if dearer)])
            high = min([np.inf, *(slope for slope, dearer in slopes if not dearer)])
            answer = winning_weights(scores.copy(), costs.copy(), i)
            case = f"scores {scores.round(2).tolist()}, costs {costs.round(2).tolist()}, i={i}"
            if low > high:
                if answer is not None:
                    return f"{case}: no weight makes this point win, you say {answer}."
            elif answer is None or np.shape(answer) != (2,):
                return f"{case}: it wins from {low:.3f} to {high:.3f}, you say {answer}."
            elif not np.allclose(answer, (low, high)):
                if np.isclose(answer[1], high) and answer[0] < 0:
                    return f"{case}: weights below 0 do not count."
                return (
                    f"{case}: it wins from {low:.3f} to {high:.3f}, not {answer}: at which weight does a "
                    "rival tie, and on which side of it do you win?"
                )


@checker("14.3")
def _three_points(total, loss) -> str | None:
    if total == 14 + 25 + 14:
        return "those are three overlapping rectangles: count what two of them share only once."
    if total != 33:
        return "cut the area into slices: A reaches up to 9, B up to A's 7, C up to B's 4; each ends at 8."
    if not isinstance(loss, dict) or set(loss) != {"A", "B", "C"}:
        return "give the losses as a dictionary with the keys 'A', 'B' and 'C'."
    if loss == {"A": 14, "B": 15, "C": 4}:
        return "those are the slices; when a point goes, the others still cover part of its slice."
    for name, right in {"A": 4, "B": 9, "C": 4}.items():
        if loss[name] != right:
            return f"{name} alone: draw the staircase without {name}, and look what is missing."


# --- 15 from one core to a cluster ------------------------------------------------------------------------


@checker("15.1")
def _forecast(forecast) -> str | None:
    for measured, workers, more in ((1.8, 2, 100), (3.2, 4, 64), (1.0, 2, 50), (8.0, 8, 20), (6.0, 16, 8)):
        serial = (workers / measured - 1) / (workers - 1)
        right, found = 1 / (serial + (1 - serial) / more), forecast(measured, workers, more)
        case = f"{measured} with {workers} workers, asked for {more}: "
        if not isinstance(found, int | float | np.number):
            return "give one number."
        if np.isclose(found, right):
            continue
        if np.isclose(found, measured * more / workers):
            return f"{case}in proportion it would be {found:.1f}; but the serial share does not get faster."
        if serial > 0 and np.isclose(found, 1 / serial):
            return f"{case}{found:.1f} is the limit for endlessly many workers, not for {more}."
        return (
            f"{case}it is not {found:.2f}. Which serial share f explains the measurement? Solve Amdahl's law "
            "for f first."
        )


@checker("15.2")
def _idle_share(idle_share) -> str | None:
    rng = np.random.default_rng(0)
    for seconds, workers in (
        ([1, 1, 1, 1], 3),
        ([2, 2], 2),
        (list(rng.uniform(1, 9, 18)), 5),
        ([1, 1, 3], 2),
    ):
        end = _end_of(seconds, workers)
        right, found = 1 - sum(seconds) / (workers * end), idle_share(list(seconds), workers)
        case = f"{np.round(seconds, 1).tolist()} on {workers} workers: "
        if not isinstance(found, int | float | np.number):
            return "give one number from 0 to 1."
        if np.isclose(found, right):
            continue
        if np.isclose(found, 1 - right):
            return f"{case}{found:.2f} is the busy share: what is the rest?"
        if np.isclose(found, right * workers * end):
            return f"{case}{found:.1f} are seconds: of how many, if all workers are counted?"
        if np.isclose(found, 1 - sum(seconds) / (workers * max(seconds))):
            return f"{case}a worker may get a second training, so the end is not the longest training."
        if np.isclose(found, 1 - sum(seconds) / (workers * _end_of(sorted(seconds, reverse=True), workers))):
            return f"{case}hand the trainings out in the order given; nobody knows beforehand which are long."
        return f"{case}it is not {found:.2f}. Draw the bars: when is the last worker done, and who waits?"


def _end_of(seconds, workers: int) -> float:
    """When the last training ends, if each goes to the worker that is free first."""
    free = np.zeros(workers)
    for duration in seconds:
        free[free.argmin()] += duration
    return float(free.max())


@checker("15.3")
def _smallest_ahead(smallest_ahead) -> str | None:
    for workers, slow in ((1, 4), (3, 1), (2, 3), (4, 2), (8, 3), (5, 5)):
        right, found = 1 + (workers - 1) * slow, smallest_ahead(workers, slow)
        case = f"{workers} workers, slow={slow}: "
        if not isinstance(found, int | np.integer):
            return "give a whole number."
        if found == right - 1 and right > 1:
            return f"{case}{found} is one too few: the slow one itself is out, too."
        if found < right:
            return (
                f"{case}with ahead={found} somebody idles. Those that overtake the slow one are told after "
                "it: how many are finished or running when it ends?"
            )
        if found > right:
            return (
                f"{case}ahead={found} keeps all busy, but one less does, too: who is busy with the slow one?"
            )


@checker("15.4")
def _bill(bill) -> str | None:
    for trials, seconds, machines, busy, price in (
        (10_000, 360, 100, 0.8, 0.05),
        (50, 7200, 1, 1.0, 2.0),
        (3_000, 90, 7, 0.5, 0.3),
    ):
        found, work = bill(trials, seconds, machines, busy, price), trials * seconds / 3600 * price
        case = f"bill({trials}, {seconds}, {machines}, {busy}, {price}): "
        if not isinstance(found, int | float | np.number):
            return "give one number."
        if np.isclose(found, work / busy):
            continue
        if np.isclose(found, 3600 * work / busy):
            return f"{case}the price is for an hour."
        if np.isclose(found, work):
            return f"{case}you paid for the busy time only; idle machines are on the bill, too."
        if np.isclose(found, work * busy):
            return f"{case}idle time makes it dearer, not cheaper."
        if np.isclose(found, machines * work / busy):
            return f"{case}with more machines there are more to pay, and each for a shorter time."
        if np.isclose(found, work / busy / machines):
            return f"{case}that is the bill for one of the machines."
        return f"{case}it is not {found:.2f}. How many hours is each machine held, and what do all cost?"


# --- 16 search on your own data ---------------------------------------------------------------------------


@checker("16.1")
def _affordable(affordable) -> str | None:
    for minutes, workers, start, compiling, epoch, epochs in (
        (10, 2, 15, 2, 0.5, 20),
        (5, 3, 12, 1, 0.25, 40),
        (1, 4, 70, 1, 1, 5),
    ):
        found = affordable(minutes, workers, start, compiling, epoch, epochs)
        time, one = 60 * minutes - start, compiling + epochs * epoch
        right = workers * max(0, time // one)
        case = f"affordable({minutes}, {workers}, {start}, {compiling}, {epoch}, {epochs}): "
        if not isinstance(found, int | float | np.number):
            return "give one number."
        if np.isclose(found, right):
            continue
        if time < 0:
            return f"{case}the time is over before the first worker has started, and you say {found:g}."
        if np.isclose(found, workers * (60 * minutes // one)):
            return f"{case}the workers need {start} s before they begin to train."
        if np.isclose(found, right / workers):
            return f"{case}that is what one of the workers does."
        if np.isclose(found, (workers * time / one, workers * time // one)).any():
            return (
                f"{case}two workers cannot finish half a training each: count whole ones, worker by worker."
            )
        return (
            f"{case}it is not {found:g}. How long does one training take, and what is left after the start?"
        )


@checker("16.2")
def _split_by_group(split_by_group) -> str | None:
    rng, held_once = np.random.default_rng(0), set()
    sizes = rng.integers(1, 9, size=12)
    for share in (0.1, 0.3, 0.999, *[0.2] * 40):
        groups = rng.permutation(np.repeat([f"writer {i}" for i in range(12)], sizes))
        parts = split_by_group(groups.copy(), share, rng)
        if not isinstance(parts, tuple | list) or len(parts) != 2:
            return "give two arrays: the rows to keep, and those to hold back."
        keep, held = map(np.asarray, parts)
        if sorted([*keep.ravel(), *held.ravel()]) != list(range(len(groups))):
            return "every row number has to be in exactly one of the two arrays."
        if not len(keep) or not len(held):
            return f"share={share}: one of the two parts is empty; leave at least one group in each."
        names = set(groups[held])
        if torn := names & set(groups[keep]):
            return f"{sorted(torn)[0]} is in both parts: draw groups, not images."
        if len(held) < share * len(groups) and len(set(groups[keep])) > 1:
            return f"you hold back {len(held)} of {len(groups)} images, and the share is {share}."
        largest = max(np.sum(groups == name) for name in names)
        if len(names) > 1 and len(held) - largest >= share * len(groups):
            return f"{len(held)} of {len(groups)} held back for a share of {share}: stop when it is enough."
        held_once |= names
    if len(held_once) < 12:
        return "in many draws some groups were never held back: draw them with `rng`."


@checker("16.3")
def _referee(objections) -> str | None:
    if not isinstance(objections, set) or not objections <= set("abcdefg"):
        return "give a set of letters from 'a' to 'g', such as {'a', 'c'}."
    hints = {
        "a": "which images decided between the ten best networks?",
        "b": "five seeds, one number: which one, and what of the other four?",
        "c": "how many networks were evaluated? Read the first sentence again.",
        "d": "whose merit is it if a larger space holds a better network?",
        "e": "three GPU days: is that no cost?",
        "f": "how many searches were run? What did other seeds do in chapter 09?",
        "g": "when can you see the code?",
    }
    for letter, hint in hints.items():
        if (letter in objections) != (letter in {"a", "b", "d", "f", "g"}):
            return f"{letter}: {hint}"
