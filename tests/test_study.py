"""The loop: budgets that end where they say, a cache for duplicates, a history whatever happens."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nasbook as nb
from nasbook import study
from nasbook.engine.work import training_seed

LENET = nb.lenet_space()


def cheap(architecture, *, seed=0, epochs=3) -> nb.Trial:
    """An evaluator that trains nothing: a score that looks random, three epochs and half a second each."""
    score = np.random.default_rng(seed).random()
    return nb.Trial(architecture, seed, epochs, score=score, seconds=0.5)


def search(evaluate=cheap, budget=20, strategy=None, **settings):
    return nb.search(strategy or nb.RandomSearch(LENET), evaluate, budget, **{"progress": False} | settings)


class Script:
    """A strategy that proposes what it was given, in order, and remembers what it was told."""

    def __init__(self, *candidates, batch=1):
        self.candidates, self.batch = candidates, batch

    def start(self, rng):
        self.left, self.told = list(self.candidates), []

    def ask(self, n):
        taken, self.left = self.left[: self.batch], self.left[self.batch :]
        return taken

    def tell(self, trials):
        self.told += trials


A, B = (nb.Candidate(LENET.nth(index)) for index in (0, 500))


# --- budgets ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("budget", "evaluations"),
    [
        (7, 7),
        (nb.Budget(evaluations=7), 7),
        (nb.Budget(epochs=10), 4),  # 3 epochs each: the fourth passes 10
        (nb.Budget(epochs=9), 3),
        (nb.Budget(seconds=2), 4),
        (nb.Budget(seconds=2.2), 5),
        (nb.Budget(evaluations=9, epochs=15, seconds=100), 5),
    ],
    ids=str,
)
def test_a_search_ends_with_the_evaluation_that_spends_the_first_of_its_limits(budget, evaluations):
    history = search(budget=budget)
    assert len(history) == evaluations
    assert history.epochs == 3 * evaluations
    assert history.seconds == 0.5 * evaluations
    assert history.stopped == "budget spent"


@pytest.mark.parametrize("limits", [{}, {"evaluations": 0}, {"epochs": -1}, {"seconds": math.nan}], ids=str)
def test_a_budget_that_never_starts_or_never_ends_is_refused(limits):
    with pytest.raises(ValueError, match="never starts or never ends: give at least one limit"):
        nb.Budget(**limits)


def test_a_budget_of_0_evaluations_is_refused_before_anything_runs():
    with pytest.raises(ValueError, match=r"Budget\(evaluations=0.*each above 0"):
        search(evaluate=None, budget=0)


# --- duplicates ---------------------------------------------------------------------------------------------


def test_a_duplicate_comes_from_the_cache_is_marked_and_costs_nothing():
    calls = []
    script = Script(A, B, A, A, B)
    history = search(lambda a, **s: calls.append(a) or cheap(a, **s), 10, script)
    assert calls == [A.architecture, B.architecture]
    assert [trial.cached for trial in history] == [False, False, True, True, True]
    assert [trial.seconds for trial in history] == [0.5, 0.5, 0, 0, 0]
    assert history.trials[2].score == history.trials[0].score
    assert (len(history.fresh), history.seconds, history.epochs) == (2, 1.0, 6)
    assert history.to_frame()["cached"].tolist() == [False, False, True, True, True]
    assert "2 evaluations (0 failed; 3 duplicates from the cache) in 1 s" in repr(history)
    assert script.told == history.trials


def test_the_same_architecture_trained_longer_is_no_duplicate():
    longer = A._replace(epochs=9)
    history = search(budget=10, strategy=Script(A, longer, A, longer))
    assert [(trial.epochs, trial.cached) for trial in history] == [
        (3, False),
        (9, False),
        (3, True),
        (9, True),
    ]
    assert history.epochs == 12


def test_a_strategy_that_only_repeats_itself_is_stopped(monkeypatch):
    monkeypatch.setattr(study, "PATIENCE", 5)
    history = search(budget=3, strategy=Script(*[A] * 50))
    assert len(history) < 10
    assert len(history.fresh) == 1
    assert history.stopped == "the strategy has nothing new to propose"


# --- what comes back ----------------------------------------------------------------------------------------


def test_an_interrupt_returns_the_history_so_far():
    def interrupted(architecture, **settings):
        if len(script.told) == 3:
            raise KeyboardInterrupt
        return cheap(architecture, **settings)

    script = Script(*(nb.Candidate(LENET.nth(index)) for index in range(10)))
    history = search(interrupted, 10, script)
    assert history.stopped == "interrupted"
    assert [trial.architecture for trial in history] == [LENET.nth(index) for index in range(3)]
    assert history.best.score == max(trial.score for trial in history)


def test_the_best_of_a_search_is_its_highest_score_and_a_failed_trial_never_is():
    def every_third_fails(architecture, *, seed):
        if seed % 3:
            return cheap(architecture, seed=seed)
        return nb.Trial(architecture, seed, 3, score=-math.inf, status="failed", error="OOM: too large")

    history = search(every_third_fails, 60)
    assert 0 < len(history.succeeded) < len(history) == 60
    assert history.best.score == max(trial.score for trial in history)
    assert history.to_frame()["status"].value_counts()["failed"] == 60 - len(history.succeeded)


def test_there_is_no_best_where_all_failed_and_the_error_says_why():
    def broken(architecture, **_):
        return nb.Trial(architecture, 0, 3, score=-math.inf, status="failed", error="OOM: too large")

    history = search(broken, 5)
    assert "5 evaluations (5 failed; 0 duplicates" in repr(history)
    with pytest.raises(ValueError, match="no best trial: the first of 5 failed with OOM: too large"):
        _ = history.best
    with pytest.raises(ValueError, match="no best trial: none ran"):
        _ = search(strategy=Script()).best


def test_the_incumbent_only_rises_and_counts_what_was_spent():
    history = search(budget=50)
    incumbent = history.incumbent()
    best = [max(trial.score for trial in history.trials[: n + 1]) for n in range(50)]
    assert incumbent["score"].tolist() == best == sorted(best)
    assert incumbent["evaluation"].tolist() == list(range(1, 51))
    assert incumbent["epochs"].tolist() == list(range(3, 151, 3))
    assert incumbent["seconds"].iloc[-1] == history.seconds
    assert incumbent["score"].iloc[-1] == history.best.score


def test_a_frame_has_one_row_a_trial_and_a_column_a_gene_where_wanted():
    history = search(budget=12)
    frame = history.to_frame(genes=True)
    assert frame["score"].tolist() == [trial.score for trial in history]
    for position, trial in enumerate(history):
        assert frame.loc[position, "architecture"] == str(trial.architecture)
        for name in LENET.names:
            value = frame.loc[position, name]
            assert value == trial.architecture[name] if name in trial.architecture else value != value
    assert not set(LENET.names) & set(history.to_frame())


def test_the_progress_bar_ends_with_what_was_done(capsys):
    search(budget=5, progress=True)
    last = capsys.readouterr().out.split("\r")[-1]
    assert "100%" in last
    assert "5 evaluated, 0 cached, best 0." in last
    search(budget=5, progress=False)
    assert capsys.readouterr() == ("", "")


# --- seeds --------------------------------------------------------------------------------------------------


def test_a_training_seed_depends_on_the_run_and_the_architecture_and_on_nothing_else():
    seeds = {(run, a): training_seed(run, a) for run in (0, 1, 2) for a in LENET.enumerate()}
    assert len(set(seeds.values())) == len(seeds) == 3 * 936
    assert all(0 <= seed < 2**32 for seed in seeds.values())
    fresh = nb.lenet_space()
    assert seeds[1, LENET.nth(7)] == training_seed(1, fresh.architecture(dict(fresh.nth(7))))


def test_every_candidate_is_trained_with_its_training_seed():
    history = search(seed=4)
    assert [trial.seed for trial in history] == [training_seed(4, trial.architecture) for trial in history]
    assert search(seed=4).trials == history.trials
    assert search(seed=0).trials != history.trials


def test_a_search_leaves_the_global_random_state_alone():
    np.random.seed(0)
    expected = np.random.random()
    np.random.seed(0)
    search(strategy=nb.Genetic(LENET, population=4))
    assert np.random.random() == expected


def real_search() -> list:
    """What came of three trainings."""
    data = nb.load("mnist", train=300, validation=300)
    choices = {choice.name: choice for choice in LENET.choices}
    fixed = {"blocks": (1, 2), "filters1": (8,), "filters2": (8,), "pool": ("average",), "dense": (0,)}
    genes = [
        nb.Choice(name, fixed.get(name, choice.options), {"blocks": (2,)} if name == "filters2" else {})
        for name, choice in choices.items()
        if name != "filters3"
    ]
    strategy = nb.Genetic(nb.SearchSpace(genes), population=2, elite=1, tournament=1)
    history = nb.search(strategy, nb.Trainer(data, epochs=1), 3, progress=False)
    return [[dict(trial.architecture), trial.seed, trial.score, trial.status] for trial in history]


ELSEWHERE = """
import json
import nasbook as nb
from test_study import real_search
nb.setup(threads=2)
print(json.dumps(real_search()))
"""


def test_a_real_search_repeats_exactly_on_one_thread_and_nearly_in_another_process_on_two():
    command = [
        sys.executable,
        "-c",
        ELSEWHERE,
    ]  # one thread in another: see test_house, test_tasks
    run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent)
    nb.setup()
    here = real_search()
    assert here == real_search()
    two = json.loads(run.communicate()[0].splitlines()[-1])
    assert [row[1] for row in here] == [training_seed(0, LENET.architecture(row[0])) for row in here]
    assert [row[3] for row in here] == ["done"] * 3
    assert [row[:2] for row in here] == [row[:2] for row in two]
    assert [row[2] for row in here] == pytest.approx([row[2] for row in two], abs=0.05)
