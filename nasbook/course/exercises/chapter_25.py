"""Exercises of chapter 25."""

import numpy as np

from nasbook.course.exercises.checking import checker, referee
from nasbook.networks import lenet_space


@checker("25.1")
def _chosen(chosen) -> str | None:
    space = lenet_space()
    for seed in range(3):
        some = list(chosen(space, np.random.default_rng(seed)))
        if len(some) != 20 or len({str(one) for one in some}) != 20:
            return f"give 20 different architectures, not {len({str(one) for one in some})} of {len(some)}."
        if not all(one in space for one in some):
            return "give architectures of the space, such as space.sample(rng)."
        shown = {
            (name, option): sum(one.get(name) == option for one in some)
            for name, options in space.options.items()
            for option in options
        }
        (name, option), times = min(shown.items(), key=lambda pair: pair[1])
        if times < 3:
            return f"{name}={option} is shown {times} times, in one of three tries: show each option 3 times."
    return None


@checker("25.2")
def _thompson(thompson) -> str | None:
    guesses = np.array([[0.75, 0.1, 0.0], [0.75, 0.9, 0.2], [0.75, 0.5, 0.1]])
    drawn = [thompson(guesses.copy(), np.random.default_rng(seed)) for seed in range(1_000)]
    if not all(np.ndim(one) == 0 and one in range(3) for one in drawn):
        return "give the number of one column: 0, 1 or 2 where there are three architectures."
    if len(set(drawn)) == 1:
        return "always the same: draw from a normal distribution, with the rng, and do not take the mean."
    share = np.mean(np.array(drawn) == 1)
    if not 0.17 < share < 0.3:  # 22 %: the probability that 0.5 + 0.33 z is above 0.75
        return (
            f"the second of {guesses.T.tolist()} is drawn in about 22 % of the cases, not in {share:.0%}: "
            "draw one number for each architecture, with the mean and standard deviation of its column."
        )
    return None


@checker("25.3")
def _referee(objections) -> str | None:
    hints = {
        "a": "who paid for the 1,000 trainings of the predictor?",
        "b": "what did section 4 say of the best tenth?",
        "c": "what is a table for?",
        "d": "which line did section 2 draw, that costs no training?",
        "e": "what did chapter 09 say of one run each?",
        "f": "what did the models of section 2 look at?",
        "g": "which dashed line did section 2 draw?",
    }
    return referee(objections, "abdeg", hints)
