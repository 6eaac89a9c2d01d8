"""Search space: how many architectures there are, and that every way of moving about stays among them."""

import itertools
import math
import pickle
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

import nasbook as nb
from nasbook.space import pick_other

LENET, ARTICLE = nb.lenet_space(), nb.article_space()
SPACES = {"lenet": LENET, "article": ARTICLE}
both_spaces = pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
some_space = st.sampled_from(list(SPACES.values()))
some_rng = st.integers(0, 2**32 - 1).map(np.random.default_rng)
a_rate = st.floats(0, 1)


def active_names(space, genes) -> set[str]:
    """The oracle: which genes exist, from the conditions alone."""
    names = set()
    for choice in space.choices:
        if all(parent in names and genes[parent] in values for parent, values in choice.when.items()):
            names.add(choice.name)
    return names


def assert_belongs(architecture, space):
    assert architecture in space
    assert set(architecture) == active_names(space, architecture), "an inactive gene was kept, or one lost"
    assert all(architecture[name] in space.options[name] for name in architecture)


# --- how many ---------------------------------------------------------------------------------------------


def test_the_lenet_space_is_the_normalized_product_of_its_options():
    products = itertools.product(*(choice.options for choice in LENET.choices))
    different = {LENET.architecture(dict(zip(LENET.names, values, strict=True))) for values in products}
    assert set(LENET.enumerate()) == different
    assert LENET.size == len(different) == 936


def test_the_size_of_the_article_space_agrees_with_a_formula():
    depths = range(1, 5)
    convolutional = 2 * sum((5 * 3) ** depth for depth in depths)
    dense = sum(5**depth for depth in depths)
    assert ARTICLE.size == (convolutional + dense) * 6 * 3 * 3


def test_enumerate_and_nth_give_every_architecture_once():
    every = list(LENET.enumerate())
    assert len(every) == len(set(every)) == len({repr(architecture) for architecture in every}) == LENET.size
    assert every == [LENET.nth(index) for index in range(LENET.size)]
    some = np.random.default_rng(0).choice(ARTICLE.size, 3000, replace=False)
    assert len({ARTICLE.nth(int(index)) for index in some}) == 3000


