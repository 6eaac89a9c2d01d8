"""Of chapter 18's exercises: what `tests/test_checks.py` is to hold."""

import numpy as np


def far(levels, depth, dilation):
    """What the bottom of the encoder sees, from the bottom up: the width of what one value needs below."""
    needed = 1 + 2 * depth * dilation
    for _ in range(levels):
        needed = 2 * needed + 2 * depth
    return 4 * needed


ANSWERS = [  # the first ones are wrong, with their hint; those without a hint are right
    ("18.1", (lambda g, k: g,), "give two numbers"),
    ("18.1", (lambda g, k: (1 - g, g / (k + 1)),), "called rightly"),
    ("18.1", (lambda g, k: (g, g / k),), "The ground is one, too"),
    ("18.1", (lambda g, k: (g, g),), "of which no pixel was said"),
    ("18.1", (lambda g, k: (g, 0.0),), "what of each other class"),
    ("18.2", (lambda levels, depth, dilation: "far",), "give one number"),
    ("18.2", (lambda *genes: far(*genes) / 4,), "how many of the image"),
    ("18.2", (lambda levels, depth, dilation: far(levels, depth, 1),), "are dilated"),
    ("18.2", (lambda *genes: far(*genes) - 4 * (2 ** genes[0] - 1),), "more than one pixel"),
    ("18.2", (lambda n, d, a: far(n, d, a) - 8 * d * 2**n * a,), "below the last pooling"),
    ("18.2", (lambda levels, depth, dilation: far(levels, 1, dilation),), "convolutions"),
    ("18.2", (lambda *genes: 100,), "level by level"),
    ("18.3", ({"z"},), "give letters"),
    ("18.3", (set("bdfg"),), "a: what does"),
    ("18.3", (set("adfg"),), "b: a nucleus"),
    ("18.3", (set("abcdfg"),), "c: does the paper"),
    ("18.3", (set("abfg"),), "d: which tiles"),
    ("18.3", (set("abdefg"),), "e: is a rival"),
    ("18.3", (set("abdg"),), "f: would the rival"),
    ("18.3", (set("abdf"),), "g: what came first"),
    ("18.1", (lambda g, k: np.array([1, 1 / (1 + k)]) * g,)),
    ("18.1", (lambda g, k: [g, np.mean([g] + [0] * k)],)),
    ("18.2", (far,)),
    ("18.2", (lambda levels, depth, dilation: float(far(levels, depth, dilation)),)),
    ("18.3", ("abdfg",)),
    ("18.3", (["a", "b", "d", "f", "g"],)),
]
