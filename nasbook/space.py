"""Search space: the set of all architectures that a search may propose.

A space is a list of genes (`Choice`). Some genes exist only when another gene has a certain value: a
network of one block has no filters in its third. An `Architecture` is one value for every *active* gene.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np


@dataclass(frozen=True)
class Choice:
    """One gene: its name, its options, and `when` it is active, for example {"blocks": (2, 3)}."""

    name: str
    options: tuple
    when: Mapping[str, tuple] = field(default_factory=dict)

    def is_active(self, genes: Mapping[str, Any]) -> bool:
        for name, values in self.when.items():  # noqa: SIM110 - `all` takes twice as long, and breeding waits
            if genes.get(name) not in values:
                return False
        return True


class Architecture(dict):
    """One point of a search space: a dictionary from active genes to values that never changes.

    Genes that are inactive are not stored, so two architectures are equal exactly when their networks are.
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
    """An option other than this value, each with the same probability; the value, if it is the only one.

    Drawn from all options but the last, which stands in for the value.
    """
    drawn = options[int(rng.random() * (len(options) - 1))]
    return options[-1] if drawn == value else drawn


def picks(options: Sequence, n: int, rng: np.random.Generator) -> list:
    """n of the options, drawn with replacement, each with the same probability."""
    count = len(options)
    return [options[int(draw * count)] for draw in rng.random(n).tolist()]