@both_spaces
def test_every_number_is_an_architecture_of_the_space(space):
    for index in (0, 1, space.size // 2, space.size - 1):
        assert_belongs(space.nth(index), space)
    for index in (-1, space.size):
        with pytest.raises(ValueError, match=f"index={index} is outside the space: .* to {space.size - 1}"):
            space.nth(index)


def test_by_default_the_options_of_a_gene_are_equally_likely():
    rng, n = np.random.default_rng(0), 40 * LENET.size
    drawn = Counter(LENET.sample(rng) for _ in range(n))
    expected = {a: n / math.prod(len(LENET.options[name]) for name in a) for a in LENET.enumerate()}
    assert sum(expected.values()) == pytest.approx(n)
    assert chisquare([drawn[a] for a in expected], list(expected.values())).pvalue > 0.001


def test_on_request_all_architectures_are_equally_likely():
    space, rng = LENET.drawing("architectures"), np.random.default_rng(0)
    drawn = Counter(space.sample(rng) for _ in range(40 * LENET.size))
    assert chisquare([drawn[architecture] for architecture in LENET.enumerate()]).pvalue > 0.001
    assert (space.draw, LENET.draw) == ("architectures", "genes")
    with pytest.raises(ValueError, match="draw='uniform' is no way to draw: choose 'genes' or 'archi"):
        LENET.drawing("uniform")


def test_architecture_by_architecture_deep_networks_are_drawn_most_because_there_are_more_of_them():
    rng = np.random.default_rng(0)
    relatives = np.array([2 * 15**depth + 5**depth for depth in range(1, 5)])
    for sample, weights in ((ARTICLE.sample_architectures, relatives), (ARTICLE.sample_genes, np.ones(4))):
        depths = Counter(sample(rng)["blocks"] for _ in range(4000))
        expected = weights / weights.sum() * 4000
        assert chisquare([depths[depth] for depth in range(1, 5)], expected).pvalue > 0.001


# --- moving about -----------------------------------------------------------------------------------------


@given(some_space, some_rng, a_rate)
def test_a_mutant_is_in_the_space_and_so_are_samples(space, rng, rate):
    parent = space.sample(rng)
    assert_belongs(parent, space)
    assert_belongs(space.mutate(parent, rng, rate), space)


@given(some_space, some_rng)
def test_mutation_with_rate_0_is_the_identity(space, rng):
    parent = space.sample(rng)
    assert space.mutate(parent, rng, 0) == parent


@given(some_space, some_rng)
def test_mutation_with_rate_1_changes_every_gene_that_stays_active(space, rng):
    parent = space.sample(rng)
    mutant = space.mutate(parent, rng, 1)
    assert all(mutant[name] != parent[name] for name in parent if name in mutant)


def test_mutation_changes_the_share_of_genes_that_the_rate_says():
    rng = np.random.default_rng(0)
    parent = LENET.sample(rng)
    mutants = [LENET.mutate(parent, rng, 0.3) for _ in range(4000)]
    for name in ("kernel", "activation", "dense"):
        assert np.mean([m[name] != parent[name] for m in mutants]) == pytest.approx(0.3, abs=0.03)


@given(some_space, some_rng, st.sampled_from(["uniform", "one-point"]))
def test_a_child_is_in_the_space_and_has_each_gene_from_a_parent(space, rng, kind):
    mother, father = space.sample(rng), space.sample(rng)
    child = space.crossover(mother, father, rng, kind)
    assert_belongs(child, space)
    for name in child:
        if name in mother or name in father:
            assert child[name] in {parent[name] for parent in (mother, father) if name in parent}


@given(some_space, some_rng, st.sampled_from(["uniform", "one-point"]))
def test_parents_that_are_equal_have_a_child_that_is_equal(space, rng, kind):
    parent = space.sample(rng)
    assert space.crossover(parent, parent, rng, kind) == parent


def test_a_one_point_child_is_its_mother_before_the_cut_and_its_father_after():
    rng = np.random.default_rng(0)
    names = [f"g{i}" for i in range(6)]
    space = nb.SearchSpace([nb.Choice(name, ("mother", "father")) for name in names])
    mother, father = (space.architecture(dict.fromkeys(names, who)) for who in ("mother", "father"))
    cuts = Counter()
    for _ in range(500):
        values = list(space.crossover(mother, father, rng, "one-point").values())
        cut = values.index("father")
        assert values == ["mother"] * cut + ["father"] * (6 - cut)
        cuts[cut] += 1
    assert set(cuts) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("kind", ["uniform", "one-point"])
def test_a_space_of_one_gene_can_be_crossed(kind):
    space = nb.SearchSpace([nb.Choice("only", (1, 2))])
    mother, father = space.enumerate()
    assert space.crossover(mother, father, np.random.default_rng(0), kind) in (mother, father)


def test_an_unknown_crossover_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="kind='two-point' is no crossover: choose 'uniform' or 'one-point'"):
        LENET.crossover(LENET.nth(0), LENET.nth(1), rng, "two-point")


@given(some_space, some_rng, st.data())
def test_complete_keeps_what_is_given_and_draws_the_rest(space, rng, data):
    whole = space.sample(rng)
    genes = {name: whole[name] for name in data.draw(st.sets(st.sampled_from(sorted(whole))))}
    completed = space.complete(genes, rng)
    assert_belongs(completed, space)
    assert all(completed[name] == value for name, value in genes.items() if name in completed)


@settings(max_examples=15)
@given(st.integers(0, LENET.size - 1))
def test_neighbors_are_those_that_differ_in_one_gene_apart_from_genes_switched_on(index):
    center = LENET.nth(index)

    def differences(other):
        return sum(center[name] != other[name] for name in center if name in other)

    expected = {other for other in LENET.enumerate() if differences(other) == 1}
    found = LENET.neighbors(center)
    assert len(found) == len(set(found))
    assert set(found) == expected
    assert all(center in LENET.neighbors(other) for other in found[:5])


@both_spaces
def test_an_encoding_has_one_place_for_every_option_and_tells_architectures_apart(space):
    rng = np.random.default_rng(0)
    codes = {}
    for architecture in {space.sample(rng) for _ in range(300)}:
        code = space.encode(architecture)
        assert len(code) == sum(map(len, space.options.values()))
        position = 0
        for name, options in space.options.items():
            hot = [options[i] for i in np.flatnonzero(code[position : position + len(options)])]
            assert hot == ([architecture[name]] if name in architecture else [])
            position += len(options)
        assert set(code) == {0.0, 1.0}
        codes[code.tobytes()] = architecture
    assert len(codes) == len(set(codes.values()))


