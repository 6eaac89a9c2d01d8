"""Language models: nothing looks ahead, bits are bits, and counts back off as the formula says."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nasbook as nb
from nasbook.tasks import language_model as m
from nasbook.tasks import verses

SPACE = m.language_model_space()
GRU = dict(kind="GRU", width=64, layers=1, dropout=0.2, learning_rate=1e-2)
TRANSFORMER = dict(
    kind="Transformer", width=64, layers=2, heads=4, context=8, dropout=0.0, learning_rate=3e-3
)


def test_the_space_has_the_size_that_its_docstring_says():
    assert SPACE.size == 168 == len(set(map(str, SPACE.enumerate())))


# --- the data -----------------------------------------------------------------------------------------------


def test_verses_are_in_their_order_and_no_book_is_in_two_parts():
    parts = {part: verses.of_part(part) for part in ("train", "validation", "test")}
    books = {part: {verse.book for verse in some} for part, some in parts.items()}
    assert sum(map(len, books.values())) == len(set().union(*books.values())) == 27
    assert sum(map(len, parts.values())) == len(verses.read()) > 7_900
    assert all(verse.english and verse.spanish for verse in verses.read())
    assert len(parts["train"]) > 0.8 * len(verses.read())


@pytest.mark.parametrize("language", ["english", "spanish"])
def test_a_target_is_the_character_that_follows(language):
    data = nb.load_prose(language)
    for part in (data.train, data.validation, data.source("test")):
        assert part.inputs.shape == part.targets.shape == (len(part), 128)
        assert (part.inputs[:, 1:] == part.targets[:, :-1]).all()
        assert (part.targets[:-1, -1] == part.inputs[1:, 0]).all(), "rows follow one another"
    first = "".join(data.classes[code] for code in data.train.inputs[0])
    assert verses.text(language, "train").startswith(first)
    assert len(nb.load_prose(language, train=50).train) == 50


def test_rows_that_are_drawn_stay_in_their_order():
    every = list(map(bytes, nb.load_prose("english").train.inputs))
    places = [every.index(bytes(row)) for row in nb.load_prose("english", train=50).train.inputs]
    assert places == sorted(places) and len(set(places)) == 50 and places[-1] > len(every) / 2


def test_another_language_is_refused():
    with pytest.raises(ValueError, match="language='latin': choose 'english' or 'spanish'"):
        nb.load_prose("latin")


@pytest.mark.parametrize("train", [0, -1, 10_000])
def test_rows_that_are_not_there_are_refused(train):
    with pytest.raises(ValueError, match=f"train={train:,}: give a number from 1 to 6,447"):
        nb.load_prose(train=train)


# --- the networks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("genes", [GRU, TRANSFORMER], ids=["GRU", "Transformer"])
def test_no_place_sees_what_comes_later(genes):
    model = m.build(SPACE.architecture(genes), (128,), 30)
    codes = np.random.default_rng(0).integers(0, 30, (1, 128)).astype("int32")
    other = codes.copy()
    other[0, 60] = (codes[0, 60] + 1) % 30
    one, two = (model.predict(some, verbose=0)[0] for some in (codes, other))
    assert np.allclose(one[:60], two[:60], atol=1e-5)
    assert not np.allclose(one[60:], two[60:], atol=1e-5)


def test_attention_goes_no_farther_back_than_the_context_of_each_block():
    model = m.build(SPACE.architecture(TRANSFORMER), (128,), 30)
    codes = np.random.default_rng(0).integers(0, 30, (1, 128)).astype("int32")
    other = codes.copy()
    other[0, 20] = (codes[0, 20] + 1) % 30
    one, two = (model.predict(some, verbose=0)[0] for some in (codes, other))
    changed = np.flatnonzero(np.abs(one - two).max(axis=-1) > 1e-5)
    assert changed.min() == 20
    assert 20 + 7 < changed.max() <= 20 + 2 * 7, "two blocks, each of them seven back"


def test_both_kinds_learn_more_than_how_frequent_characters_are():
    data = nb.load_prose(train=120)
    one_row = data.train.inputs.ravel()
    shares = np.bincount(one_row) / len(one_row)
    unigram = -np.sum(shares[shares > 0] * np.log2(shares[shares > 0]))
    for genes in (GRU, TRANSFORMER | {"learning_rate": 1e-2}):
        task = dict(build=m.build, loss=m.next_loss, decode=np.asarray, metric=m.minus_bits)
        trial = nb.Trainer(data, **task, epochs=2, batch_size=8)(SPACE.architecture(genes))
        assert -trial.score < unigram, trial


# --- bits ---------------------------------------------------------------------------------------------------


def test_bits_are_minus_log2_of_what_was_thought_of_the_next_character():
    rng = np.random.default_rng(0)
    logits, true = rng.normal(size=(3, 5, 7)), rng.integers(0, 7, (3, 5))
    thought = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    right = np.mean([-np.log2(thought[i, j, true[i, j]]) for i in range(3) for j in range(5)])
    assert np.isclose(m.bits(true, logits), right)
    assert np.isclose(m.bits(true, np.zeros((3, 5, 7))), np.log2(7))
    assert m.bits(true, logits + 1e4) == pytest.approx(m.bits(true, logits)) == -m.minus_bits(true, logits)
    assert np.isclose(float(np.mean(m.next_loss(true, logits.astype("float32")))) / np.log(2), right)


def backed_off(rows: list, history: tuple, code: int, characters: int) -> float:
    """The formula, read from the longest history down."""
    length = len(history)
    seen = [row[i] for row in rows for i in range(length, len(row)) if tuple(row[i - length : i]) == history]
    n, shorter = Counter(seen), backed_off(rows, history[1:], code, characters) if history else 1 / characters
    return (n[code] + len(n) * shorter) / (n.total() + len(n)) if n else shorter


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1, max_size=5),
    st.integers(1, 4),
    st.lists(st.integers(0, 3), max_size=5),
)
def test_counts_back_off_as_the_formula_says(rows, order, history):
    model = m.NGrams(4, 4).fit(np.array(rows)).shorter(order)
    found = model.probabilities(tuple(history))
    kept = tuple(history[max(0, len(history) - order + 1) :])
    assert np.allclose(found, [backed_off(rows, kept, code, 4) for code in range(4)])
    assert np.isclose(found.sum(), 1)
    assert np.allclose(found, m.NGrams(order, 4).fit(np.array(rows)).probabilities(tuple(history)))


def test_what_was_answered_is_forgotten_when_more_is_counted():
    model = m.NGrams(2, 3).fit(np.array([[0, 1, 0, 1]]))
    before = model.probabilities((0,))
    after = model.fit(np.array([[0, 2, 0, 2]])).probabilities((0,))
    assert before[1] > after[1] == after[2] > before[2]
    assert (after == m.NGrams(2, 3).fit(np.array([[0, 1, 0, 1], [0, 2, 0, 2]])).probabilities((0,))).all()


def test_counts_answer_as_networks_do():
    rng = np.random.default_rng(0)
    model, rows = m.NGrams(3, 4).fit(rng.integers(0, 4, (40, 10))), rng.integers(0, 4, (2, 6))
    found = model.predict(rows)
    assert found.shape == (2, 6, 4)
    for row, answers in zip(rows.tolist(), found, strict=True):
        for i, answer in enumerate(answers):
            assert np.allclose(np.exp(answer), model.probabilities(tuple(row[: i + 1])))


def test_a_whole_row_has_the_character_behind_it():
    data = nb.load_prose("english", train=20)
    rows = m.whole(data.train)
    assert (rows[:, :-1] == data.train.inputs).all() and (rows[:, 1:] == data.train.targets).all()


def test_xz_finds_again_what_it_knows_and_not_what_is_random():
    known = verses.text("english", "validation")
    random = "".join(np.random.default_rng(0).choice(list("abcdefghijklmnop"), 4_000))
    assert m.bits_of_xz(known, known[:4_000]) < 0.1
    assert 4 <= m.bits_of_xz(known, random) < 5
