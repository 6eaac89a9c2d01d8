"""Of chapters 20 and 21: what `tests/test_checks.py` is to hold."""

from collections import Counter
from itertools import combinations, pairwise

import numpy as np


def surprised(p):
    bits = -np.log2(p).mean()
    return bits, 2**bits


def peeks(model, row, start=0, stop=-1):
    """Whether what is said at some places changes with the last character."""
    other = row.copy()
    other[0, -1] = (row[0, -1] + 1) % 5
    one, two = (model.predict(some, verbose=0)[0, start:stop] for some in (row, other))
    return not np.allclose(one, two, atol=1e-5)


def peeks_in_place(model, row):
    found = peeks(model, row)
    row[0, -1] = (row[0, -1] + 1) % 5
    return found


def merged_first(counts, pairs=pairwise, weight=lambda count: count):
    """The most frequent pair, or with a mistake."""
    found = Counter()
    for word, count in counts.items():
        for pair in pairs(word):
            found[pair] += weight(count)
    return found.most_common(1)[0][0]


def clipped(true, said):
    return sum(min(n, true.split().count(word)) for word, n in Counter(said.split()).items()) / len(
        said.split()
    )


ANSWERS = [
    ("20.1", (lambda p: 1.0,), "give two numbers"),
    ("20.1", (lambda p: (-np.log(p).mean(), np.exp(-np.log(p).mean())),), "to the base of 2"),
    ("20.1", (lambda p: (-np.log2(p).sum(), 2.0),), "is the sum"),
    ("20.1", (lambda p: (-np.log2(p.mean()), 2.0),), "first the bits of each"),
    ("20.1", (lambda p: (np.log2(p).mean(), 2.0),), "not negative"),
    ("20.1", (lambda p: (0.123, 2.0),), "their mean"),
    ("20.1", (lambda p: (surprised(p)[0], np.exp(surprised(p)[0])),), "the bits are right"),
    ("20.2", (lambda model, row: "yes",), "give True or False"),
    ("20.2", (peeks_in_place,), "change a copy"),
    ("20.2", (lambda model, row: peeks(model, row, stop=None),), "all before it"),
    ("20.2", (lambda model, row: peeks(model, row, stop=1),), "do you compare all"),
    ("20.2", (lambda model, row: peeks(model, row, start=-2),), "the place after the next"),
    ("20.3", (7,), "give letters"),
    ("20.3", (set("bdfg"),), "a: what does a reply"),
    ("20.3", (set("adfg"),), "b: which lines"),
    ("20.3", (set("abcdfg"),), "c: in which unit"),
    ("20.3", (set("abfg"),), "d: may one text"),
    ("20.3", (set("abdefg"),), "e: does the paper"),
    ("20.3", (set("abdg"),), "f: how many bits"),
    ("20.3", (set("abdf"),), "g: what came first"),
    ("21.1", (lambda counts: "es",), "give a pair"),
    ("21.1", (lambda counts: merged_first(counts, weight=lambda count: 1),), "as often as its word"),
    ("21.1", (lambda counts: merged_first(counts, lambda word: set(pairwise(word))),), "counts twice"),
    ("21.1", (lambda counts: merged_first(counts, lambda word: combinations(word, 2)),), "only neighbors"),
    ("21.1", (lambda counts: ("q", "q"),), "the most frequent, over all"),
    ("21.2", (lambda true, said: "much",), "give one number"),
    (
        "21.2",
        (lambda true, said: sum(w in true.split() for w in said.split()) / len(said.split()),),
        "at most as often",
    ),
    ("21.2", (lambda true, said: clipped(said, true),), "which is recall"),
    (
        "21.2",
        (lambda true, said: len({*true.split()} & {*said.split()}) / len({*said.split()}),),
        "may count twice",
    ),
    ("21.2", (lambda true, said: clipped(true, said) * len(said.split()),), "which share"),
    ("21.2", (lambda true, said: 0.123,), "of how many"),
    ("21.3", (7,), "give letters"),
    ("21.3", (set("bcdf"),), "a: how often"),
    ("21.3", (set("acdf"),), "b: would one"),
    ("21.3", (set("abdf"),), "c: what would"),
    ("21.3", (set("abcf"),), "d: which pairs"),
    ("21.3", (set("abcdef"),), "e: what did"),
    ("21.3", (set("abcd"),), "f: what would"),
    ("21.3", (set("abcdfg"),), "g: in how many"),
    ("20.1", (surprised,)),
    ("20.2", (peeks,)),
    ("20.3", ("abdfg",)),
    ("21.1", (merged_first,)),
    ("21.1", (lambda counts: ("s", "t") if "low" in counts else list(merged_first(counts)),)),
    ("21.2", (clipped,)),
    ("21.3", ("abcdf",)),
]
