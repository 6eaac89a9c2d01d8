"""Sub-words: units between characters and words, learned from texts (Sennrich, Haddow and Birch 2016)."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

PADDING, END, OTHER = 0, 1, 2  # the codes behind the end, at the end, and of what was never seen


class SubWords:
    """Byte-pair encoding: again and again, the most frequent pair of neighbors becomes a unit.

    Pairs are merged inside of words; a word has the blank before it. With no merges, units are characters.
    """

    def __init__(self, texts: Iterable[str], merges: int):
        counts = Counter(word for text in texts for word in words(text))
        characters = sorted(set("".join(counts)))
        self.merges = learned(counts, merges)
        self.units = ("", "\n", "?", *characters, *map("".join, self.merges))
        self.codes = {unit: code for code, unit in enumerate(self.units) if code > OTHER}
        self.ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        self.known: dict[str, list[str]] = {}  # words that were cut before

    def cut(self, text: str) -> list[str]:
        """The units of a text: in the order learned, each merge is done wherever it can be."""
        return [unit for word in words(text) for unit in self.cut_word(word)]

    def cut_word(self, word: str) -> list[str]:
        if word not in self.known:
            units = list(word)
            while pairs := [pair for pair in pairwise(units) if pair in self.ranks]:
                units = merged(units, min(pairs, key=self.ranks.get))
            self.known[word] = units
        return self.known[word]

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Of each text the codes of its units, and of its end."""
        return [[*(self.codes.get(unit, OTHER) for unit in self.cut(text)), END] for text in texts]


def words(text: str) -> list[str]:
    return re.findall(r" ?[^ ]+| ", text)


def learned(counts: Counter, merges: int) -> list[tuple[str, str]]:
    """The pairs to merge, in their order. Of equally frequent ones, the first in the alphabet comes first."""
    cut = {word: list(word) for word in counts}
    pairs, places, found = Counter(), defaultdict(set), []

    def count_pairs(word: str, sign: int) -> None:
        for pair in pairwise(cut[word]):
            pairs[pair] += sign * counts[word]
            places[pair].add(word)

    for word in cut:
        count_pairs(word, 1)
    while len(found) < merges and pairs:
        most = max(pairs.values())
        if most < 2:
            break
        best = min(pair for pair, count in pairs.items() if count == most)
        found.append(best)
        for word in places.pop(best):
            count_pairs(word, -1)
            cut[word] = merged(cut[word], best)
            count_pairs(word, 1)
        del pairs[best]
    return found


def merged(units: list[str], pair: tuple[str, str]) -> list[str]:
    """The units, with every such pair of neighbors as one."""
    found = []
    for unit in units:
        if found and (found[-1], unit) == pair:
            found[-1] = "".join(pair)
        else:
            found.append(unit)
    return found


def joined(codes: np.ndarray, units: Sequence[str]) -> str:
    """The text of codes, up to its end."""
    ends = np.flatnonzero(codes == END)
    return "".join(units[code] for code in codes[: ends[0] if len(ends) else None])
