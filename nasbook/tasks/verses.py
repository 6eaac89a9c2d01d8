"""Verses: the New Testament in English and in Spanish, verse by verse, divided by book.

`data/README.md` says where it is from. A book is trained on, validated on or tested on as a whole.
"""

import csv
from collections.abc import Collection
from functools import cache
from typing import NamedTuple

import numpy as np

from nasbook.datasets import Dataset, Examples, verified
from nasbook.tasks.subwords import END, PADDING, SubWords

LANGUAGES = ("english", "spanish")
VALIDATION, TEST = ("Romans",), ("Hebrews", "James")
ROW = 128  # characters
WORDS = 20  # of a sentence to translate, at most


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
    drawn, by default all of them, and stay in their order. Raises ValueError for another language, and for
    more rows than there are.
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
        refuse_size("train", train, len(known), "rows")
        some = np.random.default_rng(seed).permutation(len(known))[:train]
        known = known.subset(np.sort(some))
    return Dataset(language, known, rows_of(text(language, "validation"), characters), characters, source)


def rows_of(one: str, characters: tuple[str, ...]) -> Examples:
    """A text in rows, what is left over at its end dropped."""
    codes = {character: code for code, character in enumerate(characters)}
    row = np.array([codes.get(character, codes[" "]) for character in one], "int32")
    whole = (len(row) - 1) // ROW * ROW
    return Examples(row[:whole].reshape(-1, ROW), row[1 : whole + 1].reshape(-1, ROW))


# --- to translate -------------------------------------------------------------------------------------------


def pairs(part: str) -> list[tuple[str, str]]:
    """English and Spanish verses of a part, in small letters: those with at most 20 words in both."""
    both = [(verse.english.lower(), verse.spanish.lower()) for verse in of_part(part)]
    return [pair for pair in both if max(len(one.split()) for one in pair) <= WORDS]


@cache
def sub_words(merges: int) -> SubWords:
    """The units of both languages, learned from the verses to train on."""
    return SubWords([one for pair in pairs("train") for one in pair], merges)


def load_translation(merges: int = 300, *, train: int | None = None, test: int | None = None) -> Dataset:
    """Verses of at most 20 words in English, and in Spanish, as codes of sub-words; 0 merges are characters.

    Inputs are the English codes (n, places) and the Spanish ones a place late (n, places), targets the
    Spanish ones (n, places), all int32; the classes are the units. The first `train` verses are trained on,
    and the first `test` tested on. Rows are as long as the longest verse of any part needs. Raises ValueError
    for less than 0 merges, and for more verses than there are.
    """
    if merges < 0:
        raise ValueError(f"merges={merges}: give 0, for characters, or more.")
    units = sub_words(merges)
    codes = {
        part: [units.encode(texts) for texts in zip(*pairs(part), strict=True)]
        for part in ("train", "validation", "test")
    }
    lengths = [max(len(row) for rows in both for row in rows) for both in zip(*codes.values(), strict=True)]

    def examples(*parts: str) -> Examples:
        english, spanish = (
            filled([row for part in parts for row in codes[part][i]], lengths[i]) for i in range(2)
        )
        begun = np.concatenate([np.full_like(spanish[:, :1], END), spanish[:, :-1]], axis=1)
        return Examples((english, begun), spanish)

    for name, size in {"train": train, "test": test}.items():
        if size is not None:
            refuse_size(name, size, len(pairs(name)), "verses")

    def source(part: str) -> Examples:
        return examples("test").subset(slice(test)) if part == "test" else examples("train", "validation")

    known = examples("train").subset(slice(train))
    return Dataset("translation", known, examples("validation"), units.units, source)


def refuse_size(name: str, size: int, there: int, what: str) -> None:
    if not 1 <= size <= there:
        raise ValueError(f"{name}={size:,}: give a number from 1 to {there:,}, or none for all {what}.")


def filled(rows: list[list[int]], length: int) -> np.ndarray:
    """Codes in rows of one length, padding behind their ends: int32 of shape (n, length)."""
    return np.array([row + [PADDING] * (length - len(row)) for row in rows], "int32")
