"""Texts: codes that can be read back, languages split by meaning, and networks that read."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

import nasbook as nb
from nasbook.tasks import attention as a
from nasbook.tasks import languages
from nasbook.tasks import text as t
from nasbook.tasks.characters import LONGEST, OTHER, PADDING, SYMBOLS, alphabet_of, decoded, encoded, letters
from nasbook.tasks.recurrence import gru

SPACE = nb.text_space()
CORE = dict(embedding=8, patch=2, width=32, pool="max", dropout=0.0)
ONE_OF_EACH = [
    dict(kind="convolution", layers=1, kernel=3),
    dict(kind="LSTM", ways=1),
    dict(kind="GRU", ways=2),
    dict(kind="Transformer", blocks=1, heads=4),
]


# --- characters ---------------------------------------------------------------------------------------------


def test_letters_are_small_and_have_one_blank_between_them():
    assert letters("  Côte d’Ivoire (CIV),\n 2 LÆNDER ") == "côte d ivoire civ lænder"
    assert letters("12 … _") == ""


@given(st.text("abcæø č", max_size=LONGEST))
def test_codes_are_the_text_again(text):
    (row,) = encoded([text], alphabet := alphabet_of(["abcæø č"]))
    assert (row.shape, row.dtype) == ((LONGEST,), np.int32)
    assert decoded(row, alphabet) == text
    assert (row[len(text) :] == PADDING).all()


def test_an_alphabet_begins_with_what_is_frequent_and_has_no_more_codes_than_there_are():
    assert alphabet_of(["banana", "bob"]) == "abno"
    crowd = "".join(map(chr, range(0x4E00, 0x4E00 + 300)))
    assert len(alphabet_of([crowd, "aaa"])) == SYMBOLS - 2
    (row,) = encoded(["a" + crowd[-1]], alphabet_of([crowd, "aaa"]))
    assert row[:3].tolist() == [2, OTHER, PADDING]
    assert encoded(["x" * 200], "x").shape == (1, LONGEST), "what is too long is cut"


# --- ten languages ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def data():
    return nb.load_languages(train=400, validation=200, test=100)


def words_of(examples) -> set:
    return {word for row in examples.inputs for word in decoded(row, languages.alphabet()).split()}


def test_the_ten_languages_have_equal_shares_and_texts_of_all_lengths(data):
    assert len(data.classes) == 10
    for part, size in ((data.train, 400), (data.validation, 200), (data.source("test"), 100)):
        assert np.bincount(part.targets).tolist() == [size // 10] * 10
        lengths = (part.inputs != PADDING).sum(axis=1)
        assert lengths.min() >= 1
        assert np.quantile(lengths, 0.2) < 16 < 64 < np.quantile(lengths, 0.9) <= LONGEST
    assert (data.train.inputs != OTHER).all(), "the alphabet is that of the names"


def test_no_name_is_trained_on_and_validated_on_and_prose_is_only_tested_on():
    languages_, names, articles = languages.read()
    assert all(len(some) == len(names[0]) for some in names)
    assert [len(some) for some in articles] == [31] * len(languages_)
    data = nb.load_languages(train=4_000, validation=4_000, test=1_000, seed=5)
    things = np.random.default_rng(5).permutation(len(names[0]))
    held = {name for some in names for name in np.array(some)[things[: round(0.2 * len(things))]]}
    kept = {name for some in names for name in np.array(some)[things[round(0.2 * len(things)) :]]}
    some = {decoded(row, languages.alphabet()) for row in data.validation.inputs}
    assert not some & (kept - held), "a text of one name is one of the other things"
    prose = {word for some in articles for article in some for word in article.split()}
    assert {word for word in words_of(data.source("test")) if "?" not in word} <= prose
    assert len(words_of(data.train) & prose) < 0.5 * len(words_of(data.train))


def test_a_seed_draws_the_same_texts_and_the_test_texts_do_not_depend_on_it(data):
    again, other = (nb.load_languages(train=400, validation=200, test=100, seed=seed) for seed in (0, 1))
    assert again.fingerprint == data.fingerprint == "25300f71daae", "on every machine"
    assert other.fingerprint != data.fingerprint
    assert other.source("test").digest == data.source("test").digest


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_numbers_that_give_no_equal_shares_are_refused(part):
    for size in (0, 25):
        with pytest.raises(ValueError, match=rf"{part}={size}: give a multiple of 10"):
            nb.load_languages(**{part: size})


# --- the networks -------------------------------------------------------------------------------------------


def test_the_space_has_the_size_that_its_docstring_says():
    assert SPACE.size == 384 == len(set(map(str, SPACE.enumerate())))


@pytest.mark.parametrize("own", ONE_OF_EACH, ids=lambda own: own["kind"])
def test_every_kind_of_network_learns_to_tell_languages(own):
    data = nb.load_languages(train=1_000, validation=200)
    trainer = nb.Trainer(data, build=t.build, epochs=4, learning_rate=1e-2)
    trial = trainer(SPACE.architecture(CORE | own), seed=0)
    assert trial.score > 0.2, "a tenth is chance"


def test_what_is_behind_the_end_of_a_text_is_not_pooled():
    x = np.random.default_rng(0).normal(size=(3, 6, 4)).astype("float32")
    there = (np.arange(6) < np.array([[1], [4], [6]]))[..., np.newaxis].astype("float32")
    for pool, function in (("max", np.max), ("mean", np.mean)):
        right = [function(row[:n], axis=0) for row, n in zip(x, (1, 4, 6), strict=True)]
        assert np.allclose(t.pooled(x, there, pool), right, atol=1e-6)


def test_attention_is_that_of_keras():
    width, heads, length = 8, 2, 5
    x, there = keras.Input((length, width)), keras.Input((length, 1))
    ours = keras.Model([x, there], a.attention(x, x, there[:, None, None, :, 0], width, heads))
    layer = layers.MultiHeadAttention(heads, width // heads)
    theirs = keras.Model([x, there], layer(x, x, attention_mask=there[:, None, :, 0] > 0))
    split = [(width, heads, width // heads), (heads, width // heads)]
    dense = sorted(
        (layer for layer in ours.layers if layer.weights), key=lambda layer: (len(layer.name), layer.name)
    )
    weights = [w for layer in dense for w in layer.get_weights()]  # in the order they were made
    shaped = [w.reshape(split[w.ndim == 1]) for w in weights[:6]]
    theirs.set_weights([*shaped, weights[6].reshape(heads, width // heads, width), weights[7]])
    rng = np.random.default_rng(0)
    values = rng.normal(size=(4, length, width)).astype("float32")
    mask = (np.arange(length) < np.array([[5], [3], [1], [4]]))[..., np.newaxis].astype("float32")
    assert np.allclose(ours([values, mask]), theirs([values, mask]), atol=1e-5)


def test_a_gru_written_out_is_that_of_keras():
    rng, layer = np.random.default_rng(0), layers.GRU(5, return_sequences=True)
    x = rng.normal(size=(1, 7, 3)).astype("float32")
    layer.build(x.shape)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.get_weights()])
    assert np.allclose(gru(x[0], *layer.get_weights()), layer(x)[0], atol=1e-5)


def test_positions_are_the_waves_of_the_paper():
    found = a.positions(20, 8)
    for place in (0, 3, 19):
        for i in range(4):
            angle = place / 10_000 ** (2 * i / 8)
            assert np.allclose(found[place, 2 * i : 2 * i + 2], (np.sin(angle), np.cos(angle)), atol=1e-6)


def test_a_new_embedding_does_not_drown_in_its_places():
    codes = keras.Input((LONGEST,), dtype="int32")
    embedded = layers.Embedding(SYMBOLS, 32)(codes)
    rows = np.random.default_rng(0).integers(SYMBOLS, size=(4, LONGEST))
    x, placed = keras.Model(codes, [embedded, a.placed(embedded)])(rows)
    places = a.positions(LONGEST, 32)
    assert np.std(x) < 0.1 * np.std(places), "or nothing would have to be done"
    assert np.std(placed - places) > np.std(places)


def test_the_products_of_attention_count_among_the_multiply_adds():
    length, width, heads = 64, 32, 4
    network = t.build(SPACE.architecture(CORE | ONE_OF_EACH[3]), (LONGEST,), 10)
    patches, output = length * 2 * CORE["embedding"] * width, width * 10
    dense = length * (4 * width * width + 2 * width * 2 * width)
    products = 2 * heads * length * length * (width // heads)
    assert nb.measured_cost(network).multiply_adds == patches + dense + products + output
