"""The table: complete, in range, interchangeable with a Trainer, and true: trainings can be repeated."""

import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import nasbook as nb
from nasbook import datasets
from nasbook.table import Table

ROOT = Path(__file__).parent.parent
TABLE = Table.load("lenet_fashion")
FRAME = TABLE.to_frame()
SEEDS = 3
TEXTS = Table.load("languages")
TABLES = {"lenet_fashion": (TABLE, nb.lenet_space()), "languages": (TEXTS, nb.text_space())}
each_table = pytest.mark.parametrize("name", TABLES)


# --- what is in it ----------------------------------------------------------------------------------------


@each_table
def test_every_architecture_was_trained_with_every_seed_and_only_once(name):
    table, space = TABLES[name]
    assert set(table.records) == set(space.enumerate())
    for trials in table.records.values():
        assert [trial.seed for trial in trials] == list(range(SEEDS))
        assert all(trial.status == "done" for trial in trials)
    lines = (ROOT / f"data/{name}.csv").read_text().splitlines()
    assert len(lines) == len(set(lines)) == 1 + len(table.records) * SEEDS


@each_table
def test_every_number_is_in_range(name):
    table, _ = TABLES[name]
    for architecture, trials in table.records.items():
        for trial in trials:
            assert len(trial.curve) == trial.epochs == table.epochs
            assert all(0.05 < accuracy < 1 for accuracy in trial.curve)
            assert trial.score == trial.curve[-1] > 0.3
            assert 1 < trial.seconds < 120
        assert len({(trial.parameters, trial.multiply_adds) for trial in trials}) == 1
        assert all(0.1 < accuracy < 1 for accuracy in table.tests[architecture])


def test_costs_are_those_of_the_formula():
    for architecture, (trial, *_) in TABLE.records.items():
        assert (trial.parameters, trial.multiply_adds) == nb.cost(architecture)


@pytest.mark.parametrize(("table", "validation", "test"), [(TABLE, 5_000, 10_000), (TEXTS, 2_000, 2_000)])
def test_accuracies_are_shares_of_the_validation_and_the_test_examples(table, validation, test):
    for architecture, trials in table.records.items():
        right = np.array([trial.curve for trial in trials]) * validation
        assert np.allclose(right, np.round(right), atol=1e-6)
        right = np.array(table.tests[architecture]) * test
        assert np.allclose(right, np.round(right), atol=1e-6)


@pytest.mark.parametrize(("table", "agree"), [(TABLE, 0.95), (TEXTS, 0.4)])  # texts are tested on others
def test_three_seeds_of_an_architecture_differ_and_agree(table, agree):
    frame = table.to_frame()
    assert (frame.sd > 0).mean() > 0.99
    assert frame.sd.mean() < 0.5 * frame.quality.std(), "the noise is smaller than the signal"
    assert stats.spearmanr(frame.quality, frame.test).statistic > agree


@each_table
def test_it_is_a_small_file_in_an_open_format(name):
    assert (ROOT / f"data/{name}.csv").stat().st_size <= 2_000_000


@each_table
def test_the_data_card_has_its_distribution(name):
    """Least, quarters and most of what the card says, to the digits that it shows."""
    table, _ = TABLES[name]
    frame, trials = table.to_frame(), [trial for some in table.records.values() for trial in some]
    card = (ROOT / "data/README.md").read_text().split(f"`{name}.csv`\n")[1]
    shown = {
        "validation accuracy": (frame["quality"], "{:.3f}"),
        "standard deviation between": (frame["sd"], "{:.4f}"),
        "test accuracy": (frame["test"], "{:.3f}"),
        "parameters": (frame["parameters"], "{:,.0f}"),
        "multiply-adds": (frame["multiply_adds"], "{:,.0f}"),
        "seconds of a training": ([trial.seconds for trial in trials], "{:.1f}"),
        "of them to start": ([trial.starting for trial in trials], "{:.2f}"),
    }
    for what, (values, digits) in shown.items():
        _, *cells = re.search(rf"^\| {what}.*$", card, re.MULTILINE)[0].strip(" |").split(" | ")
        assert cells == [digits.format(value) for value in np.quantile(values, np.linspace(0, 1, 5))], what


def test_loading_it_imports_no_keras():
    code = "import sys, nasbook as nb; nb.Table.load(); nb.statistics; print('keras' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


