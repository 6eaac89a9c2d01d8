"""Boxes: how much two of them overlap, which to keep of several on one thing, and how good a detector is.

True boxes are what `load_boxes` and `load_scenes` give: float32 of shape (n, most, 5), a row for each box of
each image: class, top, left, bottom, right, in pixels. What a detector found is of shape (n, most, 6): the
same, and its confidence. In rows of the class -1 there is no box.
"""

from collections.abc import Sequence

import numpy as np

ABSENT = -1  # the class in rows that hold no box
COCO = tuple(np.arange(50, 100, 5) / 100)  # the limits of overlap that the COCO benchmark averages over


def overlaps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union of boxes (top, left, bottom, right), shapes (..., 4), which broadcast."""
    high, low = np.minimum(a[..., 2:], b[..., 2:]), np.maximum(a[..., :2], b[..., :2])
    common = np.clip(high - low, 0, None).prod(axis=-1)
    return common / (area(a) + area(b) - common)


def area(boxes: np.ndarray) -> np.ndarray:
    return (boxes[..., 2:] - boxes[..., :2]).prod(axis=-1)


def suppressed(boxes: np.ndarray, confidences: np.ndarray, limit: float) -> np.ndarray:
    """Non-maximum suppression: the numbers of the boxes to keep, the most confident first.

    Again and again the most confident box is kept, and what overlaps it by more than the limit is dropped.
    """
    kept, order = [], np.argsort(-confidences, kind="stable")
    while len(order):
        best, order = order[0], order[1:]
        kept.append(best)
        order = order[overlaps(boxes[best], boxes[order]) <= limit]
    return np.array(kept, int)


# --- how good a detector is ---------------------------------------------------------------------------------


def mean_average_precision(true: np.ndarray, found: np.ndarray, limits: Sequence[float] = (0.5,)) -> float:
    """mAP: average precision, the mean over the limits of overlap and over the classes that occur.

    With the limits `COCO` it is what that benchmark calls AP, with 0.5 alone what Pascal VOC's is close to.
    """
    labels = np.unique(true[..., 0][true[..., 0] >= 0])
    judgments = [judged(true, found, label, limit) for label in labels for limit in limits]
    values = [average_precision(right, total) for right, _, total in judgments]
    return float(np.mean(values)) if values else 0.0


def average_precision(right: np.ndarray, total: int) -> float:
    """The area below the curve of precision over recall, at the 101 recalls 0, 0.01, ..., 1 as in COCO.

    The precision at a recall is the highest one at this recall or above; where it is never reached, 0.
    """
    recall, precision = precision_recall(right, total)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(recall, np.linspace(0, 1, 101))
    return float(np.append(best, 0)[places].mean())


def precision_recall(right: np.ndarray, total: int) -> tuple[np.ndarray, np.ndarray]:
    """Recall and precision of the first box that was found, the first two, and so on."""
    hits = np.cumsum(right)
    return hits / max(1, total), hits / np.arange(1, len(hits) + 1)


def judged(true: np.ndarray, found: np.ndarray, label: float, limit: float) -> tuple:
    """All boxes found of a class: whether each is right, how confident, and how many there are to find.

    They are in the order of their confidence, the highest first.
    """
    right, confidences, total = [], [], 0
    for truth, said in zip(of_class(true, label), of_class(found, label), strict=True):
        said = said[np.argsort(-said[:, 5], kind="stable")]
        right.append(matched(truth[:, 1:5], said[:, 1:5], limit))
        confidences.append(said[:, 5])
        total += len(truth)
    right, confidences = np.concatenate(right), np.concatenate(confidences)
    order = np.argsort(-confidences, kind="stable")
    return right[order], confidences[order], total


def of_class(boxes: np.ndarray, label: float) -> list[np.ndarray]:
    """The rows of a class, image by image."""
    return [rows[rows[:, 0] == label].astype(float) for rows in boxes]


def matched(true: np.ndarray, found: np.ndarray, limit: float) -> np.ndarray:
    """Whether each box found is right: it takes the true box that it overlaps most, of those still free."""
    shared, right = overlaps(found[:, np.newaxis], true), np.zeros(len(found), bool)
    for i, row in enumerate(shared):
        if row.max(initial=0) >= limit:
            right[i] = True
            shared[:, row.argmax()] = -1
    return right


def all_classes(true: np.ndarray, found: np.ndarray, limit: float = 0.5) -> tuple:
    """What `judged` says, of the boxes of all classes together."""
    parts = [judged(true, found, label, limit) for label in np.unique(true[..., 0]) if label >= 0]
    right, confidences = (np.concatenate([part[i] for part in parts]) for i in range(2))
    order = np.argsort(-confidences, kind="stable")
    return right[order], confidences[order], sum(part[2] for part in parts)


def best_confidence(true: np.ndarray, found: np.ndarray, limit: float = 0.5) -> float:
    """The least confidence of a box at which F1, of the boxes of all classes, is highest."""
    right, confidences, total = all_classes(true, found, limit)
    f1 = 2 * np.cumsum(right) / (total + np.arange(1, len(right) + 1))
    return float(confidences[f1.argmax()]) if len(right) else 1.0


# --- single images --------------------------------------------------------------------------------------


def whether_right(true: np.ndarray, said: np.ndarray, limit: float = 0.5) -> np.ndarray:
    """Whether each box that was found in an image, the most confident first, is right."""
    right = np.zeros(len(said), bool)
    for label in np.unique(said[:, 0]):
        rows = np.flatnonzero(said[:, 0] == label)
        rows = rows[np.argsort(-said[rows, 5], kind="stable")]
        right[rows] = matched(true[true[:, 0] == label, 1:5], said[rows, 1:5], limit)
    return right


def kinds_of_errors(true: np.ndarray, found: np.ndarray, limit: float = 0.5, near: float = 0.1) -> dict:
    """How often each kind of error occurs, by its name: one for each wrong box, and for each that was missed.

    A box on the right thing may have the wrong class, a bad place (an overlap between `near` and `limit`), or
    be a second one; the others are on nothing.
    """
    counts = dict.fromkeys(("wrong class", "bad place", "second box", "on nothing", "missed"), 0)
    for truth, said in zip(true, found, strict=True):
        truth, said = truth[truth[:, 0] >= 0].astype(float), said[said[:, 0] >= 0].astype(float)
        right = whether_right(truth, said, limit)
        shared = overlaps(said[:, None, 1:5], truth[:, 1:5]) if len(truth) else np.zeros((len(said), 1))
        for row, label, is_right in zip(shared, said[:, 0], right, strict=True):
            best = row.argmax()
            if is_right:
                continue
            kind = "on nothing" if row[best] < near else "bad place" if row[best] < limit else ""
            counts[kind or ("second box" if label == truth[best, 0] else "wrong class")] += 1
        counts["missed"] += len(truth) - int(right.sum())
    return counts
