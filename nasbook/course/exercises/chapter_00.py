"""Exercises of chapter 00."""

from numbers import Real

import numpy as np

from nasbook.course.exercises.checking import checker
from nasbook.table import Table


@checker("00.1")
def _guessing(share) -> str | None:
    if not isinstance(share, Real):
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


@checker("00.3")
def _more_candidates(bests) -> str | None:
    if not isinstance(bests, dict) or set(bests) != {50, 500}:
        return "give a dictionary with two lists: {50: [...], 500: [...]}."
    if any(np.ndim(scores) != 1 for scores in bests.values()):
        return "give a list of scores for each size, one score a search."
    if hint := _enough_luck(bests):
        return hint
    known = {trial.score for trials in Table.load().records.values() for trial in trials}
    for score in (score for scores in bests.values() for score in scores):
        if score not in known:
            return (
                f"{score} is the score of no training in the table: collect history.best.score of searches."
            )
    if np.mean(bests[50]) >= np.mean(bests[500]):
        return "the searches of 500 did no better than those of 50: is each list at its size?"


def _enough_luck(bests: dict[int, list[float]]) -> str | None:
    few, many = bests[50], bests[500]
    if len(few) != len(many):
        return f"{len(few)} searches of 50 and {len(many)} of 500: give both sizes the same seeds."
    if len(few) < 10:
        return f"with {len(few)} of either size luck decides; the table answers at once, so take 10 or more."
    if len(set(few)) == 1:
        return "all searches of 50 found the same best score: has each a seed of its own?"