# --- it is true -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [9, 291])
def test_a_training_can_be_repeated(number):
    """Small networks, by the protocol of data/README.md: within the spread, on any machine."""
    nb.setup()
    architecture = TABLE.space.nth(number)
    data = nb.load("fashion_mnist", train=4_000, validation=5_000, seed=0)
    trial = nb.Trainer(data, epochs=TABLE.epochs)(architecture, seed=1)
    recorded = TABLE(architecture, seed=1)
    assert abs(trial.score - recorded.score) < 0.02
    assert (trial.architecture, trial.seed, trial.epochs) == (architecture, 1, recorded.epochs)
    assert (trial.parameters, trial.multiply_adds) == (recorded.parameters, recorded.multiply_adds)
    assert {name: type(value) for name, value in vars(trial).items()} == {
        name: type(value) for name, value in vars(recorded).items()
    }


# --- it is an evaluator -----------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", [nb.Genetic, nb.BOHB])
def test_a_strategy_runs_on_the_table_as_on_a_trainer(strategy, tinier, tmp_path):
    space, trainer = nb.lenet_space(), nb.Trainer(tinier, epochs=5, checkpoints=tmp_path)
    searches = [nb.search(strategy(space), e, 3, seed=1, progress=False) for e in (trainer, TABLE)]
    trained, replayed = [[trial.architecture for trial in history] for history in searches]
    assert trained == replayed
    assert [trial.seconds for trial in searches[1]] == [
        TABLE(t.architecture, seed=t.seed, epochs=t.epochs, resume=t.resumed).seconds for t in searches[1]
    ]


def test_the_seed_chooses_among_the_recorded_seeds():
    architecture = TABLE.space.nth(7)
    seen = {TABLE(architecture, seed=seed).seed for seed in range(9)}
    assert seen == {0, 1, 2}
    assert TABLE(architecture, seed=4) == TABLE(architecture, seed=1) == TABLE.records[architecture][1]


def test_genes_may_be_given_as_any_mapping():
    architecture = TABLE.space.nth(100)
    assert TABLE(dict(architecture)) == TABLE(architecture)


def test_fewer_epochs_are_the_beginning_of_the_same_training():
    full = TABLE(TABLE.best, seed=2)
    part = TABLE(TABLE.best, seed=2, epochs=2)
    assert part.curve == full.curve[:2]
    assert (part.score, part.epochs, part.seed) == (full.curve[1], 2, 2)
    assert 0 < full.starting == part.starting
    assert part.seconds == pytest.approx(full.starting + (full.seconds - full.starting) * 2 / 5)
    assert TABLE(TABLE.best, seed=2, epochs=5) == full


@pytest.mark.parametrize("epochs", [0, -1, 6])
def test_epochs_that_were_not_recorded_are_refused(epochs):
    with pytest.raises(ValueError, match=rf"epochs={epochs} after 0 is not in the table: give .* 1 to 5"):
        TABLE(TABLE.best, epochs=epochs)


def test_a_resumed_training_costs_a_start_and_only_the_epochs_that_are_new():
    full, rest = TABLE(TABLE.best, seed=2), TABLE(TABLE.best, seed=2, resume=2)
    assert (rest.score, rest.curve, rest.epochs, rest.resumed) == (full.score, full.curve, 5, 2)
    part = TABLE(TABLE.best, seed=2, epochs=3, resume=1)
    for trial, share in ((rest, 3 / 5), (part, 2 / 5)):
        assert trial.seconds == pytest.approx(full.starting + (full.seconds - full.starting) * share)
    with pytest.raises(ValueError, match="epochs=2 after 2 is not in the table: give a number from 3 to 5"):
        TABLE(TABLE.best, epochs=2, resume=2)


def test_there_is_no_record_of_inherited_weights():
    evolution = nb.Genetic(TABLE.space, population=2, elite=1, inherit=True)
    with pytest.raises(ValueError, match="no training with inherited weights: search with a Trainer"):
        nb.search(evolution, TABLE, 5, progress=False)


def test_an_architecture_outside_the_space_is_refused():
    with pytest.raises(ValueError, match="Gene 'filters1' is 7: give one of"):
        TABLE({**TABLE.best, "filters1": 7})


