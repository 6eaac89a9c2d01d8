"""Strategies: random search covers the space, and evolution finds what random search does not."""

import math
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

import nasbook as nb
from nasbook import study
from nasbook.strategies.genetic import tournament
from nasbook.strategies.protocol import draw_unseen

LENET, ARTICLE = nb.lenet_space(), nb.article_space()
TINY = nb.SearchSpace([nb.Choice("a", (1, 2, 3)), nb.Choice("b", (1, 2), when={"a": (2, 3)})])
PLANTED = ARTICLE.complete({"connection": "convolutional", "blocks": 3}, np.random.default_rng(5))


def likeness(architecture, *, seed=0, epochs=1) -> nb.Trial:
    """An evaluator that trains nothing: minus the number of genes in which a candidate and PLANTED differ."""
    names = {*architecture, *PLANTED}
    distance = sum(architecture.get(name) != PLANTED.get(name) for name in names)
    return nb.Trial(architecture, seed, epochs, score=-float(distance), seconds=1.0)


def search(strategy, evaluate=likeness, budget=100, seed=0):
    return nb.search(strategy, evaluate, budget, seed=seed, progress=False)


def run_by_hand(strategy, seed, evaluations, batch=1):
    """The same loop without `nb.search`, several candidates at a time."""
    strategy.start(np.random.default_rng(seed))
    trials = []
    while len(trials) < evaluations and (candidates := strategy.ask(batch)):
        new = [likeness(candidate.architecture) for candidate in candidates]
        strategy.tell(new)
        trials += new
    return trials


# --- random search ----------------------------------------------------------------------------------------


def test_random_search_never_repeats_and_ends_when_the_space_is_exhausted():
    history = search(nb.RandomSearch(LENET), budget=2000)
    assert len(history) == len(history.fresh) == LENET.size
    assert {trial.architecture for trial in history} == set(LENET.enumerate())
    assert history.stopped == "the strategy has nothing new to propose"


@pytest.mark.parametrize(("draw", "deep"), [("genes", 1 / 3), ("architectures", 27 / 39)])
def test_random_search_starts_anywhere_in_the_space(draw, deep):
    first = Counter()
    for seed in range(300):
        strategy = nb.RandomSearch(LENET.drawing(draw))
        strategy.start(np.random.default_rng(seed))
        first[strategy.ask(1)[0].architecture["blocks"]] += 1
    assert first[3] / 300 == pytest.approx(deep, abs=0.08)


@pytest.mark.parametrize("draw", ["genes", "architectures"])
@pytest.mark.parametrize(
    ("strategy", "at_random"),
    [
        (nb.Genetic, 20),
        (nb.AgingEvolution, 20),
        (nb.NSGA2, 20),
        (nb.Bayesian, 10),
        (nb.SuccessiveHalving, 16),
        (nb.Hyperband, 4),
        (nb.BOHB, 4),
        (nb.BANANAS, 10),
        (nb.LocalSearch, 1),
    ],
)
def test_with_the_same_seed_every_strategy_starts_as_random_search_does(strategy, at_random, draw):
    first = []
    for kind in (nb.RandomSearch, strategy):
        started = kind(LENET.drawing(draw))
        started.start(np.random.default_rng(7))
        first.append([candidate.architecture for candidate in started.ask(at_random)])
    assert first[0] == first[1]


def test_random_search_finds_the_rarest_architecture():
    chain = [nb.Choice(f"g{i}", (0, 1), when={f"g{i - 1}": (1,)}) for i in range(1, 60)]
    space = nb.SearchSpace([nb.Choice("g0", (0, 1)), *chain])  # one of them once in 2**60 draws
    history = search(nb.RandomSearch(space), budget=100)
    assert len(history) == space.size == 61


def test_random_search_gives_as_many_as_asked_and_then_fewer():
    space = nb.SearchSpace([nb.Choice("a", (1, 2, 3)), nb.Choice("b", (1, 2))])
    strategy = nb.RandomSearch(space)
    strategy.start(np.random.default_rng(0))
    assert [len(strategy.ask(4)) for _ in range(3)] == [4, 2, 0]


def test_draw_unseen_notes_what_it_draws_and_ends_with_none():
    space = nb.SearchSpace([nb.Choice("a", (1, 2, 3))])
    proposed, rng = set(), np.random.default_rng(0)
    drawn = [draw_unseen(space, proposed, rng) for _ in range(4)]
    assert set(drawn[:3]) == proposed == set(space.enumerate())
    assert drawn[3] is None


# --- the tournament ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "k"), [(10, 1), (10, 3), (20, 5), (4, 10)])
def test_a_tournament_picks_the_best_with_the_probability_of_drawing_it(n, k):
    rng = np.random.default_rng(0)
    population = [SimpleNamespace(score=score) for score in range(n)]
    wins = sum(tournament(population, rng, k).score == n - 1 for _ in range(10_000))
    assert wins / 10_000 == pytest.approx(1 - (1 - 1 / n) ** k, abs=0.02)


# --- the genetic algorithm --------------------------------------------------------------------------------


def test_evolution_finds_a_planted_optimum_more_often_than_random_search():
    def found(make):
        runs = [search(make(), budget=600, seed=seed) for seed in range(20)]
        return sum(history.best.architecture == PLANTED for history in runs)

    by_evolution = found(lambda: nb.Genetic(ARTICLE, population=20))
    by_chance = found(lambda: nb.RandomSearch(ARTICLE))
    assert by_chance <= 1  # 600 of 5.9 millions
    assert by_evolution >= 10


