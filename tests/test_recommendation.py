"""Recommendation: ratings, measures that equal a library's, linear methods that equal their definitions."""

import math

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import ndcg_score

import nasbook as nb
from nasbook.final_testing import final_test
from nasbook.tasks import collaborative, ranking, ratings, recommender, stars


def likings(people: int, things: int, share: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.random((people, things)) < share).astype("int8")


# --- the ratings ------------------------------------------------------------------------------------------


def test_the_parts_follow_each_other_in_time_and_are_all():
    sizes = [len(ratings.some(part)) for part in ("train", "validation", "test")]
    assert sizes == [36_999, 16_297, 20_125] and sum(sizes) == 73_421
    assert len(ratings.some("train", "validation")) == sum(sizes[:2])


def test_a_matrix_says_who_liked_whom():
    some, about = ratings.some("train"), ratings.known()
    matrix = ratings.matrix(some, about.shape)
    assert matrix.shape == (2_972, 1_128) and set(np.unique(matrix)) == {-1, 0, 1}
    assert (matrix != 0).sum() == len(some), "nobody rated anybody twice"
    assert (matrix > 0).sum() == (some["rating"] >= 4).sum()
    assert len(set(about.departments)) == 14 and set(about.terms) == {0, 1, 2, 3}


def test_what_is_known_and_what_comes_later_are_apart():
    data = nb.load_lecturers()
    people, seen, terms = data.validation.inputs
    past, later = (ratings.matrix(ratings.some(part), (2_972, 1_128)) for part in ("train", "validation"))
    assert (seen == past[people[:, 0]]).all() and (terms[:, 0] == ratings.known().terms[people[:, 0]]).all()
    assert ((data.y_validation < 0) == (seen != 0)).all()
    assert ((data.y_validation > 0) <= (later[people[:, 0]] > 0)).all()
    assert (data.y_validation > 0).any(axis=1).all() and (seen > 0).any(axis=1).all()
    assert (data.y_train == (data.train.inputs[1] > 0)).all()
    known = data.source("train").inputs[1]
    assert (known != 0).sum() > (data.train.inputs[1] != 0).sum()


# --- measures ---------------------------------------------------------------------------------------------


def test_ndcg_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    for seed in range(10):
        true = likings(30, 40, 0.2, seed)
        true = true[true.any(axis=1)]
        scores = rng.normal(size=true.shape)
        assert ranking.ndcg(true, scores) == pytest.approx(ndcg_score(true, scores, k=10))


def test_what_was_known_before_is_not_recommended():
    true = np.array([[-1, 1, 0], [-1, 0, 1]])
    scores = np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0]])
    assert ranking.top(true, scores, 1).tolist() == [[True], [False]]
    assert ranking.recalls(true, scores, 1).tolist() == [1, 0]
    without = ranking.ndcgs(np.array([[1, 0], [0, 1]]), scores[:, 1:], 2)
    assert np.allclose(ranking.ndcgs(true, scores, 2), without)


@pytest.mark.parametrize("kinds", [2, 10, 1_000])
def test_the_lowest_come_first_and_of_equal_ones_the_first_in_the_row(kinds):
    rng = np.random.default_rng(kinds)
    values = rng.integers(0, kinds, (50, 30)).astype(float)
    values[rng.random(values.shape) < 0.2] = np.inf
    values[rng.random(values.shape) < 0.1] = np.nan  # of a network that failed: last of all
    values[0] = np.nan
    assert (ranking.first(values, 10) == np.argsort(values, axis=1, kind="stable")[:, :10]).all()
    assert ranking.first(values[:, :4], 10).shape == (50, 4), "fewer than a list holds"


def test_who_liked_nothing_does_not_count_and_a_perfect_list_is_1():
    true = np.array([[1, 1, 0, 0], [0, 0, 0, 0]])
    for k in (2, 3):  # of two likings, both are in a list of three
        assert ranking.recalls(true, true.astype(float), k).tolist() == [1]
        assert ranking.ndcgs(true, true.astype(float), k).tolist() == [1]