# --- it judges --------------------------------------------------------------------------------------------


def test_the_best_has_rank_1_and_no_regret_and_nothing_has_less():
    assert TABLE.rank(TABLE.best) == 1
    assert TABLE.regret(TABLE(TABLE.best)) == 0
    assert TABLE.quality(TABLE.best) == FRAME.quality.max()
    regrets = [TABLE.regret(TABLE(architecture)) for architecture in TABLE.records]
    assert min(regrets) == 0
    assert np.allclose(regrets, FRAME.quality.max() - FRAME.quality)


def test_ranks_are_those_of_scipy():
    assert np.array_equal(FRAME["rank"], stats.rankdata(-FRAME.quality, method="min"))


def test_a_lucky_seed_is_judged_by_the_mean_over_the_seeds():
    trials = TABLE.records[TABLE.space.nth(300)]
    assert len({trial.score for trial in trials}) > 1
    assert len({TABLE.regret(trial) for trial in trials}) == 1
    assert TABLE.quality(trials[0].architecture) == pytest.approx(np.mean([t.score for t in trials]))


# --- a table that was made by hand ------------------------------------------------------------------------

TOY = nb.SearchSpace([nb.Choice("a", (1, 2)), nb.Choice("b", ("x", "y"), when={"a": (2,)})])
COLUMNS = (
    *("a", "b", "seed", "validation1", "validation2", "test"),
    *("parameters", "multiply_adds", "seconds", "error"),
)
ROWS = """1,,0,0.5,0.6,0.58,10,20,3,
1,,1,0.5,0.8,0.62,10,20,5,
2,x,0,0.4,0.9,0.85,30,40,7,
2,x,1,0.4,0.7,0.75,30,40,7,
2,y,0,0.3,,,50,60,1,MemoryError: too large
2,y,1,0.3,0.9,0.9,50,60,9,"""


@pytest.fixture
def toy() -> Table:
    return Table.read(TOY, (dict(zip(COLUMNS, row.split(","), strict=True)) for row in ROWS.splitlines()))


def test_every_start_is_paid_however_few_epochs_are_trained():
    rows = [dict(zip(COLUMNS, row.split(","), strict=True)) for row in ROWS.splitlines()]
    toy = Table.read(TOY, [row | {"starting": "1.5"} for row in rows])
    small = TOY.nth(0)
    assert (toy(small, seed=1).seconds, toy(small, seed=1).starting) == (5, 1.5)
    assert toy(small, seed=1, epochs=1).seconds == 1.5 + 3.5 / 2
    assert toy(small, seed=1, resume=1).seconds == 1.5 + 3.5 / 2


def test_a_table_by_hand(toy):
    small, x, y = TOY.enumerate()
    assert (toy.quality(small), toy.test(small)) == (pytest.approx(0.7), pytest.approx(0.6))
    assert toy.best == x
    assert [toy.rank(architecture) for architecture in (small, x, y)] == [2, 1, 3]
    assert toy.regret(toy(small, seed=1)) == pytest.approx(0.1)
    assert repr(toy) == "Table of 3 architectures, 2 seeds each, 2 epochs"


def test_a_failed_training_is_a_failed_trial(toy):
    *_, y = TOY.enumerate()
    failed = toy(y, seed=0)
    assert (failed.status, failed.score, failed.error) == ("failed", -math.inf, "MemoryError: too large")
    assert failed.curve == (0.3,)
    assert toy(y, seed=0, epochs=1).score == -math.inf
    assert toy.quality(y) == -math.inf
    history = nb.search(nb.RandomSearch(TOY), toy, 3, seed=0, progress=False)
    assert len(history.fresh) == 3


# --- files ------------------------------------------------------------------------------------------------


def test_an_unknown_table_is_refused():
    with pytest.raises(ValueError, match="There is no table 'lenet': choose one of 'lenet_fashion'"):
        Table.load("lenet")


def test_a_damaged_or_missing_file_is_refused_with_its_cure(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"git checkout -- data/lenet_fashion\.csv"):
        Table.load("lenet_fashion")
    (tmp_path / "lenet_fashion.csv").write_text("blocks\n")
    with pytest.raises(ValueError, match=r"is damaged .*`git checkout -- data/lenet_fashion\.csv"):
        Table.load("lenet_fashion")
