"""Verses: the New Testament in English and in Spanish, verse by verse, divided by book.

`data/README.md` says where it is from. A book is trained on, validated on or tested on as a whole.
"""

import csv
from collections.abc import Collection
from functools import cache
from typing import NamedTuple

import numpy as np

from nasbook.datasets import Dataset, Examples, verified

LANGUAGES = ("english", "spanish")
VALIDATION, TEST = ("Romans",), ("Hebrews", "James")
ROW = 128  # characters


class Verse(NamedTuple):
    book: str
    chapter: int
    verse: int
    english: str
    spanish: str


@cache
def read() -> tuple[Verse, ...]:
    """All verses, in their order."""
    with verified("verses.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return tuple(
            Verse(row["book"], int(row["chapter"]), int(row["verse"]), *(row[one] for one in LANGUAGES))
            for row in rows
        )


def text(language: str, part: str) -> str:
    """All verses of a part, "train", "validation" or "test", as one text."""
    return " ".join(getattr(verse, language) for verse in of_part(part))


def of_part(part: str) -> list[Verse]:
    held: dict[str, Collection[str]] = {"validation": VALIDATION, "test": TEST}
    if part in held:
        return [verse for verse in read() if verse.book in held[part]]
    return [verse for verse in read() if verse.book not in (*VALIDATION, *TEST)]


def load_prose(language: str = "english", *, train: int | None = None, seed: int = 0) -> Dataset:
    """Rows of 128 characters, and of the characters that follow: codes, both int32 of shape (n, 128).

    The classes are the characters of the books to train on; anything else reads as a blank. `train` rows are
    drawn, by default all of them. Raises ValueError for another language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language={language!r}: choose {' or '.join(map(repr, LANGUAGES))}.")
    characters = tuple(sorted(set(text(language, "train"))))

    def source(part: str) -> Examples:
        if part == "test":
            return rows_of(text(language, "test"), characters)
        return rows_of(f"{text(language, 'train')} {text(language, 'validation')}", characters)

    known = rows_of(text(language, "train"), characters)
    if train is not None:
        known = known.subset(np.random.default_rng(seed).permutation(len(known))[:train])
    return Dataset(language, known, rows_of(text(language, "validation"), characters), characters, source)


def rows_of(one: str, characters: tuple[str, ...]) -> Examples:
    """A text in rows, what is left over at its end dropped."""
    codes = {character: code for code, character in enumerate(characters)}
    row = np.array([codes.get(character, codes[" "]) for character in one], "int32")
    whole = (len(row) - 1) // ROW * ROW
    return Examples(row[:whole].reshape(-1, ROW), row[1 : whole + 1].reshape(-1, ROW))