def test_a_sample_flatters_and_one_of_all_does_not():
    true, rng = likings(40, 200, 0.01), np.random.default_rng(0)
    scores = rng.normal(size=true.shape) + true
    assert ranking.sampled_recall(true, scores, others=20) > ranking.sampled_recall(true, scores, others=150)
    single = true[true.sum(axis=1) == 1]
    some = scores[true.sum(axis=1) == 1]
    assert ranking.sampled_recall(single, some, others=500) == pytest.approx(ranking.recall(single, some))


# --- linear methods ---------------------------------------------------------------------------------------


def test_popular_is_what_most_liked():
    known = np.array([[1, 1, 0], [1, 0, -1], [1, 1, -1]])
    assert collaborative.Popular().fit(known).predict(np.zeros((2, 3))).tolist() == [[3, 2, 0]] * 2


def test_ease_is_a_ridge_regression_of_each_thing_on_all_others():
    liked = likings(60, 8, 0.3)
    weights = collaborative.EASE(penalty=5).fit(liked).weights
    assert (np.diag(weights) == 0).all()
    for thing in range(8):
        others = np.delete(np.arange(8), thing)
        theirs = Ridge(alpha=5, fit_intercept=False).fit(liked[:, others], liked[:, thing]).coef_
        assert np.allclose(weights[others, thing], theirs)


def test_neighbors_are_those_of_a_loop():
    liked = likings(50, 12, 0.3)
    found = collaborative.ItemNeighbors(k=4, shrink=2).fit(liked).similar
    for thing in range(12):
        column = np.zeros(12)
        for other in range(12):
            if other != thing:
                both = sum(int(a and b) for a, b in zip(liked[:, thing], liked[:, other], strict=True))
                long = np.sqrt(liked[:, thing].sum() * liked[:, other].sum())
                column[other] = both / (long + 2)
        column[np.argsort(-column)[4:]] = 0
        assert np.allclose(np.sort(found[:, thing])[-4:], np.sort(column)[-4:], atol=1e-6)


def camps(*parts: str) -> np.ndarray:
    """Two camps of a hundred that like what their camp likes; in each part another 30 % of it."""
    mine = np.repeat([0, 1], 100)[:, np.newaxis] == np.repeat([0, 1], 20)
    seeds = [("train", "validation", "test").index(part) for part in parts]
    known = [np.random.default_rng(seed).random((200, 40)) < 0.3 for seed in seeds]
    return (np.logical_or.reduce(known) & mine).astype("int8")


CAMPS = ratings.Known(terms=np.repeat([0, 1], 100), departments=np.arange(40) % 3)


def test_a_liking_of_what_is_alike_is_found():
    known, later = camps("train"), camps("validation")
    true = np.where(known > 0, -1, later)
    popular, *others = (
        ranking.recall(true, method.fit(known).predict(known))
        for method in (collaborative.Popular(), collaborative.ItemNeighbors(20), collaborative.EASE(10))
    )
    assert min(others) > popular + 0.1


def test_a_history_is_what_was_liked_or_all_that_was_rated():
    known, history = np.array([[1, 1, 0], [1, 1, 0], [0, 1, 1]]), np.array([[0, -1, 0]])
    for make in (
        lambda history: collaborative.ItemNeighbors(2, 0, history),
        lambda h: collaborative.EASE(1, h),
    ):
        nothing, something = (make(one).fit(known).predict(history) for one in ("liked", "rated"))
        assert not nothing.any() and something[0, 0] > 0


# --- stars ------------------------------------------------------------------------------------------------


@pytest.fixture
def rated():
    """Ratings that are the sum of a mean, a person's and a thing's bias, and a product of two tastes."""
    rng = np.random.default_rng(0)
    person, thing = np.divmod(rng.permutation(30 * 20)[:400], 20)
    people, things, tastes = rng.normal(0, 1, 30), rng.normal(0, 1, 20), rng.normal(0, 1, (2, 30))
    rating = 3 + people[person] + things[thing] + tastes[0][person] * tastes[1][:20][thing]
    return pd.DataFrame({"person": person, "thing": thing, "rating": rating})


