"""Exercises of chapter 04."""

import numpy as np

from nasbook.course.exercises.checking import checker
from nasbook.networks import lenet_space
from nasbook.space import SearchSpace

ARMS = tuple((where, whose) for where in ("96", "936") for whose in ("ours", "theirs"))


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
def _differing_genes(differing_genes) -> str | None:
    rng, space = np.random.default_rng(0), lenet_space()
    for _ in range(200):
        a, b = space.sample(rng), space.sample(rng)
        both = {name for name in a if name in b and a[name] != b[name]}
        wanted, found = len(both) + len(set(a) ^ set(b)), differing_genes(a, b)
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


@checker("04.4")
def _operator_or_space(missing, effects) -> str | None:
    try:
        missing = {tuple(arm) for arm in missing}
    except TypeError:
        return "give two arms, such as {('96', 'theirs'), ('936', 'ours')}."
    if not missing <= set(ARMS):
        return "an arm is a pair: '96' or '936', then 'ours' or 'theirs'."
    if known := missing & {("96", "theirs"), ("936", "ours")}:
        return f"{min(known)} was run already: which pairs were not?"
    if len(missing) < 2:
        return (
            "with one arm more you can judge the operator in one of the two spaces only: which is the fourth?"
        )
    rng = np.random.default_rng(0)
    for sizes in ((50, 50, 50, 50), (10, 40, 40, 10)):
        scores = {arm: rng.normal(0.8, 0.02, n) for arm, n in zip(ARMS, sizes, strict=True)}
        small, large = (
            [scores[where, whose].mean() for whose in ("ours", "theirs")] for where in ("96", "936")
        )
        operator = (small[1] - small[0] + large[1] - large[0]) / 2
        space = (small[0] - large[0] + small[1] - large[1]) / 2
        answer = effects(scores)
        if np.shape(answer) != (2,):
            return "give two numbers: the effect of the operator, then that of the space."
        if np.allclose(answer, (operator, space)):
            continue
        if np.allclose(answer, (space, operator)):
            return "the effect of the operator first, then that of the space."
        if np.allclose(np.abs(answer), np.abs((operator, space))):
            return "theirs minus ours, and the 96 minus the 936: look at the signs."
        if np.any(np.isclose(small[1] - large[0], answer)):
            return "theirs in the 96 minus ours in the 936 is the colleague's mistake: change one thing only."
        if np.isclose(answer[0], small[1] - small[0]) or np.isclose(answer[0], large[1] - large[0]):
            return "that judges the operator in one of the two spaces: average over both."
        if np.isclose(answer[1], small[0] - large[0]) or np.isclose(answer[1], small[1] - large[1]):
            return "that judges the space with one of the two operators: average over both."
        if np.allclose(answer, (2 * operator, 2 * space)):
            return "those are sums over both settings of the other, and means are asked for."
        return "a mean an arm; then theirs minus ours in each space, and the mean of these two."
