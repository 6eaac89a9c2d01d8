"""Characters: texts as whole numbers, which is all that a network reads."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

LONGEST = 128  # characters of a text; what is behind them is not read
PADDING, OTHER = 0, 1  # the codes behind the end of a text, and of a character outside of the alphabet
SYMBOLS = 128  # codes there are, at most


def letters(text: str) -> str:
    """Only its letters, small, with one blank for everything between them."""
    return re.sub(r"[\W\d_]+", " ", text.lower()).strip()


def alphabet_of(texts: Iterable[str]) -> str:
    """The characters of texts, the most frequent ones first, as many as there are codes for."""
    counts = sorted(Counter("".join(texts)).items(), key=lambda pair: (-pair[1], pair[0]))
    return "".join(character for character, _ in counts[: SYMBOLS - 2])


def encoded(texts: Sequence[str], alphabet: str) -> np.ndarray:
    """The codes of the characters, int32 of shape (n, 128): 2 for the first of the alphabet, and so on."""
    codes = {character: code for code, character in enumerate(alphabet, start=2)}
    found = np.full((len(texts), LONGEST), PADDING, "int32")
    for row, text in zip(found, texts, strict=True):
        row[: len(text)] = [codes.get(character, OTHER) for character in text[:LONGEST]]
    return found


def decoded(row: np.ndarray, alphabet: str) -> str:
    """The text again, with `?` for what was outside of the alphabet."""
    return "".join("?" if code == OTHER else alphabet[code - 2] for code in row[row != PADDING])
