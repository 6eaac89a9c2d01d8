"""Metrics: equal to scikit-learn's on random labels, with classes absent and predictions one-sided."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn

from nasbook import metrics

BY_NAME = {
    "precision": (metrics.precision, sklearn.precision_score),
    "recall": (metrics.recall, sklearn.recall_score),
    "f1": (metrics.f1, sklearn.f1_score),
}
each_metric = pytest.mark.parametrize(("ours", "theirs"), BY_NAME.values(), ids=BY_NAME)


@st.composite
def labels(draw):
    """True and predicted labels of up to 12 classes, of which some are absent on one side or both."""
    size = draw(st.integers(1, 60))
    classes = draw(st.lists(st.integers(0, 11), min_size=1, max_size=12))
    pair = st.lists(st.sampled_from(classes), min_size=size, max_size=size)
    return np.array(draw(pair)), np.array(draw(pair))


@given(labels())
def test_accuracy_and_the_confusion_matrix_are_those_of_scikit_learn(pair):
    assert metrics.accuracy(*pair) == pytest.approx(sklearn.accuracy_score(*pair))
    expected = sklearn.confusion_matrix(*pair, labels=range(12))
    assert (metrics.confusion_matrix(*pair, classes=12) == expected).all()


@each_metric
@pytest.mark.parametrize("average", ["macro", "micro", None])
@given(pair=labels())
def test_a_metric_is_that_of_scikit_learn(ours, theirs, average, pair):
    assert ours(*pair, average) == pytest.approx(theirs(*pair, average=average, zero_division=0))


@given(labels())
def test_micro_averages_of_one_label_an_image_are_the_accuracy(pair):
    for ours, _ in BY_NAME.values():
        assert ours(*pair, "micro") == pytest.approx(metrics.accuracy(*pair))


def test_the_article_formulas_hold_for_one_class_counted_by_hand():
    true, predicted = [1, 1, 1, 0, 0, 0, 0, 0], [1, 1, 0, 1, 0, 0, 0, 0]  # TP 2, FN 1, FP 1, TN 4
    assert metrics.precision(true, predicted, None)[1] == pytest.approx(2 / 3)
    assert metrics.recall(true, predicted, None)[1] == pytest.approx(2 / 3)
    assert metrics.f1(true, predicted, None)[1] == pytest.approx(2 * 2 / (2 * 2 + 1 + 1))
    assert metrics.accuracy(true, predicted) == pytest.approx((2 + 4) / 8)
    assert metrics.confusion_matrix(true, predicted).tolist() == [[4, 1], [1, 2]]


def test_a_class_that_is_never_predicted_counts_as_0():
    assert metrics.precision([0, 1], [0, 0], None).tolist() == [0.5, 0]
    assert metrics.recall([0, 0], [0, 1], None).tolist() == [0.5, 0]


@pytest.mark.parametrize(("true", "predicted"), [([], []), ([1], [1, 1]), ([[1]], [[1]])])
def test_labels_that_do_not_pair_up_are_refused(true, predicted):
    with pytest.raises(ValueError, match="do not pair up: give two vectors of class labels"):
        metrics.accuracy(true, predicted)


@each_metric
def test_an_unknown_average_is_refused(ours, theirs):
    with pytest.raises(ValueError, match="average='weighted' is unknown: choose 'macro', 'micro' or None"):
        ours([0, 1], [0, 1], "weighted")


def test_a_metric_is_found_by_its_name_or_given_as_a_function():
    for name, metric in metrics.METRICS.items():
        assert metrics.get(name) is metric
    assert metrics.get(max) is max
    with pytest.raises(ValueError, match="no metric 'auc': choose one of accuracy, precision, recall, f1"):
        metrics.get("auc")
