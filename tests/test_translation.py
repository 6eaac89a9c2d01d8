"""Translation: measures as sacreBLEU has them, sub-words, a decoder that sees nothing ahead, and EM."""

from collections import Counter
from itertools import pairwise

import keras
import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

import nasbook as nb
from nasbook.engine.batches import in_order
from nasbook.tasks import translation as t
from nasbook.tasks import verses
from nasbook.tasks.bleu import bleu, chrf, exact, tokens
from nasbook.tasks.subwords import END, OTHER, PADDING, SubWords, joined, learned, words
from nasbook.tasks.word_by_word import WordByWord

SPACE = t.translation_space()
GENES = dict(merges=0, width=64, heads=4, blocks=2, dropout=0.0, learning_rate=3e-3)

# --- measures -----------------------------------------------------------------------------------------------

SENTENCES = st.lists(st.sampled_from(["el", "hijo", "hijos", "de", ",", "¡", "x"]), min_size=1, max_size=9)
PAIRS = st.lists(st.tuples(SENTENCES, SENTENCES), min_size=1, max_size=5)


@settings(max_examples=200, deadline=None)
@given(PAIRS)
def test_bleu_is_that_of_sacrebleu(pairs):
    true, said = ([" ".join(one) for one in some] for some in zip(*pairs, strict=True))
    theirs = sacrebleu.corpus_bleu(said, [true], tokenize="none", force=True).score
    assert bleu(true, said) == pytest.approx(theirs, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(PAIRS)
def test_chrf_is_that_of_sacrebleu(pairs):
    true, said = ([" ".join(one) for one in some] for some in zip(*pairs, strict=True))
    true = [f"hijos {one}" for one in true]  # at least 6 characters: of less, see `chrf`
    assert chrf(true, said) == pytest.approx(sacrebleu.corpus_chrf(said, [true]).score, abs=1e-9)


def test_both_are_those_of_sacrebleu_on_verses():
    said, true = zip(*verses.pairs("validation"), strict=True)
    cut = [[" ".join(tokens(one)) for one in some] for some in (said, true)]
    theirs = sacrebleu.corpus_bleu(cut[0], [cut[1]], tokenize="none").score
    assert bleu(true, said) == pytest.approx(theirs) and theirs > 0
    assert chrf(true, said) == pytest.approx(sacrebleu.corpus_chrf(said, [true]).score)


def test_the_right_translation_has_100_and_nothing_in_common_has_0():
    true = ["pan y vino, y agua.", "el hijo del hombre"]
    assert bleu(true, true) == pytest.approx(100) and chrf(true, true) == exact(true, true) == 100
    assert bleu(true, ["xxx", "zzz"]) == chrf(true, ["xxx", "zzz"]) == exact(true, ["xxx", "zzz"]) == 0
    assert exact(true, [true[0], "el hijo"]) == 50


# --- sub-words ----------------------------------------------------------------------------------------------


def relearned(counts: Counter, merges: int) -> list:
    """Byte-pair encoding as its definition says it: all pairs counted anew for every merge."""
    cut, found = {word: list(word) for word in counts}, []
    for _ in range(merges):
        pairs = Counter()
        for word, units in cut.items():
            for pair in pairwise(units):
                pairs[pair] += counts[word]
        if not pairs or max(pairs.values()) < 2:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        found.append(best)
        for word, units in cut.items():
            i = 0
            while i < len(units) - 1:
                if (units[i], units[i + 1]) == best:
                    units[i : i + 2] = ["".join(best)]
                i += 1
            cut[word] = units
    return found


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text("abc", min_size=1, max_size=8), st.integers(1, 5), min_size=1, max_size=8))
def test_merges_are_those_of_the_definition(counts):
    assert learned(Counter(counts), 12) == relearned(Counter(counts), 12)


def test_the_first_merges_are_those_of_the_papers_example():
    counts = Counter({"low_": 5, "lower_": 2, "newest_": 6, "widest_": 3})
    assert ["".join(pair) for pair in learned(counts, 3)] == ["es", "est", "est_"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("abc ", min_size=1, max_size=20), min_size=1, max_size=4), st.integers(0, 20))
def test_a_text_is_cut_and_joined_again(texts, merges):
    units = SubWords(texts, merges)
    for text, codes in zip(texts, units.encode(texts), strict=True):
        assert "".join(units.cut(text)) == "".join(words(text)) == text
        assert codes[-1] == END and joined(np.array([*codes, PADDING, 5]), units.units) == text


def test_what_was_never_seen_is_read_as_other():
    units = SubWords(["abc"], 1)
    assert units.encode(["azb"])[0][1] == OTHER
    assert joined(np.array(units.encode(["azb"])[0]), units.units) == "a?b"


