"""Genes that change the data, such as how a text is cut into units: a trainer for each."""

from collections.abc import Mapping
from dataclasses import dataclass

from nasbook.trial import Trial


@dataclass(frozen=True)
class ByData:
    """An evaluator that asks the `Trainer` whose data an architecture wants.

    `trainers` has them by the value of a gene, as in `nb.ByData("merges", {0: one, 300: other})`; by those of
    several genes where `genes` is a tuple of names, None for one that is inactive. Raises ValueError for an
    architecture whose data no trainer has.
    """

    genes: str | tuple[str, ...]
    trainers: Mapping

    def __call__(self, architecture: Mapping, **settings) -> Trial:
        return self.fit(architecture, **settings)[0]

    def fit(self, architecture: Mapping, **settings):
        """The trial and the network, as `Trainer.fit` returns them."""
        return self.trainer(architecture).fit(architecture, **settings)

    def trainer(self, architecture: Mapping):
        """The one whose data this architecture wants."""
        one = isinstance(self.genes, str)
        wanted = architecture.get(self.genes) if one else tuple(architecture.get(name) for name in self.genes)
        if wanted not in self.trainers:
            known = ", ".join(map(repr, self.trainers))
            raise ValueError(f"No trainer has the data of {self.genes}={wanted!r}: give one beside {known}.")
        return self.trainers[wanted]

    @property
    def description(self) -> dict:
        """What a journal knows this evaluator by."""
        every = {str(values): trainer.description for values, trainer in self.trainers.items()}
        first, *others = every.values()
        same = {name: told for name, told in first.items() if all(one[name] == told for one in others)}
        own = {key: {n: told for n, told in one.items() if n not in same} for key, one in every.items()}
        return same | {"by": self.genes, "trainers": own}
