"""Exercises of chapter 04."""

import numpy as np

from nasbook.course.exercises.checking import checker
from nasbook.networks import lenet_space
from nasbook.space import SearchSpace


@checker("04.1")
def _dropout_gene(predicted, space) -> str | None:
    if predicted == 936 * 3:
        return "every third architecture has no dense layer, and so no dropout to choose."
    if predicted != 2184:
        return "count the networks without and with a dense layer apart: only the latter choose a dropout."
    if not isinstance(space, SearchSpace) or set(space.options.get("dropout", ())) != {0, 0.25, 0.5}:
        return "give an nb.SearchSpace with a gene 'dropout' that has the options 0, 0.25 and 0.5."
    if space.size != predicted:
        return f"your number is right, but your space has {space.size:,}: when is 'dropout' active?"
    if any(("dropout" in a) != (a.get("dense", 0) > 0) for a in space.enumerate()):
        return "the size is right, but 'dropout' is not active exactly where there is a dense layer."


@checker("04.2")
def _distance(distance) -> str | None:
    rng, space = np.random.default_rng(0), lenet_space()
    for _ in range(200):
        a, b = space.sample(rng), space.sample(rng)
        both = {name for name in a if name in b and a[name] != b[name]}
        wanted, found = len(both) + len(set(a) ^ set(b)), distance(a, b)
        if found != wanted:
            same = "; a gene that only one of them has counts, too" if found == len(both) else ""
            return f"{dict(a)} and {dict(b)} differ in {wanted} genes, you say {found}{same}."


@checker("04.3")
def _number_of_neighbors(neighbors) -> str | None:
    space = lenet_space()
    for architecture in (space.nth(0), space.nth(200), space.nth(900)):
        blocks = architecture["blocks"]
        if not isinstance(neighbors, dict) or neighbors.get(blocks) != len(space.neighbors(architecture)):
            hint = "which genes does a step to two or three blocks switch on, with how many values?"
            return f"blocks: {blocks}: count the other options of each active gene; {hint}"