class SearchSpace:
    """All architectures that a list of choices can write down.

    A choice may depend only on choices before it. `describe` prints the genes as a person would.
    Raises ValueError when the choices contradict themselves.
    """

    def __init__(self, choices: list[Choice], describe: Callable[[Mapping], str] = str):
        self.choices = tuple(choices)
        self.describe = describe
        self.options = {choice.name: choice.options for choice in self.choices}
        self.names = tuple(self.options)
        known: dict[str, tuple] = {}
        for choice in self.choices:
            if choice.name in known or len(set(choice.options)) != len(choice.options) or not choice.options:
                raise ValueError(
                    f"Gene {choice.name!r} needs a name of its own and at least one option, each given once; "
                    f"it has {choice.options}."
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
                    raise ValueError(
                        f"Gene {choice.name!r} is {genes.get(choice.name, 'missing')!r}: "
                        f"give one of {choice.options}."
                    )
                active[choice.name] = choice.options[choice.options.index(genes[choice.name])]
        if unknown := set(genes) - set(self.names):
            raise ValueError(f"Unknown genes {sorted(unknown)}: this space has {', '.join(self.names)}.")
        return Architecture(active, self.describe)

    # --- how many, which one -------------------------------------------------------------------------

    @cached_property
    def _parents(self) -> set[str]:
        return {parent for choice in self.choices for parent in choice.when}

    @cached_property
    def _counts(self) -> dict:
        return {}

    @cached_property
    def _known(self) -> dict[int, Architecture]:
        """What `nth` has made already: a search draws the same architectures in run after run."""
        return {}

    @cached_property
    def _completed(self) -> dict[tuple, tuple[dict, Architecture]]:
        """What `complete` has made of genes that left nothing to chance; the key are their values."""
        return {}

    def _count(self, genes: Mapping[str, Any], start: int = 0) -> int:
        """How many architectures agree with `genes` on the choices before `start`."""
        if start == len(self.choices):
            return 1
        key = (start, *(genes.get(parent) for parent in self._parents))
        if key not in self._counts:
            choice = self.choices[start]
            if not choice.is_active(genes):
                total = self._count(genes, start + 1)
            elif choice.name in self._parents:
                total = sum(self._count({**genes, choice.name: v}, start + 1) for v in choice.options)
            else:
                total = len(choice.options) * self._count(genes, start + 1)
            self._counts[key] = total
        return self._counts[key]

    @cached_property
    def size(self) -> int:
        """The number of different architectures."""
        return self._count({})

    def nth(self, index: int) -> Architecture:
        """The architecture with this number, from 0 to size - 1, in the order of `enumerate`."""
        if index not in self._known:
            self._known[index] = self._nth(index)
        return self._known[index]

    def _nth(self, index: int) -> Architecture:
        if not 0 <= index < self.size:
            raise ValueError(f"index={index} is outside the space: give a number from 0 to {self.size - 1}.")
        genes: dict[str, Any] = {}
        for i, choice in enumerate(self.choices):
            if not choice.is_active(genes):
                continue
            for value in choice.options:
                genes[choice.name] = value
                count = self._count(genes, i + 1)
                if choice.name not in self._parents:  # every option has as many
                    which, index = divmod(index, count)
                    genes[choice.name] = choice.options[which]
                    break
                if index < count:
                    break
                index -= count
        return Architecture(genes, self.describe)

    def enumerate(self) -> Iterator[Architecture]:
        """Every architecture, once."""
        return map(self.nth, range(self.size))

    # --- moving about ----------------------------------------------------------------------------------

    def sample(self, rng: np.random.Generator) -> Architecture:
        """An architecture drawn uniformly from the whole space."""
        return self.nth(int(rng.integers(self.size)))

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
        """Give one gene, drawn at random, another of its values; genes that this switches on are random.

        Nothing changes where the gene has only one value.
        """
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
        return np.array(
            [
                float(architecture.get(name) == value)
                for name, options in self.options.items()
                for value in options
            ]
        )


# --- the two spaces of the book ----------------------------------------------------------------------


class Layer(NamedTuple):
    """One step of a network: "conv" and "dense" have a size (filters, units), "conv" also a kernel."""

    kind: str
    size: int = 0
    kernel: int = 0

    def __str__(self) -> str:
        shape = f"{self.kernel}x{self.kernel}" if self.kernel else ""
        return " ".join(str(part) for part in (self.kind, self.size or "", shape) if part)


def layers(genes: Mapping[str, Any]) -> list[Layer]:
    """What the genes of either space say: the layers from input to output, without the output layer."""
    steps = []
    for i in range(1, genes["blocks"] + 1):
        if genes.get("connection") == "dense":
            steps.append(Layer("dense", genes[f"units{i}"]))
        else:
            kernel = genes["kernel"] if "kernel" in genes else genes[f"kernel{i}"]
            steps += [Layer("conv", genes[f"filters{i}"], kernel), Layer(genes["pool"])]
    if genes["dense"]:
        steps.append(Layer("dense", genes["dense"]))
    return steps


def describe(genes: Mapping[str, Any]) -> str:
    """For example: conv 16 5x5 > max > conv 32 5x5 > max > dense 64 | relu."""
    traits = [str(genes[name]) for name in ("activation", "initialization") if name in genes]
    return f"{' > '.join(map(str, layers(genes))) or 'output only'} | {', '.join(traits)}"


def lenet_space() -> SearchSpace:
    """The book's space: 936 relatives of LeNet-5, few enough that each one of them can be trained."""
    filters = (8, 16, 32)
    return SearchSpace(
        [
            Choice("blocks", (1, 2, 3)),
            Choice("filters1", filters),
            Choice("filters2", filters, when={"blocks": (2, 3)}),
            Choice("filters3", filters, when={"blocks": (3,)}),
            Choice("kernel", (3, 5)),
            Choice("pool", ("max", "average")),
            Choice("activation", ("relu", "tanh")),
            Choice("dense", (0, 64, 128)),
        ],
        describe,
    )


def article_space() -> SearchSpace:
    """The article's space (its section 3.2, step 1, with the numbers of 4.3): millions of networks.

    Nodes per layer, number of layers, activation function, connection (dense or convolutional) and
    initialization are genes. Filters and kernels exist only in convolutional networks, units in dense ones.
    """
    nodes, blocks = (16, 32, 64, 128, 256), (1, 2, 3, 4)
    convolutional = {"connection": ("convolutional",)}
    genes = [Choice("connection", ("convolutional", "dense")), Choice("blocks", blocks)]
    for i in blocks:
        deep = {"blocks": blocks[i - 1 :]}
        genes += [
            Choice(f"filters{i}", nodes, when={**convolutional, **deep}),
            Choice(f"kernel{i}", (3, 5, 7), when={**convolutional, **deep}),
            Choice(f"units{i}", nodes, when={"connection": ("dense",), **deep}),
        ]
    genes += [
        Choice("pool", ("max", "average"), when=convolutional),
        Choice("dense", (0, 64, 128, 256, 512, 1024)),
        Choice("activation", ("relu", "tanh", "sigmoid")),
        Choice("initialization", ("random", "xavier", "he")),
    ]
    return SearchSpace(genes, describe)
