"""Search space: the set of all architectures that a search may propose.

A space is a list of genes (`Choice`). Some genes exist only when another gene has a certain value: a
network of one block has no filters in its third. An `Architecture` is one value for every *active* gene.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import chain
from typing import Any

import numpy as np

from nasbook.counting import Family, below, branches


@dataclass(frozen=True)
class Choice:
    """One gene: its name, its options, and `when` it is active, for example {"blocks": (2, 3)}.

    Options are numbers, texts, or anything else that prints alike in every process. Raises ValueError for
    options and conditions that cannot be read in one way only.
    """

    name: str
    options: tuple
    when: Mapping[str, tuple] = field(default_factory=dict)

    def __post_init__(self):
        for what, values in (("options", self.options), *self.when.items()):
            if not isinstance(values, tuple | list) or not (values or what in self.when):
                wanted = f"is no tuple of at least one: give one, such as ({values!r},)"
                raise ValueError(f"Gene {self.name!r}: {what} {values!r} {wanted}.")
        object.__setattr__(self, "options", tuple(map(plain, self.options)))
        object.__setattr__(self, "when", {name: tuple(map(plain, some)) for name, some in self.when.items()})
        if bad := [option for option in self.options if " at 0x" in repr(option)]:
            wanted = "give a number or a text, and let `build` make of it what it stands for"
            raise ValueError(f"Gene {self.name!r}: {bad[0]!r} prints another address each time: {wanted}.")

    def is_active(self, genes: Mapping[str, Any]) -> bool:
        for name, values in self.when.items():  # noqa: SIM110 - `all` takes twice as long, and breeding waits
            if name not in genes or genes[name] not in values:
                return False
        return True


def plain(value):
    """NumPy's numbers as Python's, lists as tuples: what equals one another prints alike."""
    value = value.item() if isinstance(value, np.generic) else value
    return tuple(map(plain, value)) if isinstance(value, list | tuple) else value


class Architecture(dict):
    """One point of a search space: a dictionary from active genes to values that never changes.

    Inactive genes are not stored: two architectures are equal exactly when their active genes are.
    """

    __slots__ = ("_describe", "_hash")

    def __init__(self, genes: Mapping[str, Any], describe: Callable[[Mapping], str] = str):
        super().__init__(genes)
        self._describe = describe
        self._hash = hash(frozenset(genes.items()))

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return self._describe(dict(self))

    def __reduce__(self):
        return Architecture, (dict(self), self._describe)

    def _unchangeable(self, *_, **__):
        raise TypeError("An architecture never changes: make another one with space.architecture({...}).")

    __setitem__ = __delitem__ = __ior__ = _unchangeable
    update = setdefault = pop = popitem = clear = _unchangeable


def pick(options: Sequence, rng: np.random.Generator):
    """One of the options, each with the same probability (`rng.choice` is fifty times slower)."""
    return options[int(rng.random() * len(options))]


def pick_other(options: Sequence, value, rng: np.random.Generator):
    """An option other than this value, each with the same probability; the value, if it is the only one."""
    drawn = options[int(rng.random() * (len(options) - 1))]
    return options[-1] if drawn == value else drawn  # the last one stands in for the value


class SearchSpace:
    """All architectures that a list of choices can write down.

    A choice may depend only on choices before it. `describe` prints the genes as a person would. `draw` says
    what is equally likely at random: the options of each gene, "genes", or all "architectures". Raises
    ValueError when the choices contradict themselves.
    """

    def __init__(self, choices: Sequence[Choice], describe: Callable = str, *, draw: str = "genes"):
        if draw not in ("genes", "architectures"):
            raise ValueError(f"draw={draw!r} is no way to draw: choose 'genes' or 'architectures'.")
        self.choices, self.describe, self.draw = tuple(choices), describe, draw
        self.options = {choice.name: choice.options for choice in self.choices}
        self.names = tuple(self.options)
        self._completed: dict[tuple, tuple[dict, Architecture]] = {}  # see `complete`; the key are values
        known: dict[str, tuple] = {}
        for choice in self.choices:
            if choice.name in known or len(set(choice.options)) != len(choice.options):
                raise ValueError(
                    f"Gene {choice.name!r} needs a name of its own, and options given once: {choice.options}."
                )
            for parent, values in choice.when.items():
                if not set(values) <= set(known.get(parent, ())):
                    raise ValueError(
                        f"Gene {choice.name!r} depends on {parent!r} being one of {values}: "
                        f"list {parent!r} before it, with these options."
                    )
            known[choice.name] = choice.options

    def __repr__(self) -> str:
        return f"SearchSpace of {self.size:,} architectures; genes: {', '.join(self.names)}"

    def __contains__(self, architecture) -> bool:
        try:
            return self.architecture(architecture) == architecture
        except (AttributeError, TypeError, ValueError):
            return False

    def architecture(self, genes: Mapping[str, Any]) -> Architecture:
        """The architecture with these genes; inactive ones are dropped.

        Raises ValueError when an active gene is missing, has a value that is no option, or is unknown.
        """
        active: dict[str, Any] = {}
        for choice in self.choices:
            if choice.is_active(active):
                if genes.get(choice.name) not in choice.options:
                    found = genes.get(choice.name, "missing")
                    raise ValueError(f"Gene {choice.name!r} is {found!r}: give one of {choice.options}.")
                active[choice.name] = choice.options[choice.options.index(genes[choice.name])]
        if unknown := set(genes) - set(self.names):
            raise ValueError(f"Unknown genes {sorted(unknown)}: this space has {', '.join(self.names)}.")
        return Architecture(active, self.describe)

    # --- how many, which one -------------------------------------------------------------------------

    @cached_property
    def _places(self) -> dict[str, tuple[Family, int]]:
        """Of every choice its family, which no other choices depend on, and its place in it."""
        groups: list[set[str]] = []
        for choice in self.choices:
            tied = {choice.name, *choice.when}
            groups, apart = [group for group in groups if not group & tied], groups
            groups.append(tied.union(*(group for group in apart if group & tied)))
        families = [Family([choice for choice in self.choices if choice.name in group]) for group in groups]
        return {choice.name: (family, i) for family in families for i, choice in enumerate(family.choices)}

    @cached_property
    def size(self) -> int:
        """The number of different architectures, however large: those of the families multiply."""
        return math.prod(sum(family.ways(0, {})) for family, place in self._places.values() if not place)

    def nth(self, index: int) -> Architecture:
        """The architecture with this number, from 0 to size - 1, in the order of `enumerate`.

        Gene by gene: of the architectures that agree so far, skip those with an earlier option.
        """
        if not 0 <= index < self.size:
            raise ValueError(f"index={index} is outside the space: give a number from 0 to {self.size - 1}.")
        genes: dict[str, Any] = {}
        left = self.size
        for choice in self.choices:
            if choice.is_active(genes):
                family, place = self._places[choice.name]
                ways = family.ways(place, genes)
                others = left // sum(ways)
                for value, count in zip(choice.options, ways, strict=True):
                    left = others * count
                    if index < left:
                        genes[choice.name] = value
                        break
                    index -= left
        return Architecture(genes, self.describe)

    def enumerate(self) -> Iterator[Architecture]:
        """Every architecture, once."""
        every = iter([{}])
        for choice in self.choices:
            every = chain.from_iterable(map(partial(branches, choice), every))
        return (Architecture(genes, self.describe) for genes in every)

    # --- moving about ----------------------------------------------------------------------------------

    def drawing(self, draw: str) -> "SearchSpace":
        """The same space with another `draw`."""
        return SearchSpace(self.choices, self.describe, draw=draw)

    def sample(self, rng: np.random.Generator) -> Architecture:
        """A random architecture; every strategy begins with such, and restarts and newcomers are such."""
        return self.sample_genes(rng) if self.draw == "genes" else self.sample_architectures(rng)

    def sample_genes(self, rng: np.random.Generator) -> Architecture:
        """Gene by gene, the options of an active gene equally likely, as in Optuna and KerasTuner."""
        genes, random = {}, rng.random
        for choice in self.choices:
            if not choice.when or choice.is_active(genes):
                options = choice.options
                genes[choice.name] = options[int(random() * len(options))]  # `pick`, but no call
        return self.complete(genes, rng)

    def sample_architectures(self, rng: np.random.Generator) -> Architecture:
        """Each architecture as likely as the others; those with few genes, such as shallow ones, are rare."""
        return self.nth(below(self.size, rng))

    def complete(self, genes: Mapping[str, Any], rng: np.random.Generator) -> Architecture:
        """The architecture with these genes: inactive ones are dropped, missing ones drawn at random."""
        values = tuple(genes.values())
        known, made = self._completed.get(values, (None, None))
        if known == genes:
            return made
        active: dict[str, Any] = {}
        for choice in self.choices:
            if not choice.when or choice.is_active(active):
                name = choice.name
                active[name] = genes[name] if name in genes else pick(choice.options, rng)
        made = Architecture(active, self.describe) if active == genes else self.complete(active, rng)
        if active.keys() <= genes.keys():
            self._completed[values] = (dict(genes), made)
        return made

    def mutate(self, parent: Architecture, rng: np.random.Generator, rate: float = 0.2) -> Architecture:
        """Give every gene, with probability `rate`, another of its values."""
        genes = {**parent}
        for name, draw in zip(parent, rng.random(len(parent)).tolist(), strict=True):
            if draw < rate:
                genes[name] = pick_other(self.options[name], parent[name], rng)
        return self.complete(genes, rng)

    def change_one_gene(self, parent: Architecture, rng: np.random.Generator) -> Architecture:
        """Give one gene, drawn at random, another of its values; genes that this switches on are random."""
        name = pick(tuple(parent), rng)
        return self.complete({**parent, name: pick_other(self.options[name], parent[name], rng)}, rng)

    def crossover(
        self, mother: Architecture, father: Architecture, rng: np.random.Generator, kind: str = "uniform"
    ) -> Architecture:
        """A child that has each gene from one of its parents.

        "uniform" tosses a coin for every gene; "one-point" takes the genes before a random cut from the
        mother and the others from the father. A gene that only one parent has comes from that parent.
        """
        if kind == "uniform":
            coins = rng.random(len(mother)).tolist()
            from_mother = [name for name, coin in zip(mother, coins, strict=True) if coin < 0.5]
        elif kind == "one-point":
            before = self.names[: rng.integers(1, max(2, len(self.names)))]
            from_mother = [name for name in before if name in mother]
        else:
            raise ValueError(f"kind={kind!r} is no crossover: choose 'uniform' or 'one-point'.")
        genes = {**mother, **father}
        for name in from_mother:
            genes[name] = mother[name]
        return self.complete(genes, rng)

    def neighbors(self, architecture: Architecture) -> list[Architecture]:
        """All architectures that differ in one gene (and in the genes that this one switches on)."""
        found: dict[Architecture, None] = {}
        for name in architecture:
            for value in self.options[name]:
                if value != architecture[name]:
                    found.update(dict.fromkeys(self._completions({**architecture, name: value})))
        return list(found)

    def _completions(self, genes: Mapping[str, Any]) -> list[Architecture]:
        """All architectures that agree with `genes` on every active gene that it names."""
        partial: list[dict[str, Any]] = [{}]
        for choice in self.choices:
            options = [genes[choice.name]] if choice.name in genes else choice.options
            partial = [
                {**active, choice.name: value} if choice.is_active(active) else active
                for active in partial
                for value in (options if choice.is_active(active) else [None])
            ]
        return [Architecture(active, self.describe) for active in partial]

    def encode(self, architecture: Architecture) -> np.ndarray:
        """A vector of zeros and ones: one place for every option of every gene; inactive genes are zeros."""
        pairs = ((name, value) for name, options in self.options.items() for value in options)
        return np.array([float(architecture.get(name) == value) for name, value in pairs])
