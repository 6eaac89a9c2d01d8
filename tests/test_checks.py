"""Exercises: a wrong answer gets a hint, and only a right one passes. The solutions are in the notebooks."""

import numpy as np
import pytest

import nasbook as nb
from nasbook.checks import CHECKERS, NotYet


def cut_after_the_first(space, mother, father, rng):
    """A one-point crossover that always cuts at the same place."""
    return space.complete({**mother, **father, "blocks": mother["blocks"]}, rng)


WRONG = [
    ("00.1", (0.5,), "how many are there"),
    ("00.1", ("a tenth",), "number between 0 and 1"),
    ("01.1", ({},), "three letters"),
    ("01.2", ({"NASNet": "strategy"},), "NASNet"),
    ("01.3", (nb.RandomSearch.ask,), "three methods"),
    ("02.1", (lambda kernel, a, b: kernel**2 * a * b,), "bias"),
    ("02.2", (nb.lenet5, 0.0, 0.005), "more than half"),
    ("02.2", (nb.lenet5_article, 0.0, 0.005), "more than half"),
    ("03.1", (lambda matrix: [0.5],), "one number"),
    ("03.1", (lambda matrix: 0.5,), "F1 of each class first"),
    ("03.2", (lambda p, q, n: p > q,), "order"),
    ("03.2", (lambda p, q, n: p != q,), "standard error"),
    ("04.1", (2808, nb.lenet_space()), "no dense layer"),
    ("04.1", (2184, nb.lenet_space()), "dropout"),
    ("04.2", (lambda a, b: sum(a[name] != b[name] for name in a if name in b),), "only one of them has"),
    ("04.3", ({1: 9, 2: 10, 3: 11},), "count the other options"),
    ("05.1", (60,), "only"),
    ("05.1", (10_000,), "fewer"),
    ("05.2", (lambda scores, n: float(np.mean(scores)),), "on average"),
    ("06.1", (lambda model: {},), "dictionary"),
    ("06.2", (lambda n, split: list(range(max(int(n * split), 1))),), "first rows"),
    ("06.3", (lambda trials, epochs, own, split: trials,), "trainings"),
    ("07.1", (lambda population, rng, size: max(population, key=lambda t: t.score),), "draw"),
    ("07.1", (lambda population, rng, size: population[-1 if rng.random() < 1 - 0.9**size else 0],), "draw"),
    ("07.2", (lambda space, mother, father, rng: space.sample(rng),), "no cut makes"),
    ("07.2", (lambda space, mother, father, rng: mother,), "no cut makes"),
    ("07.2", (lambda space, mother, father, rng: space.crossover(mother, father, rng),), "no cut makes"),
    (
        "07.2",
        (lambda space, mother, father, rng: cut_after_the_first(space, mother, father, rng),),
        "draw it",
    ),
]


@pytest.mark.parametrize(("exercise", "answer", "hint"), WRONG)
def test_a_wrong_answer_gets_a_hint(exercise, answer, hint):
    with pytest.raises(NotYet, match=hint):
        nb.check(exercise, *answer)


def test_the_nearest_class_is_not_the_class_itself(tiny):
    with pytest.raises(NotYet, match=r"leave the shirt out|name of a class"):
        nb.check("00.2", "shirt", tiny)


def test_every_checker_was_given_a_wrong_answer():
    assert {exercise for exercise, *_ in WRONG} | {"00.2"} == set(CHECKERS)


def test_a_hint_is_shown_without_a_traceback():
    assert NotYet("think")._render_traceback_() == ["Not yet: think"]


def test_an_unknown_exercise_is_refused():
    with pytest.raises(ValueError, match=r"no exercise '99\.9': choose one of 00\.1"):
        nb.check("99.9", 0)