# --- architectures and choices ----------------------------------------------------------------------------


def test_architectures_that_differ_in_inactive_genes_only_are_one():
    genes = {"blocks": 1, "filters1": 8, "kernel": 3, "pool": "max", "activation": "relu", "dense": 0}
    plain, with_ghosts = LENET.architecture(genes), LENET.architecture({**genes, "filters2": 32})
    reordered = LENET.architecture(dict(reversed(genes.items())))
    assert plain == with_ghosts == reordered
    assert len({plain, with_ghosts, reordered}) == 1
    assert dict(with_ghosts) == genes
    assert plain != LENET.architecture({**genes, "dense": 64})
    assert plain == genes


def test_equal_architectures_have_equal_hashes_in_whatever_order_their_genes_were_given():
    one, other = nb.Architecture({"a": 1, "b": 2}), nb.Architecture({"b": 2, "a": 1})
    assert one == other
    assert hash(one) == hash(other)


def test_genes_from_a_data_frame_make_the_same_architecture_as_plain_numbers():
    architecture = LENET.nth(500)
    genes = {k: np.int64(v) if isinstance(v, int) else np.str_(v) for k, v in architecture.items()}
    assert repr(list(LENET.architecture(genes).items())) == repr(list(architecture.items()))


def test_an_architecture_cannot_be_changed():
    architecture = LENET.nth(0)
    for change in (
        lambda: architecture.update(dense=64),
        lambda: architecture.pop("dense"),
        lambda: architecture.__setitem__("dense", 64),
        lambda: architecture.__delitem__("dense"),
        lambda: architecture.__ior__({"dense": 64}),
    ):
        with pytest.raises(TypeError, match=r"never changes: make another one with space\.architecture"):
            change()
    assert architecture == LENET.nth(0)


def test_an_architecture_survives_a_journey_to_another_process():
    architecture = LENET.nth(500)
    copy = pickle.loads(pickle.dumps(architecture))
    assert (copy, hash(copy), str(copy)) == (architecture, hash(architecture), str(architecture))
    assert isinstance(copy, nb.Architecture)


def test_an_architecture_prints_as_a_person_would_write_it():
    genes = {"blocks": 2, "filters1": 16, "filters2": 32, "kernel": 5}
    architecture = LENET.architecture({**genes, "pool": "max", "activation": "relu", "dense": 64})
    assert str(architecture) == "conv 16 5x5 > max > conv 32 5x5 > max > dense 64 | relu"


@pytest.mark.parametrize(
    ("genes", "message"),
    [
        ({}, r"Gene 'blocks' is 'missing': give one of \(1, 2, 3\)"),
        ({"blocks": 9}, r"Gene 'blocks' is 9: give one of \(1, 2, 3\)"),
        ({**LENET.nth(0), "flavor": 1}, r"Unknown genes \['flavor'\]: this space has blocks, filters1"),
    ],
)
def test_genes_that_make_no_architecture_are_refused(genes, message):
    with pytest.raises(ValueError, match=message):
        LENET.architecture(genes)
    assert genes not in LENET


def test_what_is_no_architecture_is_not_in_the_space():
    for thing in (None, 3, "conv", ARTICLE.nth(0)):
        assert thing not in LENET


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ([nb.Choice("a", (1,)), nb.Choice("a", (2,))], "Gene 'a' needs a name of its own"),
        ([nb.Choice("a", (1, 1))], "options given once"),
        ([nb.Choice("a", (1,), when={"b": (1,)}), nb.Choice("b", (1,))], "list 'b' before it"),
        ([nb.Choice("b", (1,)), nb.Choice("a", (1,), when={"b": (2,)})], "depends on 'b' being one of"),
    ],
)
def test_choices_that_contradict_themselves_are_refused(choices, message):
    with pytest.raises(ValueError, match=message):
        nb.SearchSpace(choices)


@pytest.mark.parametrize(
    "settings",
    [
        {"options": ()},
        {"options": ("relu")},
        {"options": {"relu", "tanh"}},
        {"options": (i for i in (1, 2))},
        {"options": np.arange(3)},
        {"options": (1, 2), "when": {"kind": "conv"}},
        {"options": (1, 2), "when": {"blocks": 2}},
    ],
)
def test_options_and_conditions_that_are_no_tuples_are_refused(settings):
    with pytest.raises(ValueError, match=r"^Gene 'a': .* is no tuple of at least one: give one, such as \("):
        nb.Choice("a", **settings)


