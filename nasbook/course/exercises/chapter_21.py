"""Exercises of chapter 21."""

from collections import Counter
from itertools import combinations, pairwise

import numpy as np

from nasbook.course.exercises.checking import checker, referee


@checker("21.1")
def _first_merge(first_merge) -> str | None:
    cases = [
        {"low": 5, "lower": 2, "newest": 6, "widest": 3},
        {"xyz": 1, "ab": 9},
        {"eat": 8, "coco": 9, "tattoo": 8},
        {"banana": 3, "an": 2, "bat": 4},
    ]
    for counts in cases:
        found, right = first_merge(dict(counts)), frequent(counts)
        if isinstance(found, str) or not hasattr(found, "__len__") or len(found) != 2:
            return 'give a pair, such as ("a", "b").'
        if tuple(found) in right:
            continue
        if tuple(found) in frequent(counts, lambda word: set(pairwise(word))):
            return f"{counts}: a pair may stand in a word twice, and then it counts twice."
        if tuple(found) in frequent(dict.fromkeys(counts, 1)):
            return f"{counts}: a pair counts as often as its word occurs."
        if tuple(found) in frequent(counts, lambda word: combinations(word, 2)):
            return f"{counts}: only neighbors are a pair."
        return f"{counts}: not {tuple(found)}. Which pair of neighbors is the most frequent, over all words?"


def frequent(counts: dict, pairs=pairwise) -> list[tuple]:
    """The most frequent pairs, or with a mistake."""
    found = Counter()
    for word, count in counts.items():
        for pair in pairs(word):
            found[pair] += count
    return [pair for pair, count in found.items() if count == max(found.values())]


@checker("21.2")
def _word_precision(word_precision) -> str | None:
    cases = [
        ("to be or not to be", "to to be or be or be that"),
        ("the cat is on the mat", "the the the the the the the"),
        ("a b c d", "a b"),
        ("one two", "three four five"),
    ]
    for true, said in cases:
        found = word_precision(true, said)
        if not isinstance(found, int | float | np.number):
            return "give one number, a share."
        ours, theirs = Counter(said.split()), Counter(true.split())
        hits = (ours & theirs).total()
        if np.isclose(found, hits / ours.total()):
            continue
        told = f'"{said}" for "{true}": '
        if np.isclose(found, sum(count for word, count in ours.items() if word in theirs) / ours.total()):
            return f"{told}a word counts at most as often as it stands in the right one."
        if np.isclose(found, hits / theirs.total()):
            return f"{told}that is the share of the *right* words that were said, which is recall."
        if np.isclose(found, len(ours.keys() & theirs.keys()) / len(ours)) or np.isclose(
            found, len(ours.keys() & theirs.keys()) / ours.total()
        ):
            return f"{told}a word that stands there twice may count twice."
        if np.isclose(found, hits):
            return f"{told}{found:g} words are right; which share of those said is that?"
        return f"{told}not {found:.3f}. How many of the words said are right, and of how many?"


@checker("21.3")
def _referee(objections) -> str | None:
    hints = {
        "a": "how often does a film say 'I don't know', and who answers whom?",
        "b": "would one system have one BLEU on both?",
        "c": "what would happen to BLEU if punctuation were left out?",
        "d": "which pairs decided between the 100?",
        "e": "what did word by word learn in section 3 from a quarter as many?",
        "f": "what would the simple rival have had with all pairs?",
        "g": "in how many ways can you say this sentence?",
    }
    return referee(objections, "abcdf", hints)
