"""Two objectives: dominance, fronts, room and area against their definitions; NSGA-II against chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import nasbook as nb
from nasbook import pareto
from nasbook.strategies import nsga2

LENET = nb.lenet_space()
some_points = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=25).map(np.array)


def dominated(b, a) -> bool:
    return all(x <= y for x, y in zip(a, b, strict=True)) and any(x < y for x, y in zip(a, b, strict=True))


@given(some_points)
def test_fronts_are_what_the_definition_says(points):
    left = set(range(len(points)))
    for rows in pareto.fronts(points):
        expected = {i for i in left if not any(dominated(points[i], points[j]) for j in left)}
        assert set(rows) == expected
        left -= expected
    assert not left


@given(some_points)
def test_the_hypervolume_counts_the_cells_that_are_dominated(points):
    cells = {(x, y) for x in range(9) for y in range(9) if any(px <= x and py <= y for px, py in points)}
    assert pareto.hypervolume(points, (9, 9)) == len(cells)


def test_points_beyond_the_reference_have_no_area():
    assert pareto.hypervolume(np.array([[1.0, 5.0], [7.0, 1.0]]), (4, 4)) == 0
    assert pareto.hypervolume(np.array([[1.0, 1.0], [7.0, 1.0]]), (4, 4)) == 9


def test_room_by_hand():
    points = np.array([[0.0, 4.0], [1.0, 2.0], [3.0, 1.0], [4.0, 0.0]])
    assert pareto.crowding(points).tolist() == [np.inf, 3 / 4 + 3 / 4, 3 / 4 + 2 / 4, np.inf]
    assert pareto.crowding(points[:1]).tolist() == [np.inf]
    assert pareto.crowding(np.ones((3, 2))).tolist()[1] == 0


def trial(score, parameters, **settings):
    return nb.Trial(LENET.nth(parameters), 0, 1, score, parameters=parameters, **settings)


def test_the_front_of_trials_is_sorted_by_cost_and_leaves_failures_out():
    trials = [trial(0.9, 50), trial(0.8, 10), trial(0.7, 20), trial(-np.inf, 1, status="failed")]
    assert [t.parameters for t in pareto.front(trials)] == [10, 50]
    assert pareto.front([]) == []


def test_an_unknown_cost_is_refused():
    with pytest.raises(ValueError, match="no cost 'size': choose one of parameters, multiply_adds, seconds"):
        nb.NSGA2(LENET, cost="size")
    with pytest.raises(ValueError, match=r"population=1, .* cannot breed"):
        nb.NSGA2(LENET, population=1)


# --- NSGA-II ----------------------------------------------------------------------------------------------


def evaluate(architecture, *, seed=0, epochs=1) -> nb.Trial:
    """Real cost, and a score that grows with the filters: small and good networks exist, most are neither."""
    parameters, multiply_adds = nb.cost(architecture)
    score = sum(architecture.get(f"filters{i}", 0) for i in (1, 2, 3)) + 10 * (architecture["kernel"] == 3)
    return nb.Trial(
        architecture, seed, epochs, float(score), parameters=parameters, multiply_adds=multiply_adds
    )


def area(history) -> float:
    points = pareto.objectives(history.fresh)
    points[:, 1] = np.log10(points[:, 1])
    return pareto.hypervolume(points, (0, 6.5))


def test_survivors_are_the_first_fronts_and_then_those_with_room():
    trials = [trial(0.9, 30), trial(0.8, 20), trial(0.79, 19), trial(0.5, 10), trial(0.4, 40)]
    ordered = [t.parameters for t in nsga2.best_first(trials, "parameters")]
    assert set(ordered[:2]) == {10, 30}  # the ends of the first front
    assert ordered[-1] == 40  # the second front
    assert ordered[2] == 19  # 0.9, 20 and 0.5, 10 are its neighbors: the wider gap


def test_it_dominates_more_than_chance_does():
    def areas(strategy):
        runs = (nb.search(strategy, evaluate, 120, seed=seed, progress=False) for seed in range(50))
        return [area(run) for run in runs]

    ours, chance = areas(nb.NSGA2(LENET)), areas(nb.RandomSearch(LENET))
    assert stats.wilcoxon(ours, chance, alternative="greater").pvalue < 0.01


@pytest.mark.parametrize("batch", [1, 7, 50])
def test_a_small_space_is_visited_once_and_the_search_ends(batch):
    space = nb.SearchSpace([nb.Choice("a", tuple(range(4))), nb.Choice("b", tuple(range(6)))])
    strategy, seen = nb.NSGA2(space, population=5), []
    strategy.start(np.random.default_rng(0))
    while candidates := strategy.ask(batch):
        seen += [candidate.architecture for candidate in candidates]
        strategy.tell([nb.Trial(a, 0, 1, float(a["a"]), parameters=a["b"]) for a, *_ in candidates])
    assert len(seen) == len(set(seen)) == 24


def test_the_same_seed_gives_the_same_search_and_failures_are_survived():
    def failing(architecture, *, seed=0, epochs=1):
        if seed % 2:
            return evaluate(architecture, seed=seed)
        return nb.Trial(architecture, seed, epochs, -np.inf, status="failed", error="MemoryError: large")

    runs = [nb.search(nb.NSGA2(LENET), failing, 100, seed=3, progress=False) for _ in range(2)]
    assert runs[0].trials == runs[1].trials
    assert len(runs[0].fresh) == 100
    assert 20 < len(runs[0].succeeded) < 80


def test_the_front_of_ten_thousand_trials_is_that_of_all_pairs():
    rng = np.random.default_rng(0)
    for values, n in ((3, 60), (10, 200), (1000, 300), (100_000, 10_000)):
        scores, sizes = rng.integers(0, values, size=(2, n)).tolist()
        trials = [
            nb.Trial({}, i, 1, score=s, parameters=p)
            for i, (s, p) in enumerate(zip(scores, sizes, strict=True))
        ]
        found = pareto.front(trials)
        assert [trial.parameters for trial in found] == sorted(trial.parameters for trial in found)
        if n <= 300:
            assert {trial.seed for trial in found} == set(
                pareto.fronts(pareto.objectives(trials))[0].tolist()
            )
    assert 5 < len(found) < 50


def test_a_trial_of_unknown_cost_counts_as_the_dearest():
    known, unknown = (
        nb.Trial({"a": i}, 0, 1, score=0.5 + i / 10, multiply_adds=(5, None)[i]) for i in (0, 1)
    )
    assert pareto.front([known, unknown], "multiply_adds") == [known, unknown]