def test_an_option_that_prints_its_address_is_refused_since_seeds_and_journals_print_it():
    with pytest.raises(ValueError, match=r"^Gene 'a': <object object at 0x\w+> prints another address"):
        nb.Choice("a", (1, object()))


def test_options_of_numpy_and_lists_become_plain_values():
    choice = nb.Choice("a", [np.int64(3), np.float64(0.5), [1, 2]])
    assert repr(choice.options) == "(3, 0.5, (1, 2))"


def test_a_gene_under_an_inactive_gene_is_inactive_even_where_none_is_an_option():
    space = nb.SearchSpace(
        [
            nb.Choice("a", (1, 2)),
            nb.Choice("b", (None, 1), when={"a": (1,)}),
            nb.Choice("c", (1, 2), when={"b": (None,)}),
        ]
    )
    assert space.size == len(set(space.enumerate())) == 4
    assert all(
        ("c" in architecture) == (architecture.get("b", 0) is None) for architecture in space.enumerate()
    )


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5))
def test_the_size_of_a_space_without_conditions_is_the_product_of_its_options(numbers):
    space = nb.SearchSpace([nb.Choice(f"g{i}", tuple(range(n))) for i, n in enumerate(numbers)])
    assert space.size == math.prod(numbers) == len(set(space.enumerate()))


@given(some_rng)
def test_the_size_of_any_conditional_space_is_what_enumeration_finds(rng):
    choices = []
    for i in range(5):
        when = {}
        for parent in choices:
            if rng.random() < 0.4:
                when[parent.name] = tuple(v for v in parent.options if rng.random() < 0.6)
        choices.append(nb.Choice(f"g{i}", tuple(range(rng.integers(1, 4))), when=when))
    space = nb.SearchSpace(choices)
    products = itertools.product(*(choice.options for choice in choices))
    different = set()
    for values in products:
        genes = dict(zip(space.names, values, strict=True))
        different.add(
            tuple((name, genes[name]) for name in space.names if name in active_names(space, genes))
        )
    assert space.size == len(different)
    assert {tuple(architecture.items()) for architecture in space.enumerate()} == different


def layered(layers: int, together: bool) -> nb.SearchSpace:
    """Layers of five operations, of which two have four kernels; kernels beside or behind all operations."""
    operations = [nb.Choice(f"op{i}", tuple("abcde")) for i in range(layers)]
    kernels = [nb.Choice(f"kernel{i}", (1, 3, 5, 7), when={f"op{i}": ("a", "b")}) for i in range(layers)]
    pairs = [choice for pair in zip(operations, kernels, strict=True) for choice in pair]
    return nb.SearchSpace(pairs if together else operations + kernels)


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("layers", [3, 20, 100])
def test_spaces_of_any_size_are_counted_exactly_and_drawn_from(layers, together):
    space, rng = layered(layers, together), np.random.default_rng(0)
    assert space.size == (2 * 4 + 3) ** layers
    for sample, expected in ((space.sample_architectures, 8 / 11), (space.sample_genes, 2 / 5)):
        drawn = [sample(rng) for _ in range(200)]
        assert all(architecture in space for architecture in drawn)
        share = np.mean([architecture["op1"] in "ab" for architecture in drawn])
        assert share == pytest.approx(expected, abs=0.12)
    assert space.nth(space.size - 1)["op0"] == "e"


def test_a_thousand_genes_that_hang_on_each_other_are_no_recursion():
    chain = [nb.Choice("g0", (1, 2))]
    chain += [nb.Choice(f"g{i}", (1, 2, 3), when={f"g{i - 1}": (1,)}) for i in range(1, 1200)]
    space = nb.SearchSpace(chain)
    assert space.size == 1 + 2 * 1198 + 3
    assert len(space.nth(0)) == 1200


def test_pick_other_draws_each_other_option_equally_often():
    rng = np.random.default_rng(0)
    for value in "abc":
        drawn = Counter(pick_other("abc", value, rng) for _ in range(3000))
        assert set(drawn) == set("abc") - {value}
        assert max(drawn.values()) < 1600
    assert pick_other("a", "a", rng) == "a"
