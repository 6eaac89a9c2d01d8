"""Of chapter 19's exercises: what `tests/test_checks.py` is to hold."""

from collections import Counter

import numpy as np


def most_right(texts, labels, how=max):
    """Of each text, the most frequent label, or with a mistake."""
    pairs = list(zip(texts, labels, strict=True))
    counts = {text: Counter(y for x, y in pairs if x == text) for text in set(texts)}
    return sum(how(some.values()) for some in counts.values()) / len(texts)


def looked_at(queries, keys, values, scale=None, axis=1):
    """Attention, place by place, or with a mistake."""
    shares = np.exp(queries @ keys.T / (scale or len(queries[0]) ** 0.5))
    return (shares / shares.sum(axis=axis, keepdims=True)) @ values


ANSWERS = [  # the first ones are wrong, with their hint; those without a hint are right
    ("19.1", (lambda texts, labels: "much",), "give one number"),
    ("19.1", (lambda texts, labels: most_right(texts, labels) * len(texts),), "which share is that"),
    ("19.1", (lambda texts, labels: max(Counter(labels).values()) / len(labels),), "does not see the text"),
    ("19.1", (lambda texts, labels: len(set(texts)) / len(texts),), "more often than others"),
    (
        "19.1",
        (lambda texts, labels: most_right(texts, labels, lambda n: sum(n) * (len(n) == 1)),),
        "the most frequent one",
    ),
    ("19.1", (lambda texts, labels: 0.123,), "For each text, what is best"),
    ("19.2", (lambda queries, keys, values: values[0],), "give an array of shape"),
    ("19.2", (lambda *given: looked_at(*given, scale=1),), "the root of the width"),
    ("19.2", (lambda *given: looked_at(*given, axis=0),), "the axis of your softmax"),
    ("19.2", (lambda queries, keys, values: looked_at(keys, queries, values),), "queries ask, keys answer"),
    ("19.2", (lambda queries, keys, values: looked_at(queries, keys.T, values),), "transpose"),
    (
        "19.2",
        (lambda queries, keys, values: queries @ keys.T / len(queries[0]) ** 0.5 @ values,),
        "no shares yet",
    ),
    ("19.2", (lambda queries, keys, values: values,), "then which mixture"),
    ("19.3", (7,), "give letters"),
    ("19.3", (set("bceg"),), "a: what did section 6"),
    ("19.3", (set("aceg"),), "b: from where"),
    ("19.3", (set("abeg"),), "c: what does"),
    ("19.3", (set("abcdeg"),), "d: may a search"),
    ("19.3", (set("abcg"),), "e: which counts"),
    ("19.3", (set("abcefg"),), "f: is a strong"),
    ("19.3", (set("abce"),), "g: which sentences"),
    ("19.1", (most_right,)),
    ("19.1", (lambda texts, labels: np.float64(most_right(texts, labels)),)),
    ("19.2", (looked_at,)),
    ("19.3", ("abceg",)),
    ("19.3", (["g", "e", "c", "b", "a"],)),
]