# --- data ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("merges", [0, 300])
def test_codes_are_the_verses_and_the_decoder_is_given_them_a_place_late(merges):
    data = nb.load_translation(merges, train=50)
    parts = {"train": data.train, "validation": data.validation, "test": data.source("test")}
    for part, examples in parts.items():
        (english, begun), spanish = examples.inputs, examples.targets
        assert (begun[:, 0] == END).all() and (begun[:, 1:] == spanish[:, :-1]).all()
        assert ((spanish == END).sum(axis=1) == 1).all() and ((english == END).sum(axis=1) == 1).all()
        for i in (0, len(examples) - 1):
            for codes, text in zip((english[i], spanish[i]), verses.pairs(part)[i], strict=True):
                seen = joined(codes, data.classes)
                assert len(seen) == len(text) or merges, "a character a code"
                assert all(a in (b, "?") for a, b in zip(seen, text, strict=False))
    assert len(data.train) == 50
    together = data.source("train")
    assert len(together) == len(verses.pairs("train")) + len(verses.pairs("validation"))
    longest = max(len(one.split()) for part in parts for pair in verses.pairs(part) for one in pair)
    assert longest == verses.WORDS


# --- networks -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    return t.build(SPACE.architecture(GENES), ((12,), (10,)), 9)


@pytest.fixture
def codes():
    rng = np.random.default_rng(0)
    return rng.integers(3, 9, (1, 12)).astype("int32"), rng.integers(3, 9, (1, 10)).astype("int32")


def test_the_space_has_the_size_that_its_docstring_says():
    assert SPACE.size == 144 == len(set(map(str, SPACE.enumerate())))


def test_the_decoder_sees_all_of_the_sentence_and_nothing_ahead(network, codes):
    sentence, written = codes
    one = network.predict((sentence, written), verbose=0)[0]
    other = written.copy()
    other[0, 6] = 3 if written[0, 6] != 3 else 4
    two = network.predict((sentence, other), verbose=0)[0]
    assert np.allclose(one[:6], two[:6], atol=1e-5) and not np.allclose(one[6:], two[6:], atol=1e-5)
    for place in (0, 11):
        other = sentence.copy()
        other[0, place] = 3 if sentence[0, place] != 3 else 4
        two = network.predict((other, written), verbose=0)[0]
        assert (np.abs(one - two).max(axis=-1) > 1e-6).all()


def test_padding_behind_a_sentence_changes_nothing(codes):
    keras.utils.set_random_seed(0)
    short = t.build(SPACE.architecture(GENES), ((8,), (10,)), 9)
    long = t.build(SPACE.architecture(GENES), ((12,), (10,)), 9)
    long.set_weights(short.get_weights())
    sentence, written = codes
    padded = np.where(np.arange(12) < 8, sentence, PADDING)
    one, two = (m.predict((x, written), verbose=0) for m, x in ((short, sentence[:, :8]), (long, padded)))
    assert np.allclose(one, two, atol=1e-5)


def test_loss_and_score_do_not_count_padding():
    rng = np.random.default_rng(0)
    logits, true = rng.normal(size=(2, 5, 7)).astype("float32"), rng.integers(1, 7, (2, 5)).astype("int32")
    true[0, 3:] = PADDING
    thought = np.log(np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True))
    nats = [[-thought[i, j, true[i, j]] for j in range(5) if true[i, j] != PADDING] for i in range(2)]
    assert np.allclose(t.translation_loss(true, logits), [np.mean(some) for some in nats], atol=1e-5)
    bits = np.mean([np.sum(some) for some in nats]) / np.log(2)
    assert t.minus_bits_a_sentence(true, logits) == pytest.approx(-bits, rel=1e-5)


def test_greedy_takes_the_most_probable_unit_again_and_again(network, codes):
    sentences = np.repeat(codes[0], 3, axis=0)
    sentences[1, 0], sentences[2, 5:] = 3, PADDING
    found = t.greedy(network, sentences)
    for sentence, row in zip(sentences, found, strict=True):
        said = [END]
        while len(said) < 11 and (said[-1] != END or len(said) == 1):
            begun = np.full((1, 10), PADDING, "int32")
            begun[0, : len(said)] = said[:10]
            logits = network.predict((sentence[np.newaxis], begun), verbose=0)[0, len(said) - 1]
            said.append(int(logits.argmax()))
        assert row[: len(said) - 1].tolist() == said[1:]
        assert (row[len(said) - 1 :] == PADDING).all()


