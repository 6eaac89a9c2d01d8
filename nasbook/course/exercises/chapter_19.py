"""Exercises of chapter 19."""

from collections import Counter, defaultdict

import numpy as np

from nasbook.course.exercises.checking import checker, referee


@checker("19.1")
def _ceiling(ceiling) -> str | None:
    rng = np.random.default_rng(0)
    cases = [(["a", "a", "b"], [0, 1, 1]), (["a"] * 5, [0, 0, 1, 2, 2]), (["a", "b", "c"], [0, 0, 0])]
    cases += [(list(rng.choice(list("abcdef"), 60)), rng.integers(0, 4, 60).tolist()) for _ in range(3)]
    for texts, labels in cases:
        found, right = ceiling(texts, labels), best_share(texts, labels)
        told = f"{len(texts)} texts, {len(set(texts))} of them different: "
        if not isinstance(found, int | float | np.number):
            return "give one number, a share."
        if np.isclose(found, right):
            continue
        if np.isclose(found, right * len(texts)):
            return f"{told}{found:g} of them can be right; which share is that?"
        if np.isclose(found, max(Counter(labels).values()) / len(labels)):
            return "that is for somebody who does not see the text; what is best for each text?"
        if np.isclose(found, len(set(texts)) / len(texts)):
            return f"{told}a text may have one label more often than others. Which one is said then?"
        if np.isclose(found, alone(texts, labels)):
            return "of a text with several labels, one can still be right: the most frequent one."
        return f"{told}not {found:.3f}. For each text, what is best to say, and how often is that right?"


def best_share(texts: list, labels: list) -> float:
    """Of each text, the most frequent label."""
    of = defaultdict(Counter)
    for text, label in zip(texts, labels, strict=True):
        of[text][label] += 1
    return sum(max(counts.values()) for counts in of.values()) / len(texts)


def alone(texts: list, labels: list) -> float:
    """A mistake: only the texts that always have one label."""
    kinds = defaultdict(set)
    for text, label in zip(texts, labels, strict=True):
        kinds[text].add(label)
    return sum(len(kinds[text]) == 1 for text in texts) / len(texts)


@checker("19.2")
def _attention(attention) -> str | None:
    rng = np.random.default_rng(1)
    for places, width in ((2, 2), (1, 2), (3, 4), (6, 8)):
        queries, keys, values = rng.normal(size=(3, places, width))
        found, right = np.asarray(attention(queries, keys, values)), mixed(queries, keys, values)
        if found.shape != right.shape:
            return f"{places} places: give an array of shape {right.shape}, not {found.shape}."
        if np.allclose(found, right):
            continue
        if np.allclose(found, mixed(queries, keys, values, scale=1)):
            return "divide the fits by the root of the width, or a wide query sees one place only."
        if np.allclose(found, mixed(queries, keys, values, axis=0)):
            return "the shares of which a *query* mixes values sum to 1: look at the axis of your softmax."
        if np.allclose(found, mixed(keys, queries, values)):
            return "queries ask, keys answer: which of the two is a row of the fits?"
        if places == width and np.allclose(found, mixed(queries, keys.T, values)):
            return "a fit is of a query with a *key*, which is a row of `keys`: transpose."
        if np.allclose(found, (queries @ keys.T / np.sqrt(width)) @ values):
            return "fits are no shares yet: they may be negative. What makes shares of them?"
        return f"{places} places: fits of all queries with all keys, shares, and then which mixture?"


def mixed(queries, keys, values, scale=None, axis=1) -> np.ndarray:
    """Attention of one head, or with a mistake."""
    fits = queries @ keys.T / (scale or np.sqrt(queries.shape[1]))
    shares = np.exp(fits - fits.max(axis=axis, keepdims=True))
    return shares / shares.sum(axis=axis, keepdims=True) @ values


@checker("19.3")
def _referee(objections) -> str | None:
    hints = {
        "a": "what did section 6 find on texts from elsewhere?",
        "b": "from where are the sentences of both parts?",
        "c": "what does an accuracy on long texts say of short ones?",
        "d": "may a search compare 300 networks?",
        "e": "which counts did section 2 use, and what would single letters have said?",
        "f": "is a strong method weak because it is old?",
        "g": "which sentences chose the network, and which ones judge it?",
    }
    return referee(objections, "abceg", hints)