def test_biases_are_a_ridge_regression(rated):
    ours = stars.Biases(penalty=5, rounds=200).fit(rated, (30, 20))
    columns = np.zeros((len(rated), 50))
    columns[range(len(rated)), rated["person"]] = columns[range(len(rated)), 30 + rated["thing"]] = 1
    theirs = Ridge(alpha=5, fit_intercept=False).fit(columns, rated["rating"] - rated["rating"].mean())
    assert np.allclose(np.concatenate(ours.bias), theirs.coef_, atol=1e-6)


def test_each_round_of_least_squares_makes_the_error_smaller_and_factors_find_a_product(rated):
    plain = stars.rmse(rated["rating"], stars.Biases(1).fit(rated, (30, 20)).predict(rated))
    errors = [
        stars.rmse(rated["rating"], stars.LatentFactors(2, 0.1, rounds).fit(rated, (30, 20)).predict(rated))
        for rounds in (1, 2, 8)
    ]
    assert plain > errors[0] > errors[1] > errors[2]
    assert errors[2] < plain / 2


# --- networks ---------------------------------------------------------------------------------------------

GENES = dict(student="history", history="liked", layers=1, dropout=0.3, match="product", width=8)
GENES |= dict(terms=False, departments=True, loss="softmax", learning_rate=3e-2)


def recommenders():
    space = nb.recommender_space()
    for change in (
        {},
        dict(history="rated", match="network", terms=True),
        dict(loss="in batch", layers=0),
        dict(loss="pointwise", departments=False),
        dict(student="number"),
    ):
        genes = GENES | change
        only = ("history", "layers", "dropout") if genes["student"] == "number" else ()
        yield space.architecture({name: gene for name, gene in genes.items() if name not in only})


@pytest.fixture(scope="module")
def task():
    nb.setup()
    return dict(loss=recommender.LOSSES, decode=np.asarray, metric=ranking.ndcg)


@pytest.mark.parametrize("architecture", recommenders(), ids=str)
def test_every_recommender_learns_more_than_what_is_popular(task, architecture):
    data = ratings.in_time("camps", camps, CAMPS)
    trial = nb.Trainer(data, build=recommender.Builder(CAMPS), **task, epochs=20)(architecture)
    assert trial.status == "done", trial.error
    popular = collaborative.Popular().fit(data.train.inputs[1]).predict(data.validation.inputs[1])
    assert trial.score > ranking.ndcg(data.y_validation, popular) + 0.1


def test_losses_are_their_definitions():
    true, scores = np.array([[1, 0, 0], [1, 1, 0]]), np.array([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
    liked = true.astype("float32")

    def cross_entropy(scores):
        log = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return np.mean([-log[0, 0], -(log[1, 0] + log[1, 1]) / 2])

    def value(name):
        return float(recommender.LOSSES[name](liked, scores.astype("float32")))

    assert value("softmax") == pytest.approx(cross_entropy(scores), rel=1e-5)
    others = scores + np.log([2, 1, 1e-6])
    assert value("in batch") == pytest.approx(cross_entropy(others), rel=1e-5)
    right = 1 / (1 + np.exp(-scores))
    each = np.where(true > 0, -np.log(right), -np.log(1 - right))
    assert value("pointwise") == pytest.approx(each.mean(), rel=1e-5)
    assert all(math.isfinite(value(name)) for name in recommender.LOSSES)


def test_recommenders_are_searched_and_tested_as_all_other_networks(task):
    space, data = nb.recommender_space(), nb.load_lecturers()
    build = recommender.Builder(ratings.known())
    trainer = nb.Trainer(data, build=build, **task, epochs=1)
    history = nb.search(nb.RandomSearch(space), trainer, 2, seed=1, progress=False)
    assert len(history.succeeded) == 2, [trial.error for trial in history]
    best = space.architecture(history.best.architecture)
    assert 0 < final_test(best, data, build=build, **task, seeds=1, epochs=1).mean < 1
