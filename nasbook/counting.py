"""Counting: how many architectures a search space has, however many, without listing them."""

from collections.abc import Mapping, Sequence

import numpy as np


class Family:
    """Choices (of `space`) that depend on each other, counted from the last one back.

    How many ways there are to go on from a choice depends only on the genes before it that a later choice
    still asks for.
    """

    def __init__(self, choices: Sequence):
        self.choices = choices
        later = [{name for choice in choices[i:] for name in choice.when} for i in range(len(choices))]
        names = [choice.name for choice in choices]
        self.asked = [[n for n in names[:i] if n in wanted] for i, wanted in enumerate(later)] + [[]]
        reached: list[dict[tuple, dict]] = [{(): {}}]
        for i in range(len(choices)):
            found = (genes for genes in reached[i].values())
            after = (child for genes in found for child in self.children(i, genes))
            reached.append({self.key(i + 1, genes): self.kept(i + 1, genes) for genes in after})
        self.counts: list[dict[tuple, int]] = [{} for _ in choices] + [{(): 1}]
        for i in reversed(range(len(choices))):
            for key, genes in reached[i].items():
                ways = [self.count(i + 1, child) for child in self.children(i, genes)]
                self.counts[i][key] = sum(ways)

    def children(self, i: int, genes: dict) -> list[dict]:
        """The genes after choice i: one dictionary for every option, or the same where it is not active."""
        choice = self.choices[i]
        if not choice.is_active(genes):
            return [genes]
        return [{**genes, choice.name: value} for value in choice.options]

    def kept(self, i: int, genes: Mapping) -> dict:
        return {name: genes[name] for name in self.asked[i] if name in genes}

    def key(self, i: int, genes: Mapping) -> tuple:
        return tuple(self.kept(i, genes).items())

    def count(self, i: int, genes: Mapping) -> int:
        """How many ways there are to go on from choice i with these genes before it."""
        return self.counts[i][self.key(i, genes)]


def below(n: int, rng: np.random.Generator) -> int:
    """A whole number from 0 to n - 1, each with the same probability, also where n has hundreds of digits."""
    if n < 2**63:
        return int(rng.integers(n))
    while (drawn := int.from_bytes(rng.bytes(-(-n.bit_length() // 8)), "big") >> -n.bit_length() % 8) >= n:
        pass
    return drawn
