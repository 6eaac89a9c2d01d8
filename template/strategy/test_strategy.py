"""What every strategy owes to a search: `python -m pytest test_strategy.py`, in the folder of your copy."""

import numpy as np
import pytest
from strategy import MyStrategy

import nasbook as nb

TABLE = nb.Table.load("lenet_fashion")


def searched(seed: int, budget: int = 60, strategy=None) -> nb.History:
    return nb.search(strategy or MyStrategy(TABLE.space), TABLE, budget, seed=seed, progress=False)


def architectures(history: nb.History) -> list:
    return [trial.architecture for trial in history]


def test_the_same_seed_gives_the_same_search_and_another_one_another():
    strategy = MyStrategy(TABLE.space)
    first, again, other = (architectures(searched(seed, strategy=strategy)) for seed in (0, 0, 1))
    assert first == again, "draw everything from the rng of `start`, and forget everything there"
    assert first != other


def test_nothing_is_proposed_twice_and_the_whole_space_can_be_tried():
    tried = architectures(searched(0, budget=2 * TABLE.space.size))
    assert len(tried) == len(set(tried)) == TABLE.space.size


def test_it_can_be_asked_for_several_before_it_is_told():
    strategy = MyStrategy(TABLE.space)
    strategy.start(np.random.default_rng(0))
    asked = [candidate.architecture for candidate in (*strategy.ask(5), *strategy.ask(5))]
    assert len(set(asked)) == 10


def test_a_failed_trial_does_not_stop_it():
    strategy = MyStrategy(TABLE.space)
    strategy.start(np.random.default_rng(0))
    (candidate,) = strategy.ask(1)
    strategy.tell([nb.Trial(candidate.architecture, 0, 5, score=-np.inf, status="failed", error="NaN")])
    assert strategy.ask(1)


def test_it_is_better_than_random_search_or_says_why_not():
    """Delete this test if yours is not meant to be; the tournament of chapter 09 tells more."""
    mine, random = (
        [TABLE.regret(run.best) for run in nb.statistics.repeat(strategy, TABLE, 60, seeds=40)]
        for strategy in (MyStrategy(TABLE.space), nb.RandomSearch(TABLE.space))
    )
    assert np.mean(mine) < np.mean(random)
    assert nb.statistics.wilcoxon(mine, random) < 0.05


@pytest.mark.parametrize("curiosity", [-0.1, 1.1])
def test_settings_that_cannot_work_are_refused(curiosity):
    with pytest.raises(ValueError, match="is no probability"):
        MyStrategy(TABLE.space, curiosity=curiosity)