def test_a_translator_predicts_what_its_network_writes():
    data = nb.load_translation(0, train=20)
    one = SPACE.architecture(GENES | dict(blocks=1, heads=1))
    keras.utils.set_random_seed(0)
    translator = t.build_translator(one, data.input_shape, len(data.classes))
    some = data.validation.subset(slice(3))
    right = t.greedy(translator, some.inputs[0])
    assert (nb.predict(translator, some, np.asarray) == right).all()
    assert (translator.predict(in_order(some)) == right).all(), "as JAX and PyTorch are fed"


def test_so_many_verses_are_trained_and_tested_on():
    some, every = nb.load_translation(0, train=20, test=5), nb.load_translation(0)
    assert (len(some.train), len(some.source("test"))) == (20, 5)
    assert (some.source("test").targets == every.source("test").targets[:5]).all()
    assert len(every.train) == len(verses.pairs("train"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (dict(merges=-1), "merges=-1: give 0, for characters, or more"),
        (dict(merges=0, train=0), "train=0: give a number from 1 to 3,166, or none for all verses"),
        (dict(merges=0, train=5_000), "train=5,000: give a number from 1 to 3,166"),
        (dict(merges=0, test=0), "test=0: give a number from 1 to "),
    ],
)
def test_numbers_that_cannot_be_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        nb.load_translation(**settings)


def test_it_learns_to_turn_around():
    """A task that is learned in seconds, by what really looks at the sentence."""
    rng = np.random.default_rng(0)
    sentences = rng.integers(3, 9, (2_000, 5)).astype("int32")
    targets = np.concatenate([sentences[:, ::-1], np.full((2_000, 1), END, "int32")], axis=1)
    begun = np.concatenate([np.full((2_000, 1), END, "int32"), targets[:, :-1]], axis=1)
    examples = nb.Examples((sentences, begun), targets)
    one = SPACE.architecture(GENES | dict(blocks=1))
    model = t.build(one, ((5,), (6,)), 9)
    nb.train(model, examples, epochs=4, batch_size=32, learning_rate=1e-2, loss=t.translation_loss)
    new = rng.integers(3, 9, (50, 5)).astype("int32")
    right = t.greedy(model, new)[:, :5] == new[:, ::-1]
    assert right.all(axis=1).mean() > 0.9


def test_each_architecture_is_trained_with_its_own_units():
    data = {merges: nb.load_translation(merges, train=16) for merges in (0, 300)}
    task = dict(build=t.build, loss=t.translation_loss, decode=np.asarray, metric=t.minus_bits_a_sentence)
    trainer = nb.ByData(
        "merges", {m: nb.Trainer(one, **task, epochs=1, batch_size=16) for m, one in data.items()}
    )
    trial, model = trainer.fit(SPACE.architecture(GENES | dict(merges=300, blocks=1)), seed=0)
    assert trial.status == "done" and model.output_shape[-1] == len(data[300].classes), trial.error
    assert len(data[300].classes) > len(data[0].classes)
    assert set(trainer.description["trainers"]) == {"0", "300"} and trainer.description["epochs"] == 1


def test_several_genes_can_change_the_data():
    trainers = {("raw", None): "one", ("mel", 32): "other"}
    by_data = nb.ByData(("sound", "bands"), trainers)
    assert by_data.trainer({"sound": "raw"}) == "one"
    assert by_data.trainer({"sound": "mel", "bands": 32, "width": 8}) == "other"


def test_data_that_no_trainer_has_is_named():
    with pytest.raises(ValueError, match="No trainer has the data of merges=5: give one beside 0, 300"):
        nb.ByData("merges", {0: "one", 300: "other"}).trainer({"merges": 5})


# --- word by word -------------------------------------------------------------------------------------------


def test_em_finds_the_words_of_the_classic_example():
    """Knight's workbook of 1999: two pairs, of which the second says what the first left open."""
    model = WordByWord(rounds=20).fit(["b c", "b"], ["x y", "y"])
    assert model.words == {"b": "y", "c": "x"}
    assert model.predict(["b, c: d"]) == ["y, x: d"]


def test_each_round_of_em_makes_the_pairs_more_probable():
    english, spanish = zip(*verses.pairs("train")[:200], strict=True)

    def log_likelihood(rounds):
        probable = WordByWord(rounds).fit(english, spanish).probable
        pairs = [(tokens(a), tokens(b)) for a, b in zip(english, spanish, strict=True)]
        return sum(np.log(np.mean([probable[w][s] for w in a])) for a, b in pairs for s in b)

    assert log_likelihood(1) < log_likelihood(2) < log_likelihood(4)
