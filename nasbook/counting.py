"""Counting: how many architectures a search space has, however many, without listing them."""

from collections.abc import Mapping, Sequence

import numpy as np


class Family:
    """Choices of a space that depend on each other; how many ways there are to go on from each of them.

    That depends only on the genes before a choice that this or a later one still asks for, its *state*.
    """

    def __init__(self, choices: Sequence):
        self.choices = choices
        later = [{name for choice in choices[i:] for name in choice.when} for i in range(len(choices))]
        names = [choice.name for choice in choices]
        self.asked = [[n for n in names[:i] if n in wanted] for i, wanted in enumerate(later)] + [[]]
        states = [{()}]
        for i in range(len(choices)):
            after = (genes for state in states[i] for genes in branches(choices[i], dict(state)))
            states.append({self.state(i + 1, genes) for genes in after})
        self.counts: list[dict[tuple, list[int]]] = [{} for _ in choices] + [{(): [1]}]
        for i in reversed(range(len(choices))):
            for state in states[i]:
                after = branches(choices[i], dict(state))
                self.counts[i][state] = [sum(self.ways(i + 1, genes)) for genes in after]

    def state(self, i: int, genes: Mapping) -> tuple:
        return tuple((name, genes[name]) for name in self.asked[i] if name in genes)

    def ways(self, i: int, genes: Mapping) -> list[int]:
        """How many ways there are to go on after each option of choice i, one number if it is not active."""
        return self.counts[i][self.state(i, genes)]


def branches(choice, genes: dict) -> list[dict]:
    """The genes after a choice: one dictionary for every option, or the same where it is not active."""
    active = choice.is_active(genes)
    return [{**genes, choice.name: value} for value in choice.options] if active else [genes]


def below(n: int, rng: np.random.Generator) -> int:
    """A whole number from 0 to n - 1, each with the same probability, also where n has hundreds of digits."""
    if n < 2**63:
        return int(rng.integers(n))
    while (drawn := int.from_bytes(rng.bytes(-(-n.bit_length() // 8)), "big") >> -n.bit_length() % 8) >= n:
        pass
    return drawn
