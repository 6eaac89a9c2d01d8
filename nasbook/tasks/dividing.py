"""Who trains, who validates and who tests: examples divided by class and by group, and never twice."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from numbers import Real

import numpy as np

from nasbook.tasks.image_files import Files
from nasbook.tasks.image_reading import refuse


def divide_files(
    files: Files, shares: dict[str, float], seed: int, groups: Sequence | None
) -> list[np.ndarray]:
    """Rows to train on, to validate on and to test on: parts with a share are drawn, the others are given."""
    pool = np.flatnonzero(files.parts == "train")
    some = None if groups is None else [groups[row] for row in pool]
    drawn = shares.get("validation"), shares.get("test")
    parts = [pool[rows] for rows in divide(files.labels[pool], files.classes, *drawn, seed, some)]
    for place, part in enumerate(("validation", "test"), start=1):
        parts[place] = np.append(parts[place], mixed(np.flatnonzero(files.parts == part)))
    if groups is not None:
        of_part = [{str(groups[row]) for row in rows} for rows in parts]
        torn = set().union(*(one & other for one, other in combinations(of_part, 2)))
        refuse(sorted(torn), "Groups with images in two parts", "move each of them into one part")
    return parts


def divide(
    y: np.ndarray,
    classes: Sequence[str],
    validation: float | None,
    test: float | None,
    seed: int,
    groups: Sequence | None = None,
    what: str = "images",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows to train on, to validate on and to test on; each class is in each, and a group in one only.

    Classes have their share in each part, as nearly as possible. Where groups hold images of several classes,
    such as all digits of a writer, only the whole has it. A part whose share is None stays empty.
    """
    shares = {"validation": validation, "test": test}
    check_shares({part: share for part, share in shares.items() if share is not None}, what=what)
    sealing, drawing = np.random.default_rng(0), np.random.default_rng(seed)
    told = range(len(y)) if groups is None else [str(name) for name in groups]
    group = np.unique(told, return_inverse=True)[1]
    one_class_each = len(np.unique(group * len(classes) + y)) == group.max() + 1
    strata = y if one_class_each else np.zeros_like(y)
    parts = ([], [], [])
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        names = sealing.permutation(np.unique(group[rows]))
        sizes = np.bincount(group[rows])
        tested = how_many(sizes[names], test, len(rows))
        rest = drawing.permutation(names[tested:])
        validated = how_many(sizes[rest], validation, len(rows))
        for part, some in zip(parts, (rest[validated:], rest[:validated], names[:tested]), strict=True):
            part.append(rows[np.isin(group[rows], some)])
    parts = tuple(drawing.permutation(np.concatenate(part)) for part in parts)
    uses = (("train", parts[0], 1), ("validate", parts[1], validation), ("test", parts[2], test))
    drawn = {use: set(y[part].tolist()) for use, part, share in uses if share is not None}
    missing = set(range(len(classes))) - set.intersection(*drawn.values())
    few = [f"{classes[label]} ({np.sum(y == label)})" for label in sorted(missing)]
    lacking = what if groups is None else f"{what} or groups"
    cure = f"add {lacking}{', or drop the class' * (len(classes) > 1)}"
    refuse(few, f"Too few {lacking} to {' and '.join(drawn)} on", cure)
    return parts


def how_many(sizes: np.ndarray, share: float | None, images: int) -> int:
    """How many groups of these sizes, from the first on, come nearest to this share: at least one."""
    if share is None or not len(sizes):
        return 0
    return int(np.abs(np.cumsum(sizes) - share * images).argmin()) + 1


def check_shares(
    shares: dict[str, float],
    otherwise: str = ", or the images of the part themselves",
    what: str = "images",
) -> None:
    """Raise ValueError where the parts to be drawn cannot be; `otherwise` says what else may be given."""
    if not (
        all(isinstance(share, Real) and share > 0 for share in shares.values()) and sum(shares.values()) < 1
    ):
        told = " and ".join(f"{part}={share!r}" for part, share in shares.items())
        raise ValueError(
            f"{told} cannot be drawn: give shares of the {what}, numbers above 0 that leave something to "
            f"train on, such as 0.2{otherwise}."
        )


def mixed(rows: np.ndarray) -> np.ndarray:
    """The rows of a part that is given, in an order that does not follow the classes."""
    return np.random.default_rng(0).permutation(rows)


def grouped(groups: Callable | Mapping | None, names: Sequence[str], what: str = "images") -> list | None:
    """The group of each example, by its name."""
    if groups is None:
        return None
    if not (isinstance(groups, Mapping) or callable(groups)):
        raise ValueError(
            f"groups is a {type(groups).__name__}: give a function or a dictionary from the name of one of "
            f"the {what}, such as {names[0]!r}, to its group."
        )
    found = list(map(groups.get if isinstance(groups, Mapping) else groups, names))
    lost = [name for name, group in zip(names, found, strict=True) if group is None]
    refuse(
        lost, f"{what.capitalize()} without a group", "give each of them one, under its name as it is here"
    )
    return found


def checked_groups(groups: Sequence | None, images: int) -> Sequence | None:
    """The group of each image, as it was given. Raises ValueError where it is no sequence that fits."""
    if groups is None:
        return None
    if isinstance(groups, (str, Mapping, set, frozenset)) or not hasattr(groups, "__len__"):
        raise ValueError(
            f"groups is a {type(groups).__name__}: give a list or an array with the group of each image."
        )
    if len(groups) != images:
        raise ValueError(
            f"There are {len(groups):,} groups for {images:,} images: give the group of each image."
        )
    return groups
