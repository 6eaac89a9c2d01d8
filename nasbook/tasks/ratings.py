"""Ratings: which lecturers did students like? Divided in time: learn from the past, recommend what comes.

73,421 ratings from 1 to 5 that 2,972 students gave to 1,128 lecturers, by how many semesters ago the lecture
was. `data/README.md` says where they are from.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from nasbook.datasets import Dataset, Examples, verified

LIKED = 4  # from this rating on
AGO = {"train": (3, 6), "validation": (2, 2), "test": (1, 1)}  # semesters, from and to
TERMS = (2, 4, 6, 8)  # semesters that a student has been there


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of people and things beside ratings: numbers from 0, of shape (people,) and (things,)."""

    terms: np.ndarray
    departments: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        """The number of people, and of things."""
        return len(self.terms), len(self.departments)


def matrix(frame: pd.DataFrame, shape: tuple[int, int], liked: float = LIKED) -> np.ndarray:
    """People by things, int8: 1 where one liked the other, -1 where not, 0 where nothing is known."""
    table = np.zeros(shape, "int8")
    table[frame["person"], frame["thing"]] = np.where(frame["rating"] >= liked, 1, -1)
    return table


def before_and_after(before: np.ndarray, after: np.ndarray, terms: np.ndarray) -> Examples:
    """What is known of everybody, and what each liked later; of those who liked something both times.

    Inputs are the number of a person, int32 (n, 1), the history, float32 (n, things), and the term, int32
    (n, 1). Targets are int8 (n, things): 1 what was liked later, -1 what was rated before, 0 all else.
    """
    people = np.flatnonzero((before > 0).any(axis=1) & (after > 0).any(axis=1))
    histories, later = before[people].astype("float32"), (after[people] > 0).astype("int8")
    targets = np.where(before[people] != 0, np.int8(-1), later)
    return Examples((people[:, None].astype("int32"), histories, terms[people][:, None]), targets)


def histories(before: np.ndarray, terms: np.ndarray) -> Examples:
    """What to learn from: the inputs of `before_and_after`, and 1 where they say that something was liked."""
    people = np.flatnonzero((before > 0).any(axis=1))
    seen = before[people].astype("float32")
    inputs = (people[:, None].astype("int32"), seen, terms[people][:, None])
    return Examples(inputs, (seen > 0).astype("int8"))


def in_time(name: str, read: Callable[..., np.ndarray], known: Known) -> Dataset:
    """Learn from the first part, validate on the second, and test on the third: `read(*parts)` gives them."""
    past, terms = read("train"), known.terms.astype("int32")
    later = read("validation")

    def source(part: str) -> Examples:
        both = np.where(later != 0, later, past)
        return histories(both, terms) if part == "train" else before_and_after(both, read("test"), terms)

    return Dataset(name, histories(past, terms), before_and_after(past, later, terms), source=source)


@cache
def every() -> pd.DataFrame:
    """The file, with students ("person"), lecturers ("thing"), departments and terms numbered from 0."""
    with verified("ratings.csv").open(newline="") as file:
        frame = pd.read_csv(file)
    for name, column in {"person": "student", "thing": "lecturer", "department": "department"}.items():
        frame[name] = np.unique(frame[column], return_inverse=True)[1]
    return frame.assign(term=frame["semester"].map(TERMS.index))


def some(*parts: str) -> pd.DataFrame:
    """The ratings of "train" or "validation"; those of the test are for `final_test`."""
    frame = every()
    return frame[np.logical_or.reduce([frame["ago"].between(*AGO[part]) for part in parts])]


@cache
def known() -> Known:
    """The term of each student, and the department of each lecturer."""
    frame = every()
    terms, departments = frame.groupby("person")["term"], frame.groupby("thing")["department"]
    return Known(terms.first().to_numpy(), departments.first().to_numpy())


def load_lecturers() -> Dataset:
    """Students, and the lecturers whom they liked: who will be liked in the next semester?

    An example is a student; `before_and_after` says what inputs and targets are. Training and validation part
    are three to six and two semesters ago, the sealed test one.
    """
    about = known()
    return in_time("lecturers", lambda *parts: matrix(some(*parts), about.shape), about)
