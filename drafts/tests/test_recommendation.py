"""Recommendation: ratings, measures that equal a library's, linear methods that equal their definitions."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import ndcg_score

from nasbook.tasks import collaborative, ranking, ratings


def likings(people: int, things: int, share: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.random((people, things)) < share).astype("int8")


# --- the ratings ------------------------------------------------------------------------------------------


def test_the_parts_follow_each_other_in_time_and_are_all():
    sizes = [len(ratings.ratings(part).ratings) for part in ("train", "validation", "test")]
    assert sizes == [36_999, 16_297, 20_125] and sum(sizes) == 73_421
    assert len(ratings.ratings("train", "validation").ratings) == sum(sizes[:2])


def test_a_matrix_says_who_liked_whom():
    matrix, some = ratings.matrix("train"), ratings.ratings("train")
    assert matrix.shape == (2_972, 1_128) and set(np.unique(matrix)) == {-1, 0, 1}
    assert (matrix != 0).sum() == len(some.ratings), "nobody rated anybody twice"
    assert (matrix > 0).sum() == (some.ratings >= 4).sum()
    assert len(ratings.departments()) == 1_128 and len(set(ratings.departments())) == 14


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
    assert ranking.recall(true, scores, 1) == 0.5
    without = ranking.ndcg(np.array([[1, 0], [0, 1]]), scores[:, 1:], 2)
    assert ranking.ndcg(true, scores, 2) == pytest.approx(without)


def test_who_liked_nothing_does_not_count_and_a_perfect_list_is_1():
    true = np.array([[1, 1, 0, 0], [0, 0, 0, 0]])
    assert ranking.recall(true, true.astype(float), 2) == ranking.ndcg(true, true.astype(float), 2) == 1
    assert ranking.recall(true, true.astype(float), 3) == 1, "of two likings, both are in a list of three"


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


def test_a_liking_of_what_is_alike_is_found():
    """Two camps that like what their camp likes."""
    rng = np.random.default_rng(0)
    camp = np.repeat([0, 1], 100)
    mine = camp[:, np.newaxis] == np.repeat([0, 1], 20)
    known, later = (((rng.random((200, 40)) < 0.3) & mine).astype("int8") for _ in range(2))
    true = np.where(known > 0, -1, later)
    popular, *others = (
        ranking.recall(true, method.fit(known).predict(known))
        for method in (collaborative.Popular(), collaborative.ItemNeighbors(20), collaborative.EASE(10))
    )
    assert min(others) > popular + 0.1
