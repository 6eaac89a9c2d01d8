"""Statistics: against SciPy and against cases small enough to do by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import nasbook as nb
from nasbook import statistics
from nasbook.study import History
from nasbook.table import Table

TABLE = Table.load("lenet_fashion")
A, B, C = (TABLE.space.nth(number) for number in (0, 1, 2))


def history(*results, epochs=5) -> History:
    """A history by hand: (architecture, score, seconds) for each trial."""
    made = History()
    for architecture, score, seconds in results:
        made.add(nb.Trial(architecture, 0, epochs, score, seconds=seconds))
    return made


ONE = history((A, 0.5, 1.0), (B, 0.4, 2.0), (C, 0.9, 3.0))
TWO = history((B, 0.6, 2.0), (A, 0.6, 2.0), (C, 0.7, 4.0))


# --- repeating --------------------------------------------------------------------------------------------


def test_repeating_gives_one_history_a_seed_each_as_if_run_alone():
    strategy = nb.RandomSearch(TABLE.space)
    many = statistics.repeat(strategy, TABLE, 5, seeds=3)
    alone = nb.search(nb.RandomSearch(TABLE.space), TABLE, 5, seed=2, progress=False)
    assert len(many) == 3
    assert many[2].trials == alone.trials
    assert many[0].trials != many[1].trials
    assert statistics.repeat(strategy, TABLE, 5, seeds=[2])[0].trials == alone.trials


# --- step functions ---------------------------------------------------------------------------------------


def test_the_incumbent_is_the_best_so_far_and_the_first_of_equals():
    assert [trial.architecture for trial in statistics.incumbents(ONE)] == [A, A, C]
    assert [trial.architecture for trial in statistics.incumbents(TWO)] == [B, B, C]


def test_steps_by_evaluation():
    grid, values = statistics.steps([ONE, TWO])
    assert grid.tolist() == [1, 2, 3]
    assert values.tolist() == [[0.5, 0.5, 0.9], [0.6, 0.6, 0.7]]


def test_steps_by_seconds_cover_what_all_runs_cover_and_hold_until_the_next_trial_ends():
    grid, values = statistics.steps([ONE, TWO], by="seconds", points=5)
    assert grid.tolist() == [2, 3, 4, 5, 6]  # TWO has its first trial after 2 s, ONE its last after 6 s
    assert values[0].tolist() == [0.5, 0.5, 0.5, 0.5, 0.9]
    assert values[1].tolist() == [0.6, 0.6, 0.6, 0.6, 0.6]


def test_steps_by_epochs():
    grid, values = statistics.steps([ONE], by="epochs")
    assert (grid[0], grid[-1]) == (5, 15)
    assert values[0][[0, 4, 5, 9, 10]].tolist() == [0.5, 0.5, 0.5, 0.5, 0.9]


def test_a_judge_sees_what_was_chosen_not_what_was_hoped():
    _, values = statistics.steps([ONE], judge=TABLE.regret)
    best = TABLE.quality(TABLE.best)
    assert values[0] == pytest.approx([best - TABLE.quality(a) for a in (A, A, C)])


def test_duplicates_take_no_step():
    repeated = history((A, 0.5, 1.0), (C, 0.9, 3.0))
    repeated.add(nb.Trial(A, 0, 5, 0.5, cached=True))
    assert statistics.steps([repeated])[0].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("histories", "by", "message"),
    [
        ([], "evaluation", "at least one history"),
        ([History()], "evaluation", "each with an evaluation"),
        ([ONE], "minutes", "by='minutes' of 1 histories: choose 'evaluation', 'epochs' or 'seconds'"),
        ([ONE, history((A, 0.5, 60.0))], "seconds", "no seconds in common: give all of them the same budget"),
    ],
)
def test_histories_that_cannot_be_read_are_refused(histories, by, message):
    with pytest.raises(ValueError, match=message):
        statistics.steps(histories, by=by)


def test_the_share_of_runs_that_reach_the_best_percent():
    judge = statistics.among_the_best(TABLE, share=0.01)
    ranked = sorted(TABLE.records, key=TABLE.rank)
    assert judge(TABLE(ranked[0]))
    assert judge(TABLE(ranked[8]))
    better = [sum(TABLE.quality(b) > TABLE.quality(a) for b in ranked) for a in ranked]
    assert not judge(TABLE(ranked[better.index(next(n for n in better if n >= 9))]))  # 1 % of 936 are 9
    runs = [history((A, 0.1, 1.0), (ranked[0], 0.9, 1.0)), history((A, 0.9, 1.0), (ranked[0], 0.1, 1.0))]
    _, reached = statistics.steps(runs, judge=judge)
    assert reached.mean(axis=0).tolist() == [0.0, 0.5]


def test_random_search_is_optimistic_about_its_winner():
    winners = [run.best for run in statistics.repeat(nb.RandomSearch(TABLE.space), TABLE, 50, seeds=50)]
    assert np.mean([winner.score - TABLE.quality(winner.architecture) for winner in winners]) > 0


# --- intervals and tests ----------------------------------------------------------------------------------


def test_the_bootstrap_interval_of_a_mean_is_about_that_of_the_t_distribution():
    values = np.random.default_rng(0).normal(5, 2, 200)
    low, high = statistics.bootstrap(values, np.mean)
    exact = stats.t.interval(0.95, 199, values.mean(), stats.sem(values))
    assert (low, high) == pytest.approx(exact, abs=0.03)
    assert statistics.bootstrap(values, np.mean) == (low, high), "the same seed gives the same interval"


def test_the_bootstrap_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(1)
    intervals = [statistics.bootstrap(rng.exponential(size=100), np.mean) for _ in range(100)]
    assert 88 <= sum(low <= 1 <= high for low, high in intervals) <= 99


def test_one_value_has_no_interval():
    with pytest.raises(ValueError, match=r"1 value\(s\), confidence=0.95: give at least 2 values"):
        statistics.bootstrap([0.5])


def test_the_effect_size_by_hand():
    assert statistics.effect_size([2, 3, 4], [1, 1, 1]) == 1
    assert statistics.effect_size([1, 1, 1], [2, 3, 4]) == -1
    assert statistics.effect_size([1, 1], [1, 1]) == 0
    # differences 1, -2, 3: ranks 1, 2, 3; (1 + 3 - 2) / 6
    assert statistics.effect_size([1, 0, 3], [0, 2, 0]) == pytest.approx(1 / 3)
    # differences 0, 0, 0, 5: ranks 2, 2, 2, 4; ties do not vanish
    assert statistics.effect_size([1, 1, 1, 6], [1, 1, 1, 1]) == pytest.approx(0.4)


def test_the_effect_size_agrees_with_the_statistic_of_scipy():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.3, 1, 40), rng.normal(0, 1, 40)
    plus = stats.wilcoxon(a, b, alternative="greater").statistic  # the sum of the positive ranks
    total = 40 * 41 / 2
    assert statistics.effect_size(a, b) == pytest.approx((2 * plus - total) / total)


@pytest.mark.parametrize("pairs", [1, 5, 9, 13, 14, 40])
@pytest.mark.parametrize("digits", [0, 1, 8])
def test_the_signed_rank_test_agrees_with_scipy(pairs, digits):
    a = np.round(np.random.default_rng(pairs).normal(0.5, 1, pairs), digits)  # with few digits there are ties
    expected = stats.wilcoxon(a, zero_method="pratt").pvalue if a.any() else 1
    assert statistics.wilcoxon(a, np.zeros(pairs)) == expected


def test_holm_by_hand():
    assert statistics.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert statistics.holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert statistics.holm([0.2]) == pytest.approx([0.2])


def test_comparing_three_strategies_run_by_run():
    rng = np.random.default_rng(0)
    base = rng.normal(size=30)
    noise = rng.normal(0, 0.05, size=30)
    results = {"A": base, "B": base + noise, "C": base + 1 + noise}
    frame = statistics.compare(results)
    assert list(zip(frame.a, frame.b, strict=True)) == [("A", "B"), ("A", "C"), ("B", "C")]
    pairs = zip(frame.a, frame.b, strict=True)
    raw = [stats.wilcoxon(np.round(results[a] - results[b], 9)).pvalue for a, b in pairs]
    assert frame.p.to_numpy() == pytest.approx(statistics.holm(raw))
    assert frame.p[0] > 0.05 > frame.p[1]
    assert frame.effect[1] == -1
    assert frame["median a - b"][2] == pytest.approx(-1)


def test_accuracies_compare_as_the_counts_that_they_are():
    rng = np.random.default_rng(0)
    right = rng.integers(800, 860, size=(2, 40))
    a, b = right / 1000
    assert statistics.wilcoxon(a, b) == pytest.approx(
        stats.wilcoxon(right[0] - right[1], zero_method="pratt").pvalue
    )
    assert statistics.effect_size(a, b) == pytest.approx(statistics.effect_size(*right))


@pytest.mark.parametrize("compare", [statistics.effect_size, statistics.wilcoxon])
@pytest.mark.parametrize(("a", "b"), [([1, 2], [1]), ([1, 2], 1), ([[1, 2]], [[1, 2]]), ([], [])])
def test_numbers_that_do_not_pair_up_are_refused(compare, a, b):
    with pytest.raises(ValueError, match="do not pair up: give equally long rows, not empty"):
        compare(a, b)


def test_a_confidence_in_percent_is_refused():
    with pytest.raises(ValueError, match=r"confidence=95: .*between 0 and 1, such as 0\.95"):
        statistics.bootstrap([1, 2, 3], confidence=95)


@pytest.mark.parametrize("pairs", [3, 13, 14, 100])
def test_pairs_without_any_difference_have_the_p_value_1(pairs):
    assert statistics.wilcoxon(np.ones(pairs), np.ones(pairs)) == 1


def test_equal_results_are_no_difference():
    frame = statistics.compare({"A": [1, 2, 3], "B": [1, 2, 3]})
    assert (frame.p[0], frame.effect[0]) == (1, 0)


def test_every_pair_of_strategies_is_compared_on_all_seeds_that_both_have():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 40))
    frame = statistics.compare({"A": a, "B": b, "few": pd.Series(a[5:12] + 1, index=range(5, 12))})
    assert frame.pairs.tolist() == [40, 7, 7]
    assert frame["median a - b"][1] == pytest.approx(-1)
    assert frame["b larger"][1] == 1
    shares = frame[["a larger", "equal", "b larger"]]
    assert shares.sum(axis=1).tolist() == pytest.approx([1, 1, 1])


def test_the_verdict_and_the_effect_look_at_the_same_ranks():
    rng = np.random.default_rng(0)
    for _ in range(200):
        a, b = rng.integers(0, 3, size=(2, 40))
        if statistics.wilcoxon(a, b) < 0.05:
            assert abs(statistics.effect_size(a, b)) > 0.2


def test_results_without_a_pair_are_refused():
    with pytest.raises(ValueError, match=r"\['A'\] makes no pair: give the results of at least two"):
        statistics.compare({"A": [1, 2]})
    with pytest.raises(ValueError, match="A and B have no seed in common"):
        statistics.compare({"A": [1, 2], "B": pd.Series([1, 2], index=[7, 8])})
