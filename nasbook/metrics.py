"""Metrics: from the confusion matrix to the number that a search maximizes.

Every metric takes true and predicted class labels and returns a float in [0, 1]; higher is better.
The definitions are the article's (section 4.1), taken one class at a time: TP, FP, FN and TN are counts of
"this class" against "any other". With more than two classes the per-class values need an average:
"macro" is their mean; "micro" pools the counts of all classes first; None returns one value a class.
"""

from collections.abc import Callable

import numpy as np

Metric = Callable[[np.ndarray, np.ndarray], float]


def confusion_matrix(y_true, y_pred, classes: int | None = None) -> np.ndarray:
    """Counts of shape (classes, classes): row = true class, column = predicted class.

    Raises ValueError when the two label vectors are empty, differ in length or hold no such class.
    """
    y_true, y_pred = labels(y_true), labels(y_pred)
    if y_true.shape != y_pred.shape or y_true.ndim != 1 or not y_true.size:
        raise ValueError(
            f"y_true of shape {y_true.shape} and y_pred of shape {y_pred.shape} do not pair up: "
            "give two vectors of class labels of the same length, at least 1."
        )
    needed = int(max(y_true.max(), y_pred.max())) + 1
    classes = classes or needed
    if min(y_true.min(), y_pred.min()) < 0 or classes < needed:
        raise ValueError(f"Labels must lie between 0 and {classes - 1}: give labels of {classes} classes.")
    matrix = np.zeros((classes, classes), dtype=int)
    np.add.at(matrix, (y_true, y_pred), 1)
    return matrix


def labels(y) -> np.ndarray:
    """Class labels as integers. Raises ValueError for probabilities and anything else that is not whole."""
    y = np.asarray(y)
    if y.dtype.kind not in "iub" and not (y.dtype.kind == "f" and np.all(y == np.floor(y))):
        raise ValueError(f"{y.ravel()[:3].tolist()} are no class labels: give whole numbers, as of argmax.")
    return y.astype(int)


def counts(y_true, y_pred) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True positives, false positives and false negatives of every class that occurs."""
    matrix = confusion_matrix(y_true, y_pred)
    tp, predicted, true = np.diag(matrix), matrix.sum(axis=0), matrix.sum(axis=1)
    occurs = predicted + true > 0
    return tp[occurs], (predicted - tp)[occurs], (true - tp)[occurs]


def accuracy(y_true, y_pred) -> float:
    """Share of all predictions that are right."""
    matrix = confusion_matrix(y_true, y_pred)
    return float(np.trace(matrix) / matrix.sum())


def precision(y_true, y_pred, average: str | None = "macro"):
    """TP / (TP + FP): of all that was called this class, the share that is. 0 where nothing was called so."""
    tp, fp, _ = counts(y_true, y_pred)
    return _averaged(tp, tp + fp, average)


def recall(y_true, y_pred, average: str | None = "macro"):
    """TP / (TP + FN): of all that is this class, the share that was called so. 0 where there is none."""
    tp, _, fn = counts(y_true, y_pred)
    return _averaged(tp, tp + fn, average)


def f1(y_true, y_pred, average: str | None = "macro"):
    """2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall."""
    tp, fp, fn = counts(y_true, y_pred)
    return _averaged(2 * tp, 2 * tp + fp + fn, average)


def _averaged(hits: np.ndarray, totals: np.ndarray, average: str | None):
    if average == "micro":
        return float(hits.sum() / totals.sum())
    per_class = np.divide(hits, totals, out=np.zeros(len(hits)), where=totals > 0)
    if average == "macro":
        return float(per_class.mean())
    if average is None:
        return per_class
    raise ValueError(f"average={average!r} is unknown: choose 'macro', 'micro' or None.")


METRICS: dict[str, Metric] = {"accuracy": accuracy, "precision": precision, "recall": recall, "f1": f1}


def get(metric: str | Metric) -> Metric:
    """The metric of this name; a function is returned as it is."""
    if callable(metric):
        return metric
    if metric not in METRICS:
        known = ", ".join(METRICS)
        raise ValueError(f"There is no metric {metric!r}: choose one of {known}, or give a function.")
    return METRICS[metric]
