"""Ratings: which lecturers did students like? Divided in time: learn from the past, recommend what comes.

73,421 ratings from 1 to 5 that 2,972 students gave to 1,128 lecturers, by how many semesters ago the lecture
was. `data/README.md` says where they are from.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from nasbook.datasets import verified

LIKED = 4  # from this rating on
SEMESTERS = (2, 4, 6, 8)
AGO = {"train": (3, 6), "validation": (2, 2), "test": (1, 1)}  # semesters, from and to


class Ratings(NamedTuple):
    """Who rated whom: student and lecturer, numbered from 0, the semester of the student, and the rating."""

    students: np.ndarray
    lecturers: np.ndarray
    semesters: np.ndarray
    ratings: np.ndarray


@cache
def every() -> pd.DataFrame:
    """The file, with students, lecturers, departments and semesters numbered from 0."""
    with verified("ratings.csv").open(newline="") as file:
        frame = pd.read_csv(file)
    for name in ("student", "lecturer", "department", "semester"):
        frame[name] = np.unique(frame[name], return_inverse=True)[1]
    return frame


@cache
def departments() -> np.ndarray:
    """The department of each lecturer, from 0: int of shape (lecturers,)."""
    return every().groupby("lecturer")["department"].first().to_numpy()


def ratings(*parts: str) -> Ratings:
    """Those of these parts, "train", "validation" or "test"."""
    frame = every()
    within = [frame["ago"].between(*AGO[part]) for part in parts]
    some = frame[np.logical_or.reduce(within)]
    return Ratings(*(some[name].to_numpy() for name in ("student", "lecturer", "semester", "rating")))


def matrix(*parts: str) -> np.ndarray:
    """Students by lecturers, int8: 1 where one liked the other, -1 where not, 0 where nothing is known."""
    some, frame = ratings(*parts), every()
    table = np.zeros((frame["student"].max() + 1, frame["lecturer"].max() + 1), "int8")
    table[some.students, some.lecturers] = np.where(some.ratings >= LIKED, 1, -1)
    return table
