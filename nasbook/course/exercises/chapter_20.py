"""Exercises of chapter 20."""

import functools

import keras
import numpy as np
from keras import layers

from nasbook.course.exercises.checking import checker, referee


@checker("20.1")
def _bits_and_perplexity(bits_and_perplexity) -> str | None:
    for p in ([0.5, 0.5, 0.125], [0.25], [0.9, 0.01, 0.3, 0.3]):
        found = np.asarray(bits_and_perplexity(np.array(p)), dtype=float).ravel()
        if found.shape != (2,):
            return "give two numbers: mean bits, and the perplexity."
        mean = -np.mean(np.log2(p))
        bits, perplexity = found
        if np.isclose(bits, mean):
            if np.isclose(perplexity, 2**mean):
                continue
            return f"p={p}: the bits are right; the perplexity is 2 to their power, not {perplexity:.3f}."
        if np.isclose(bits, mean * np.log(2)) or np.isclose(bits, mean * np.log10(2)):
            return f"p={p}: bits are logarithms to the base of 2."
        if np.isclose(bits, mean * len(p)):
            return f"p={p}: {bits:.3f} is the sum; the text has {len(p)} characters."
        if np.isclose(bits, -np.log2(np.mean(p))):
            return f"p={p}: first the bits of each character, then their mean."
        if np.isclose(bits, -mean):
            return f"p={p}: a surprise is not negative."
        return f"p={p}: not {bits:.3f} bits. What is the surprise at each character, and their mean?"


@checker("20.2")
def _looks_ahead(looks_ahead) -> str | None:
    row = np.random.default_rng(0).integers(0, 5, (1, 12)).astype("int32")
    for ahead, what, last in MODELS:
        for code in (0, 1, 4):
            row[0, -1] = code
            kept = row.copy()
            found = looks_ahead(reader(last), row)
            if not isinstance(found, bool | np.bool_):
                return "give True or False."
            if not np.array_equal(row, kept):
                return "you changed the row that was given: change a copy."
            if bool(found) != ahead:
                hint = (
                    "what is said *at* the last place may change, since it has seen it; compare all before it"
                    if found
                    else "is the other character really another one, and do you compare all earlier places"
                )
                return f"{what}, and you say {found}: {hint}."


MODELS = (  # whether it looks ahead, in words, and what reads
    (False, "a GRU reads forward", lambda x: layers.GRU(4, return_sequences=True)(x)),
    (False, "a causal convolution sees nothing behind", lambda x: layers.Conv1D(4, 3, padding="causal")(x)),
    (
        True,
        "a GRU that reads both ways has seen the answer",
        lambda x: layers.Bidirectional(layers.GRU(4, return_sequences=True))(x),
    ),
    (True, "a convolution sees one place behind", lambda x: layers.Conv1D(4, 3, padding="same")(x)),
    (
        True,
        "a dilated convolution sees the place after the next",
        lambda x: layers.Conv1D(4, 3, padding="same", dilation_rate=2)(x),
    ),
)


@functools.cache
def reader(last) -> keras.Model:
    """A small network for rows of 12 codes, made once: Keras compiles it when it first predicts."""
    keras.utils.set_random_seed(0)
    codes = keras.Input((12,), dtype="int32")
    return keras.Model(
        codes, layers.Dense(5)(last(layers.Embedding(5, 4, embeddings_initializer="normal")(codes)))
    )


@checker("20.3")
def _referee(objections) -> str | None:
    hints = {
        "a": "what does a reply hold, and where may the mail be that it answers?",
        "b": "which lines decided between the 60?",
        "c": "in which unit did section 3 measure `xz`?",
        "d": "may one text be harder to foresee than another, whoever reads it?",
        "e": "does the paper claim that no better setting exists?",
        "f": "how many bits would your own model need for these mails?",
        "g": "what came first in section 3, and how good was it?",
    }
    return referee(objections, "abdfg", hints)
