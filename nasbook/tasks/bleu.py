"""How good are translations? BLEU, chrF and exact matches of texts, from 0 to 100, as sacreBLEU has them.

All count n-grams that a translation has in common with the one that is taken for right.
"""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

WORD = re.compile(r"\w+|[^\w\s]")  # or a punctuation mark


def chrf(true: Sequence[str], said: Sequence[str]) -> float:
    """F2 of n-grams of 1 to 6 characters without blanks (Popović 2015): recall counts twice (Popović 2016).

    Precision and recall are means over the lengths n, each of all texts together. (sacreBLEU 2.6 leaves out
    what was said of a length that the right text is too short for: with less than 6 characters it differs.)
    """
    hits, ours, theirs = common(map(without_blanks, true), map(without_blanks, said), 6)
    there = (ours > 0) & (theirs > 0)
    if not hits.any():
        return 0.0
    precision, recall = np.mean(hits[there] / ours[there]), np.mean(hits[there] / theirs[there])
    return float(100 * 5 * precision * recall / (4 * precision + recall))


def bleu(true: Sequence[str], said: Sequence[str]) -> float:
    """Precision of n-grams of 1 to 4 words, the geometric mean, less where texts are short (Papineni 2002).

    Punctuation marks are words. Of the n-grams without a hit, the shortest count half a hit, the next a
    quarter, and so on, or one missing length would make all of it 0.
    """
    hits, ours, theirs = common(map(tokens, true), map(tokens, said), 4)
    if not hits.any() or not ours.all():
        return 0.0
    missed = np.cumsum(hits == 0)
    precision = np.where(hits > 0, hits, 0.5**missed) / ours
    brevity = min(1.0, np.exp(1 - theirs[0] / ours[0]))
    return float(100 * brevity * np.exp(np.log(precision).mean()))


def exact(true: Sequence[str], said: Sequence[str]) -> float:
    """The percentage of texts that are exactly right."""
    return 100 * float(np.mean([a == b for a, b in zip(true, said, strict=True)]))


def common(true, said, longest: int) -> np.ndarray:
    """For n = 1, 2, ...: n-grams in common, n-grams said, n-grams true, of all texts: shape (3, longest)."""
    found = np.zeros((3, longest), int)
    for right, one in zip(true, said, strict=True):
        for n in range(1, longest + 1):
            theirs, ours = n_grams(right, n), n_grams(one, n)
            found[:, n - 1] += (ours & theirs).total(), ours.total(), theirs.total()
    return found


def n_grams(some: Sequence, n: int) -> Counter:
    return Counter(tuple(some[i : i + n]) for i in range(len(some) - n + 1))


def tokens(text: str) -> list[str]:
    return WORD.findall(text)


def without_blanks(text: str) -> str:
    return "".join(text.split())
