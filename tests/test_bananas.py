"""BANANAS: an ensemble whose gradients are right and which doubts what it has not seen, and its search."""

import numpy as np
import pytest

import nasbook as nb
from nasbook.strategies.ensemble import Ensemble

TABLE = nb.Table.load()
SPACE = TABLE.space


@pytest.fixture(scope="module")
def encoded():
    """Encodings of the whole space, and the scores of one training each."""
    everyone = list(SPACE.enumerate())
    return np.array([SPACE.encode(one) for one in everyone]), np.array([TABLE(one).score for one in everyone])


def run(strategy, budget=60, seed=0):
    return nb.search(strategy, TABLE, budget, seed=seed, progress=False)


# --- the ensemble -----------------------------------------------------------------------------------------


def test_its_gradients_are_those_of_the_mean_squared_error():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(7, 4)), rng.normal(size=7)
    ensemble = Ensemble(nets=3, units=5, steps=1).fit(x, y)

    def error():
        return np.mean((ensemble.outputs(ensemble.hidden(x))[:, :, 0] - y) ** 2, axis=1).sum()

    for weight, slope in zip(ensemble.weights, ensemble.slopes(x, y), strict=True):
        for place in list(np.ndindex(weight.shape))[::7]:
            kept = weight[place]
            ends = []
            for step in (1e-6, -1e-6):
                weight[place] = kept + step
                ends.append(error())
            weight[place] = kept
            assert slope[place] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-5)


def test_it_learns_what_a_sum_of_genes_cannot_say():
    x = np.array([[a, b] for a in (0.0, 1.0) for b in (0.0, 1.0)])
    y = np.array([0.2, 0.8, 0.8, 0.2])
    assert np.allclose(Ensemble(steps=500, decay=0).fit(x, y).predict(x), y, atol=0.02)


def test_it_agrees_where_it_has_seen_and_doubts_where_it_has_not(encoded):
    genes, scores = encoded
    rows = np.random.default_rng(0).permutation(len(genes))
    doubt = Ensemble().fit(genes[rows[:30]], scores[rows[:30]]).guesses(genes).std(axis=0)
    assert doubt[rows[30:]].mean() > 1.5 * doubt[rows[:30]].mean()


def test_a_hundred_trainings_rank_the_rest_about_as_well_as_a_training_of_each(encoded):
    from scipy import stats

    genes, scores = encoded
    truth = np.array([np.mean([t.score for t in TABLE.records[one][1:]]) for one in SPACE.enumerate()])
    known, rest = np.split(np.random.default_rng(1).permutation(len(genes)), [100])
    said = Ensemble().fit(genes[known], scores[known]).predict(genes[rest])
    assert stats.spearmanr(said, truth[rest]).statistic > 0.95


def test_equal_scores_are_no_harm():
    x = np.eye(3)
    assert np.allclose(Ensemble().fit(x, np.full(3, 0.5)).predict(x), 0.5, atol=1e-3)


# --- the search -------------------------------------------------------------------------------------------


def test_children_are_of_the_best_and_new():
    strategy = nb.BANANAS(SPACE, parents=3)
    history = run(strategy)
    assert len({trial.architecture for trial in history}) == len(history) == 60
    best = sorted(history, key=lambda trial: -trial.score)[:3]
    bred = strategy.bred()
    assert bred
    assert {child.parents[0] for child in bred} <= {trial.architecture for trial in best}
    assert not {child.architecture for child in bred} & strategy.proposed


def test_it_learns_again_after_every_ten_trials(monkeypatch):
    learned, fit = [], Ensemble.fit

    def counted(self, x, y):
        learned.append(len(y))
        return fit(self, x, y)

    monkeypatch.setattr(Ensemble, "fit", counted)
    run(nb.BANANAS(SPACE), budget=41)
    assert learned == [10, 20, 30, 40]


def test_it_proposes_the_child_with_the_largest_draw(monkeypatch):
    strategy = nb.BANANAS(SPACE)
    run(strategy, budget=20)
    children = strategy.bred()
    monkeypatch.setattr(strategy, "bred", lambda: children)
    monkeypatch.setattr(strategy, "drawn", lambda some: np.arange(len(some)) % 7)
    assert strategy.propose() == children[6]


def test_on_the_table_it_is_far_ahead_of_random_search():
    bananas, chance = (
        [TABLE.regret(run(make(SPACE), seed=seed).best) for seed in range(30)]
        for make in (nb.BANANAS, nb.RandomSearch)
    )
    assert np.mean(bananas) < 0.5 * np.mean(chance)


def test_failed_trials_teach_nothing_and_a_small_space_is_exhausted():
    small = nb.SearchSpace([nb.Choice("a", tuple(range(6))), nb.Choice("b", (0, 1))])

    def evaluate(architecture, *, seed):
        if architecture["b"]:
            return nb.Trial(architecture, seed, 1, -np.inf, status="failed", error="too large")
        return nb.Trial(architecture, seed, 1, architecture["a"] / 10)

    strategy = nb.BANANAS(small, initial=4, every=1)
    history = nb.search(strategy, evaluate, 50, progress=False)
    assert {trial.architecture for trial in history} == set(small.enumerate())
    assert len(strategy.known) == 6
    assert history.stopped == "the strategy has nothing new to propose"


@pytest.mark.parametrize(
    "settings",
    [
        {"initial": 1},
        {"every": 0},
        {"parents": 0},
        {"children": 0},
        {"mutation_rate": 0},
        {"mutation_rate": 2},
    ],
)
def test_settings_that_cannot_search_are_refused(settings):
    (name, given), *_ = settings.items()
    with pytest.raises(ValueError, match=rf"{name}={given}\b.* cannot search: give at least 2"):
        nb.BANANAS(SPACE, **settings)
