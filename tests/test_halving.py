"""Successive halving and Hyperband: the arithmetic of the paper, epochs spent, work that goes on."""

import math

import numpy as np
import pytest

import nasbook as nb
from nasbook import study
from nasbook.strategies.halving import bracket
from nasbook.study import Budget

LENET = nb.lenet_space()
SMALL = nb.SearchSpace([nb.Choice("a", tuple(range(9))), nb.Choice("b", (0, 1))])


def value(architecture) -> float:
    return architecture["filters1"] + 10 * architecture["kernel"] - 100 * architecture["blocks"]


def evaluate(architecture, *, seed, epochs, resume=0) -> nb.Trial:
    """A stand-in that notes how long it was asked to train: the order is right from the first epoch on."""
    return nb.Trial(architecture, seed, epochs, score=value(architecture), resumed=resume)


def search(strategy, budget, evaluate=evaluate, seed=0):
    return nb.search(strategy, evaluate, budget, seed=seed, progress=False)


# --- arithmetic -------------------------------------------------------------------------------------------


def test_the_brackets_of_hyperband_are_those_of_the_papers_table_1():
    assert nb.Hyperband(LENET, max_epochs=81, eta=3).brackets == [
        [(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)],
        [(34, 3), (11, 9), (3, 27), (1, 81)],
        [(15, 9), (5, 27), (1, 81)],
        [(8, 27), (2, 81)],
        [(5, 81)],
    ]


def test_the_brackets_over_the_five_epochs_of_the_table():
    assert nb.Hyperband(LENET).brackets == [[(4, 1), (2, 2), (1, 5)], [(3, 2), (1, 5)], [(3, 5)]]
    assert nb.SuccessiveHalving(LENET).brackets == [[(16, 1), (8, 2), (4, 5)]]
    assert nb.SuccessiveHalving(LENET, candidates=9, min_epochs=5).brackets == [[(9, 5)]]


@pytest.mark.parametrize("eta", [1.2, 1.5, 2, 3, 7.5])
@pytest.mark.parametrize("max_epochs", [1, 2, 3, 5, 27, 100])
def test_rungs_never_grow_in_candidates_always_grow_in_epochs_and_end_with_a_whole_training(max_epochs, eta):
    for rungs in nb.Hyperband(LENET, max_epochs=max_epochs, eta=eta).brackets:
        candidates, epochs = zip(*rungs, strict=True)
        assert list(candidates) == sorted(candidates, reverse=True)
        assert list(epochs) == sorted(set(epochs))
        assert candidates[-1] >= 1
        assert epochs[-1] == max_epochs


def test_a_rounding_error_loses_no_candidate():
    assert bracket(1000, 3, 1000, 10) == [(1000, 1), (100, 10), (10, 100), (1, 1000)]


# --- a search ---------------------------------------------------------------------------------------------


def test_only_the_best_of_a_rung_go_on_and_only_the_new_epochs_are_spent():
    history = search(nb.SuccessiveHalving(LENET, candidates=8, max_epochs=4), 8 + 4 + 2)
    first, second, third = history.trials[:8], history.trials[8:12], history.trials[12:]
    best = sorted(first, key=lambda trial: -trial.score)
    assert [trial.architecture for trial in second] == [trial.architecture for trial in best[:4]]
    assert [trial.architecture for trial in third] == [trial.architecture for trial in best[:2]]
    assert [(trial.resumed, trial.epochs) for trial in history] == [(0, 1)] * 8 + [(1, 2)] * 4 + [(2, 4)] * 2
    assert history.epochs == 8 * 1 + 4 * 1 + 2 * 2
    assert history.incumbent().epochs.iloc[-1] == history.epochs
    assert nb.statistics.steps([history], by="epochs")[0][-1] == history.epochs


def test_hyperband_spends_about_the_same_on_every_bracket():
    strategy = nb.Hyperband(LENET, max_epochs=27, eta=3)
    evaluations = [sum(count for count, _ in rungs) for rungs in strategy.brackets]
    history = search(strategy, sum(evaluations))
    spent = np.add.reduceat(
        [trial.epochs - trial.resumed for trial in history], np.cumsum([0, *evaluations[:-1]])
    )
    assert history.epochs == spent.sum()
    assert max(spent) < 1.7 * min(spent)


def test_the_next_bracket_begins_with_newcomers():
    history = search(nb.SuccessiveHalving(LENET, candidates=2, max_epochs=2), 6)
    assert [trial.epochs for trial in history] == [1, 1, 2, 1, 1, 2]
    assert len({trial.architecture for trial in history}) == 4


@pytest.mark.parametrize("batch", [1, 3, 7, 100])
@pytest.mark.parametrize("make", [nb.SuccessiveHalving, nb.Hyperband, nb.BOHB])
def test_batches_of_any_size_give_the_same_search_and_it_ends_with_the_space(make, batch):
    def visited(n):
        strategy, seen = make(SMALL, max_epochs=4), []
        strategy.start(np.random.default_rng(0))
        while candidates := strategy.ask(n):
            seen += candidates
            strategy.tell(
                [
                    nb.Trial(c.architecture, 0, c.epochs, c.architecture["a"], resumed=c.resume)
                    for c in candidates
                ]
            )
        return seen

    seen = visited(batch)
    assert seen == visited(1)
    assert {candidate.architecture for candidate in seen} == set(SMALL.enumerate())
    assert len({(candidate.architecture, candidate.epochs) for candidate in seen}) == len(seen)