@pytest.mark.parametrize("crossover", ["uniform", "one-point"])
def test_the_same_seed_gives_the_same_evolution_and_another_seed_another(crossover):
    strategy = nb.Genetic(ARTICLE, population=6, crossover=crossover)
    first, again, other = (search(strategy, seed=seed) for seed in (0, 0, 1))
    assert first.trials == again.trials
    assert first.trials != other.trials


def test_evolution_asked_for_several_candidates_at_a_time_does_not_change():
    one = run_by_hand(nb.Genetic(ARTICLE, population=6), seed=0, evaluations=90)
    four = run_by_hand(nb.Genetic(ARTICLE, population=6), seed=0, evaluations=90, batch=4)
    assert one == four[: len(one)]


def test_evolution_never_proposes_twice_and_ends_when_the_space_is_exhausted():
    history = search(nb.Genetic(LENET, population=10), lambda a, **_: nb.Trial(a, 0, 1, a["kernel"]), 2000)
    assert len(history) == LENET.size
    assert not any(trial.cached for trial in history)
    assert {trial.architecture for trial in history} == set(LENET.enumerate())


def test_the_elite_survives_and_the_best_is_never_lost():
    strategy = nb.Genetic(ARTICLE, population=8, elite=3)
    search(strategy, budget=8 + 5 * 9)
    assert [len(generation) for generation in strategy.generations] == [8] * 10
    for before, after in zip(strategy.generations, strategy.generations[1:], strict=False):
        elite = sorted(before, key=lambda trial: trial.score, reverse=True)[:3]
        assert [trial in after for trial in elite] == [True] * 3
        assert max(t.score for t in after) >= max(t.score for t in before)


def test_a_population_without_an_elite_is_replaced_whole():
    strategy = nb.Genetic(ARTICLE, population=5, elite=0)
    search(strategy, budget=15)
    first, second, third = strategy.generations
    assert not {t.architecture for t in first} & {t.architecture for t in second}
    assert [len(generation) for generation in (first, second, third)] == [5] * 3


def test_a_child_names_its_parents_and_comes_from_the_living():
    strategy = nb.Genetic(ARTICLE, population=6)
    history = search(strategy, budget=60)
    assert all(trial.parents == () for trial in history.trials[:6])
    born = [trial for trial in history.trials[6:] if trial.parents]
    assert len(born) > 40
    seen = {}
    for index, trial in enumerate(history):
        assert all(seen[parent] < index for parent in trial.parents)
        seen[trial.architecture] = index


def test_a_child_that_was_proposed_before_changes_until_it_is_new():
    """Without crossover and mutation all children equal their mothers, and yet all trials differ."""
    history = search(nb.Genetic(LENET, population=5, crossover_rate=0, mutation_rate=0), budget=60)
    assert len({trial.architecture for trial in history}) == 60
    children = [trial for trial in history if trial.parents]
    assert len(children) == 55
    distances = [
        sum(child.architecture.get(name) != child.parents[0].get(name) for name in LENET.names)
        for child in children
    ]
    assert min(distances) == 1
    assert np.mean(distances) < 3  # they end near their mothers


@pytest.mark.parametrize("make", [nb.Genetic, nb.AgingEvolution, nb.NSGA2])
def test_evolution_finds_the_whole_of_a_small_space_and_ends(make):
    history = search(make(TINY, population=3), budget=TINY.size + 5)
    assert {trial.architecture for trial in history} == set(TINY.enumerate())
    assert history.stopped == "the strategy has nothing new to propose"


def test_a_winner_of_the_mating_pool_is_a_mother_and_the_father_of_the_next_child():
    genetic = nb.Genetic(ARTICLE, population=12, elite=1, crossover_rate=1)
    children = [trial for trial in search(genetic, budget=23) if trial.parents]
    mothers = [child.parents[0] for child in children]
    assert len(children) == 11
    # The last parent is the father; where a winner follows itself, the mother is the only one, and the same.
    assert [child.parents[-1] for child in children] == [mothers[-1], *mothers[:-1]]
    assert sum(len(child.parents) == 2 for child in children) > 6


def test_evolution_survives_failed_trials_and_does_not_breed_from_them():
    def brittle(architecture, **settings):
        if architecture["activation"] == "sigmoid":
            return nb.Trial(architecture, 0, 1, score=-math.inf, status="failed", error="OOM")
        return likeness(architecture, **settings)

    history = search(nb.Genetic(ARTICLE, population=10), brittle, 200)
    assert len(history) == 200
    dead = {trial.architecture for trial in history if trial.status == "failed"}
    parents = [parent for trial in history for parent in trial.parents]
    assert len(dead) > 10
    assert np.mean([parent in dead for parent in parents]) < 0.05  # only where a whole tournament failed
    assert history.best.status == "done"


def test_evolution_goes_on_when_everything_fails(monkeypatch):
    monkeypatch.setattr(study, "FAILURES", 100)

    def broken(architecture, **_):
        return nb.Trial(architecture, 0, 1, score=-math.inf, status="failed", error="OOM")

    assert len(search(nb.Genetic(LENET, population=5), broken, 40)) == 40


@pytest.mark.parametrize(
    "settings",
    [
        {"population": 1},
        {"population": 4, "elite": 4},
        {"elite": -1},
        {"tournament": 0},
        {"crossover": "two-point"},
        {"crossover_rate": 1.1},
        {"mutation_rate": -0.1},
        {"mutation_rate": math.nan},
    ],
    ids=str,
)
def test_settings_that_cannot_work_are_refused_by_name(settings):
    name = next(reversed(settings))
    with pytest.raises(ValueError, match=rf"{name}=.*: give ") as refused:
        nb.Genetic(LENET, **settings)
    assert str(settings[name]) in str(refused.value)
