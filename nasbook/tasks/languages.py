"""Languages: texts in ten of them, five pairs that are easily confused. Which language is it?

Networks learn from names of things (territories, languages, currencies, scripts), and are tested on prose,
the Universal Declaration of Human Rights. `data/README.md` says where both are from.
"""

import csv
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from nasbook.datasets import Dataset, Examples, verified
from nasbook.tasks.characters import LONGEST, alphabet_of, encoded, letters

SHORTEST = 8  # characters: no text has room for fewer
HELD = 0.2  # of the things, whose names validate


def load_languages(
    *, train: int = 4_000, validation: int = 2_000, test: int = 2_000, seed: int = 0
) -> Dataset:
    """Texts of at most 128 letters and blanks, as many in each language; the classes are the languages.

    An input is int32 of shape (128,), as `characters.encoded` has it. A training text is a row of names, and
    so is a validation text, but of other things, which the seed draws. The sealed test texts are passages of
    the declaration. Raises ValueError where a number of texts is no multiple of ten.
    """
    languages, names, articles = read()
    for part, size in {"train": train, "validation": validation, "test": test}.items():
        if size < 1 or size % len(languages):
            raise ValueError(f"{part}={size}: give a multiple of {len(languages)}, to have equal shares.")
    things = np.random.default_rng(seed).permutation(len(names[0]))
    validating, training = np.split(things, [round(HELD * len(things))])

    def of_names(some: np.ndarray, size: int) -> Examples:
        return drawn([[mine[thing] for thing in some] for mine in names], any_of, size, seed)

    def source(part: str) -> Examples:
        return of_names(things, train) if part == "train" else drawn(articles, passage, test, 0)

    parts = of_names(training, train), of_names(validating, validation)
    return Dataset("languages", *parts, languages, source)


@cache
def read() -> tuple[tuple[str, ...], list[list[str]], list[list[str]]]:
    """The languages, the names of all things in each, in one order, and the articles in each."""
    names, articles = {}, {}
    with verified("language_texts.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            texts = names if row["source"] == "names" else articles
            texts.setdefault(row["language"], []).append(letters(row["text"]))
    return tuple(names), list(names.values()), list(articles.values())


@cache
def alphabet() -> str:
    """The characters of all names, by frequency."""
    return alphabet_of(name for some in read()[1] for name in some)


def drawn(texts: Sequence[Sequence[str]], pieces, size: int, seed: int) -> Examples:
    """As many examples of every language, mixed; `texts` holds what there is in each."""
    rng, number = np.random.default_rng(seed), size // len(texts)
    made = [joined(pieces(some, rng), length(rng)) for some in texts for _ in range(number)]
    order, labels = rng.permutation(size), np.repeat(np.arange(len(texts)), number)
    return Examples(encoded(made, alphabet())[order], labels[order])


def length(rng: np.random.Generator) -> float:
    """The room for a text, in characters: as often from 8 to 16 as from 16 to 32, and so on."""
    return SHORTEST * (LONGEST / SHORTEST) ** rng.random()


def joined(pieces: Iterator[str], room: float) -> str:
    """As many pieces as there is room for, at least one, with blanks between them."""
    text = next(pieces)
    for piece in pieces:
        if len(text) + 1 + len(piece) > room:
            break
        text += f" {piece}"
    return text


def any_of(names: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    """Names in any order, without end."""
    while True:
        yield names[rng.integers(len(names))]


def passage(articles: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    """The words of an article from any of them on."""
    words = [article.split() for article in articles]
    share = np.array([len(some) for some in words]) / sum(map(len, words))
    some = words[rng.choice(len(words), p=share)]
    yield from some[rng.integers(len(some)) :]
