"""Exercises of chapter 00."""

import numpy as np

from nasbook.course.exercises.checking import checker


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