def test_nothing_is_promoted_before_the_whole_rung_is_told():
    strategy = nb.SuccessiveHalving(LENET, candidates=3, max_epochs=2)
    strategy.start(np.random.default_rng(0))
    first = strategy.ask(2)
    strategy.tell([nb.Trial(candidate.architecture, 0, 1, 0.5) for candidate in first])
    last = strategy.ask(5)
    assert (len(first), len(last), strategy.ask(1)) == (2, 1, [])
    strategy.tell([nb.Trial(last[0].architecture, 0, 1, 0.9)])
    assert strategy.ask(5) == [nb.Candidate(last[0].architecture, 2, resume=1)]


def test_failed_trials_are_not_promoted():
    def fails(architecture, *, seed, epochs, resume=0):
        if architecture["pool"] == "max":
            return nb.Trial(architecture, seed, epochs, -math.inf, status="failed", error="too large")
        return evaluate(architecture, seed=seed, epochs=epochs, resume=resume)

    history = search(nb.Hyperband(LENET), 60, fails)
    assert not any(trial.status == "failed" and trial.resumed for trial in history)
    assert any(trial.resumed for trial in history)


def test_when_everything_fails_newcomers_follow(monkeypatch):
    monkeypatch.setattr(study, "FAILURES", 100)
    history = search(
        nb.Hyperband(LENET),
        40,
        lambda a, *, seed, epochs: nb.Trial(a, seed, epochs, -math.inf, status="failed", error="no"),
    )
    assert len({trial.architecture for trial in history}) == 40


def test_a_budget_of_epochs_is_kept_to_the_last_training():
    history = search(nb.Hyperband(LENET), Budget(epochs=50))
    last = history.trials[-1]
    assert history.epochs - (last.epochs - last.resumed) < 50 <= history.epochs


def test_the_same_seed_gives_the_same_search():
    first, again, other = (search(nb.Hyperband(LENET), 30, seed=seed) for seed in (1, 1, 2))
    assert first.trials == again.trials
    assert first.trials != other.trials


@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (nb.SuccessiveHalving, {"candidates": 0}),
        (nb.SuccessiveHalving, {"min_epochs": 0}),
        (nb.SuccessiveHalving, {"min_epochs": 6}),
        (nb.SuccessiveHalving, {"eta": 1}),
        (nb.Hyperband, {"max_epochs": 0}),
        (nb.Hyperband, {"eta": 0.5}),
        (nb.Hyperband, {"eta": math.nan}),
    ],
)
def test_settings_that_cannot_halve_are_refused(make, settings):
    (name, given), *_ = settings.items()
    with pytest.raises(ValueError, match=rf"{name}={given}.* cannot halve: give at least 1 candidate"):
        make(LENET, **settings)


# --- asynchronous halving -----------------------------------------------------------------------------------


def test_asha_has_the_rungs_of_halving():
    assert nb.AsynchronousHalving(LENET).epochs == [1, 2, 5]
    assert nb.AsynchronousHalving(LENET, max_epochs=81, eta=3).epochs == [1, 3, 9, 27, 81]
    assert nb.AsynchronousHalving(LENET, min_epochs=3, max_epochs=81, eta=3).epochs == [3, 9, 27, 81]


@pytest.mark.parametrize("batch", [1, 5])
def test_asha_promotes_only_who_is_among_the_best_of_its_rung_by_then(batch):
    asha, told = nb.AsynchronousHalving(LENET, eta=3, max_epochs=9), []
    asha.start(np.random.default_rng(0))
    for _ in range(300 // batch):
        for candidate in (candidates := asha.ask(batch)):
            if candidate.resume:
                rung = sorted((t.score for t in told if t.epochs == candidate.resume), reverse=True)
                assert value(candidate.architecture) >= rung[len(rung) // 3 - 1]
                assert candidate.epochs == 3 * candidate.resume
        assert len(candidates) == batch, "it never waits"
        new = [evaluate(c.architecture, seed=0, epochs=c.epochs, resume=c.resume) for c in candidates]
        asha.tell(new)
        told += new
    trained = [(t.architecture, t.epochs) for t in told]
    assert len(trained) == len(set(trained))
    shares = [sum(t.epochs == epochs for t in told) / len(told) for epochs in (1, 3, 9)]
    assert shares[0] > 0.6 > 0.15 < shares[1] < 0.3 and 0 < shares[2] < 0.12


def test_asha_finds_the_best_where_the_first_epoch_tells_and_leaves_the_failed_alone():
    def fails_if_shallow(architecture, **settings):
        if architecture["blocks"] == 1:
            return nb.Trial(
                architecture, 0, settings["epochs"], score=-math.inf, status="failed", error="OOM"
            )
        return evaluate(architecture, **settings)

    history = search(nb.AsynchronousHalving(LENET), 1_500, fails_if_shallow)
    whole = [trial for trial in history if trial.epochs == 5]
    assert max(value(trial.architecture) for trial in whole) == 10 * 5 + 32 - 200
    assert all(trial.epochs == 1 for trial in history if trial.status == "failed")


@pytest.mark.parametrize("settings", [{"eta": 1}, {"min_epochs": 0}, {"min_epochs": 6}])
def test_asha_refuses_settings_that_make_no_rungs(settings):
    with pytest.raises(ValueError, match="makes no rungs: give 1 <= min_epochs <= max_epochs"):
        nb.AsynchronousHalving(LENET, **settings)
