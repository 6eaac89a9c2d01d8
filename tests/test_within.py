"""Hard limits: only what fits is trained, strategies keep their order, and impossible limits say so."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import nasbook as nb

TABLE = nb.Table.load()
SPACE = TABLE.space
SMALL = {"parameters": (lambda architecture: nb.cost(architecture).parameters, 25_000)}


def run(strategy, budget=40, seed=0, **settings):
    return nb.search(strategy, TABLE, budget, seed=seed, progress=False, **settings)


class Told(nb.RandomSearch):
    """Random search that notes what it proposes and is told, in order."""

    waits = True

    def start(self, rng):
        super().start(rng)
        self.asked, self.told = [], []

    def ask(self, n):
        new = super().ask(n)
        self.asked += [one.architecture for one in new]
        return new

    def tell(self, trials):
        self.told += trials


@pytest.mark.parametrize(
    "inner",
    [
        nb.RandomSearch(SPACE),
        nb.Genetic(SPACE, population=8),
        nb.AgingEvolution(SPACE, population=8),
        nb.NSGA2(SPACE, population=8),
        nb.LocalSearch(SPACE),
        nb.Bayesian(SPACE),
        nb.BANANAS(SPACE),
        nb.SuccessiveHalving(SPACE),
        nb.BOHB(SPACE),
        nb.Reinforce(SPACE),
    ],
    ids=lambda strategy: type(strategy).__name__,
)
def test_only_what_fits_is_trained_whatever_the_strategy(inner):
    history = run(nb.Within(inner, SMALL))
    assert len(history.fresh) == 40
    assert all(trial.parameters <= 25_000 for trial in history)


def test_a_strategy_is_told_everything_in_the_order_asked_and_what_does_not_fit_as_failed():
    inner = Told(SPACE)
    history = run(nb.Within(inner, SMALL))
    told = [trial.architecture for trial in inner.told]
    assert told == inner.asked[: len(told)]
    assert [trial for trial in inner.told if trial.status == "done"] == history.trials
    failed = [trial for trial in inner.told if trial.status == "failed"]
    assert failed
    assert all(nb.cost(trial.architecture).parameters > 25_000 for trial in failed)
    assert {trial.error for trial in failed} == {"not within parameters at most 25,000"}
    assert sum(trial.seconds + trial.epochs for trial in failed) == 0


def test_random_search_within_limits_is_random_search_without_the_others():
    free = [t for t in run(nb.RandomSearch(SPACE), 400) if t.parameters <= 25_000]
    within = run(nb.Within(nb.RandomSearch(SPACE), SMALL), 40)
    assert [t.architecture for t in within] == [t.architecture for t in free[:40]]


def test_the_history_is_the_same_with_workers_and_after_a_pause(tmp_path):
    def make():
        return nb.Within(nb.Genetic(SPACE, population=8), SMALL)

    alone = run(make(), ahead=4)
    with ThreadPoolExecutor(3) as pool:
        assert run(make(), ahead=4, executor=pool) == alone
    run(make(), 13, ahead=4, journal=tmp_path / "x.jsonl")
    assert run(make(), ahead=4, journal=tmp_path / "x.jsonl") == alone


def test_a_journal_knows_another_strategy_inside_and_another_limit(tmp_path):
    run(nb.Within(nb.Genetic(SPACE), SMALL), 5, journal=tmp_path / "x.jsonl")
    measure, _ = SMALL["parameters"]
    others = [
        nb.Within(nb.Genetic(SPACE, population=8), SMALL),
        nb.Within(nb.RandomSearch(SPACE), SMALL),
        nb.Within(nb.Genetic(SPACE), {"parameters": (measure, 30_000)}),
    ]
    for other in others:
        with pytest.raises(ValueError, match="another search"):
            run(other, 5, journal=tmp_path / "x.jsonl")


def test_limits_that_nothing_keeps_to_are_named_before_anything_is_trained():
    def never(architecture, *, seed):
        raise AssertionError("trained")

    measure, _ = SMALL["parameters"]
    strategy = nb.Within(nb.RandomSearch(SPACE), {"parameters": (measure, 1_000)})
    with pytest.raises(ValueError, match=r"None of the 936 .* within parameters at most 1,000: the nearest"):
        nb.search(strategy, never, 5, progress=False)
    smallest = min(SPACE.enumerate(), key=measure)
    assert strategy.nearest[1] == smallest
    together = SMALL | {
        "layers": (lambda a: -a["blocks"] / 3 + 4, 3),
        "units": (lambda a: a["dense"] or 999, 128),
    }
    history = run(nb.Within(nb.RandomSearch(SPACE), together), 5)
    assert all(trial.architecture["blocks"] == 3 for trial in history)


def test_a_large_space_without_anything_that_fits_is_given_up_after_a_thousand():
    space = nb.article_space()
    strategy = nb.Within(nb.RandomSearch(space), {"blocks": (lambda a: a["blocks"], 0.5)})
    strategy.start(np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"None of the 1,000 architectures proposed.*Allow more, or search"):
        strategy.ask(1)


def test_a_search_ends_where_nothing_more_fits():
    within = nb.Within(nb.RandomSearch(SPACE), {"parameters": (SMALL["parameters"][0], 3_000)})
    history = run(within, 900)
    fitting = sum(nb.cost(a).parameters <= 3_000 for a in SPACE.enumerate())
    assert len(history) == fitting
    assert history.stopped == "the strategy has nothing new to propose"


def test_one_that_fits_does_not_make_it_look_forever_for_another():
    space, first = nb.article_space(), []

    def only_the_first(architecture):
        first[:] = first or [architecture]
        return 1 if architecture == first[0] else 2

    strategy = nb.Within(nb.RandomSearch(space), {"ms": (only_the_first, 1)})
    strategy.start(np.random.default_rng(0))
    assert [one.architecture for one in strategy.ask(3)] == first


@pytest.mark.parametrize("most", [0, -1, float("nan")])
def test_a_limit_is_a_number_above_zero(most):
    with pytest.raises(ValueError, match=r"ms at most .*: give a number above 0\."):
        nb.Within(nb.RandomSearch(SPACE), {"ms": (len, most)})
