"""Exercises: `nb.check("04.1", answer)` says that an answer is right, or gives a hint.

A checker returns nothing when the answer is right and otherwise one sentence that helps. Checkers that need
more than the answer take it as further arguments.
"""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from nasbook.space import Choice, SearchSpace, lenet_space
from nasbook.strategies.protocol import Candidate

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
