"""Your own ratings: a file of MovieLens or a table like it, checked, and divided in time."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from nasbook.datasets import Dataset
from nasbook.tasks.dividing import check_shares
from nasbook.tasks.image_reading import refuse
from nasbook.tasks.ratings import Known, in_time, matrix

COLUMNS = ["userId", "movieId", "rating", "timestamp"]
FORMATS = {  # what MovieLens calls its files, and how they are written
    "ratings.csv": dict(sep=",", header=0),
    "ratings.dat": dict(sep="::", header=None, names=COLUMNS, engine="python"),
    "u.data": dict(sep="\t", header=None, names=COLUMNS),
}
FEWEST = 10  # people who can be asked
CELLS = 50_000_000  # people x things that fit into memory, several times


def load_ratings(
    path: str | Path,
    *,
    validation: float = 0.1,
    test: float = 0.1,
    liked: float = 4,
    least: int = 5,
    name: str | None = None,
) -> Dataset:
    """Your own ratings: such a file as MovieLens has, ratings.csv, ratings.dat or u.data, or its folder.

    A table of yours is a CSV file with the columns userId, movieId, rating and timestamp, in any order. The
    newest `test` of all ratings are sealed, the `validation` before them is for the search. A rating from
    `liked` on says that somebody likes something. People and things with fewer than `least` ratings are left
    out; those of the test count there, too. An example is a person, as `nb.load_lecturers` has them; no terms
    or departments are known.

    Raises ValueError, with the lines, for columns that are missing, for what is no number, and where somebody
    rates a thing twice; for too many people and things, or too few; FileNotFoundError where there is nothing.
    """
    check_shares({"validation": validation, "test": test}, otherwise="", what="ratings")
    file = file_in(Path(path).resolve())
    frame, digest = read(file), digest_of(file)
    kept = frequent(frame, least)
    for column, number in {"userId": "person", "movieId": "thing"}.items():
        kept[number] = np.unique(kept[column], return_inverse=True)[1]
    shape = tuple(int(kept[number].max()) + 1 if len(kept) else 0 for number in ("person", "thing"))
    check_size(shape, least)
    kept["part"] = parts_of(kept["timestamp"], validation, test)
    open_part, sealed = kept[kept["part"] != "test"], kept["part"] == "test"

    def some(*parts: str) -> np.ndarray:
        if "test" in parts and digest_of(file) != digest:
            raise ValueError(f"{file} has changed since it was loaded: load it again.")
        frame = kept[sealed] if parts == ("test",) else open_part[open_part["part"].isin(parts)]
        return matrix(frame, shape, liked)

    check_likings(some("train"), some("validation"), liked, float(kept["rating"].max()))
    return in_time(name or file.parent.name, some, nothing_known(shape))


def nothing_known(shape: tuple[int, int]) -> Known:
    """Of so many people and things: all in the same term, all of the same department."""
    return Known(*(np.zeros(size, int) for size in shape))


def file_in(path: Path) -> Path:
    """The file itself, or the first one in a folder that MovieLens would have written."""
    files = [path, *(path / name for name in FORMATS)]
    if not (found := [file for file in files if file.is_file()]):
        known = " or ".join(FORMATS)
        raise FileNotFoundError(f"There are no ratings at {path}: give a file, or a folder with {known}.")
    return found[0]


def read(file: Path) -> pd.DataFrame:
    """The four columns as numbers. Raises ValueError with the lines that are none."""
    try:
        frame = pd.read_csv(file, **FORMATS.get(file.name, FORMATS["ratings.csv"]), dtype=str)
    except (ValueError, pd.errors.ParserError) as problem:
        raise ValueError(f"{file.name} is no table that can be read ({problem}): write it again.") from None
    if missing := [name for name in COLUMNS if name not in frame]:
        raise ValueError(
            f"{file.name} has no column {', '.join(missing)}: give a CSV file whose first line is "
            f"`{','.join(COLUMNS)}`."
        )
    first = 1 if FORMATS.get(file.name, {}).get("header", 0) is None else 2
    numbers = frame[COLUMNS].apply(pd.to_numeric, errors="coerce")
    if words := [name for name in COLUMNS if len(numbers) and numbers[name].isna().all()]:
        raise ValueError(
            f"{file.name} has no numbers in the column {', '.join(words)}: give numbers, times in seconds."
        )
    bad = np.flatnonzero(~np.isfinite(numbers).all(axis=1))
    refuse(lines(bad, first), "Lines that do not have four numbers", "mend or delete them")
    twice = np.flatnonzero(numbers.duplicated(["userId", "movieId"]))
    refuse(lines(twice, first), "Lines that rate what the same user has rated before", "keep one of them")
    return numbers


def lines(rows: np.ndarray, first: int) -> list[str]:
    return [f"line {row + first}" for row in rows]


def frequent(frame: pd.DataFrame, least: int) -> pd.DataFrame:
    """Without people and things that have fewer ratings, until all that are left have as many."""
    while True:
        counts = [frame.groupby(name)["rating"].transform("size") for name in ("userId", "movieId")]
        often = (counts[0] >= least) & (counts[1] >= least)
        if often.all():
            return frame.copy()
        frame = frame[often]


def check_size(shape: tuple[int, int], least: int) -> None:
    """Raises ValueError for too many or too few people and things."""
    if min(shape) < 10:
        raise ValueError(
            f"{shape[0]} people and {shape[1]} things have at least {least} ratings: give more, at least 10 "
            "of each, or a smaller `least`."
        )
    if np.prod(shape, dtype=float) > CELLS:
        raise ValueError(
            f"{shape[0]:,} people and {shape[1]:,} things have at least {least} ratings, which is too much "
            f"for a matrix in memory: give a larger `least`, so that their product is at most {CELLS:,}."
        )


def check_likings(before: np.ndarray, after: np.ndarray, liked: float, most: float) -> None:
    """Raises ValueError where too few people liked something in the first part, and in the second."""
    if most < liked:
        raise ValueError(
            f"No rating reaches liked={liked:g}, the highest is {most:g}: give a smaller `liked`."
        )
    both = int(((before > 0).any(axis=1) & (after > 0).any(axis=1)).sum())
    if both < FEWEST:
        raise ValueError(
            f"{both} people liked something both in the training and in the validation part, and at least "
            f"{FEWEST} are needed: give ratings of a longer time, or other shares."
        )


def parts_of(times: pd.Series, validation: float, test: float) -> np.ndarray:
    """The part of each rating: the newest are the test; equal times are in one part."""
    until = np.quantile(times, (1 - validation - test, 1 - test))
    parts = np.array(["train", "validation", "test"])[np.searchsorted(until, times)]
    if missing := [part for part in ("train", "validation", "test") if part not in parts]:
        raise ValueError(
            f"No ratings are left for {' and '.join(missing)}, since many were given at the same time: give "
            "other shares, or true times."
        )
    return parts


def digest_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
