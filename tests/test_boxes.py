"""Boxes: overlap by counting pixels, suppression by trying all subsets, mAP as pycocotools says it."""

import contextlib
import io
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import coco
from pycocotools.cocoeval import COCOeval

from nasbook.tasks import boxes as b


def random_boxes(rng: np.random.Generator, count: int, side: int = 30) -> np.ndarray:
    corners = rng.integers(0, side, (count, 2))
    return np.hstack([corners, corners + rng.integers(1, side, (count, 2))]).astype(float)


def pixels(box: np.ndarray) -> set:
    top, left, bottom, right = map(int, box)
    return {(row, column) for row in range(top, bottom) for column in range(left, right)}


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6))
def test_overlap_is_what_counting_pixels_says(seed):
    one, other = random_boxes(np.random.default_rng(seed), 2)
    wanted = len(pixels(one) & pixels(other)) / len(pixels(one) | pixels(other))
    assert b.overlaps(one, other) == pytest.approx(wanted, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.2, 0.5]))
def test_suppression_keeps_the_only_set_that_it_may_keep(seed, limit):
    rng = np.random.default_rng(seed)
    boxes, confidences = random_boxes(rng, 6), rng.permutation(6) / 6
    too_near = b.overlaps(boxes[:, None], boxes) > limit

    def allowed(kept: tuple) -> bool:
        """No two kept ones are too near, and each dropped one is to a more confident one that is kept."""
        dropped = set(range(6)) - set(kept)
        reason = {i: any(too_near[i, j] and confidences[j] > confidences[i] for j in kept) for i in dropped}
        return not any(too_near[i, j] for i, j in combinations(kept, 2)) and all(reason.values())

    subsets = [kept for size in range(1, 7) for kept in combinations(range(6), size) if allowed(kept)]
    (wanted,) = subsets
    kept = b.suppressed(boxes, confidences, limit)
    assert tuple(sorted(kept)) == wanted
    assert (np.diff(confidences[kept]) < 0).all()


def test_nothing_is_kept_of_nothing():
    assert b.suppressed(np.zeros((0, 4)), np.zeros(0), 0.5).shape == (0,)


# --- mAP ----------------------------------------------------------------------------------------------------


def random_case(seed: int, images: int = 6, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """True boxes, and found ones: some true ones moved a little, some of another class, some on nothing."""
    rng = np.random.default_rng(seed)
    true, found = np.full((images, 8, 5), -1.0), np.full((images, 20, 6), -1.0)
    for truth, said in zip(true, found, strict=True):
        count = rng.integers(0, 9)
        truth[:count, 1:] = random_boxes(rng, count)
        truth[:count, 0] = rng.integers(0, classes, count)
        near = np.repeat(truth[:count], 2, axis=0)[rng.random(2 * count) < 0.6]
        near[:, 1:] += rng.integers(-2, 3, near[:, 1:].shape)
        near[:, 3:] = np.maximum(near[:, 3:], near[:, 1:3] + 1)
        near[:, 0] = np.where(rng.random(len(near)) < 0.2, rng.integers(0, classes, len(near)), near[:, 0])
        chance = np.column_stack([rng.integers(0, classes, 3), random_boxes(rng, 3)])
        rows = rng.permutation(np.vstack([near, chance]))
        said[: len(rows), :5] = rows
        said[: len(rows), 5] = rng.permutation(len(rows)) / 100 + rng.random() / 1000
    return true, found


def by_pycocotools(true: np.ndarray, found: np.ndarray, limits) -> float:
    """What the reference implementation says, with the same boxes in its format."""

    def entries(rows_of_images, name):
        for image, rows in enumerate(rows_of_images):
            for label, top, left, bottom, right, *confidence in rows[rows[:, 0] >= 0].tolist():
                box = {
                    "bbox": [left, top, right - left, bottom - top],
                    "area": (right - left) * (bottom - top),
                }
                yield {"image_id": image, "category_id": int(label), "iscrowd": 0, **box} | (
                    {name: confidence[0]} if confidence else {}
                )

    labels = np.unique(true[..., 0][true[..., 0] >= 0]).astype(int)
    with contextlib.redirect_stdout(io.StringIO()):
        truth = coco.COCO()
        truth.dataset = {
            "info": {},
            "images": [{"id": image} for image in range(len(true))],
            "categories": [{"id": int(label)} for label in labels],
            "annotations": [{"id": 1 + i, **entry} for i, entry in enumerate(entries(true, ""))],
        }
        truth.createIndex()
        said = [entry for entry in entries(found, "score") if entry["category_id"] in labels]
        judge = COCOeval(truth, truth.loadRes(said), "bbox")
        judge.params.iouThrs = np.array(limits)
        judge.evaluate()
        judge.accumulate()
    precision = judge.eval["precision"][..., 0, -1]  # of all sizes, up to 100 boxes
    return float(precision[precision > -1].mean())


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("limits", [(0.5,), b.COCO])
def test_map_is_that_of_pycocotools(seed, limits):
    true, found = random_case(seed)
    wanted = by_pycocotools(true, found, limits)
    assert 0.05 < wanted < 0.95, "a case that says something"
    assert b.mean_average_precision(true, found, limits) == pytest.approx(wanted, abs=1e-12)


def case(rows: list, width: int) -> np.ndarray:
    return np.array([rows], float).reshape(1, -1, width)


def test_average_precision_by_hand():
    box, elsewhere = [0, 0, 10, 10], [50, 50, 60, 60]
    true = case([[3, *box], [3, *elsewhere]], 5)
    first_right = case([[3, *box, 0.9], [3, 20, 20, 30, 30, 0.8]], 6)
    assert b.mean_average_precision(true, first_right) == pytest.approx(51 / 101)  # recalls 0 to 0.5
    first_wrong = case([[3, *box, 0.7], [3, 20, 20, 30, 30, 0.8]], 6)
    assert b.mean_average_precision(true, first_wrong) == pytest.approx(51 / 101 / 2)
    twice = case([[3, *box, 0.9], [3, *box, 0.8]], 6)
    assert b.mean_average_precision(true, twice) == pytest.approx(51 / 101), "the second one is wrong"
    assert b.mean_average_precision(true, case([[4, *box, 0.9]], 6)) == 0, "another class"


def test_finding_everything_is_1_and_nothing_is_0():
    true, _ = random_case(1)
    everything = np.concatenate([true, np.where(true[..., :1] < 0, -1.0, 0.5)], axis=-1)
    assert b.mean_average_precision(true, everything, b.COCO) == pytest.approx(1)
    assert b.mean_average_precision(true, np.full((len(true), 4, 6), -1.0)) == 0
    assert b.mean_average_precision(np.full((2, 3, 5), -1.0), np.full((2, 4, 6), -1.0)) == 0


def test_every_error_has_its_kind():
    box, beside = [10, 10, 30, 30], [10, 18, 30, 38]
    true = case([[3, *box], [5, 60, 60, 80, 80]], 5)
    found = case(
        [[3, *box, 0.9], [3, *box, 0.8], [4, *box, 0.7], [3, *beside, 0.6], [1, 0, 50, 5, 55, 0.5]], 6
    )
    counts = {"wrong class": 1, "bad place": 1, "second box": 1, "on nothing": 1, "missed": 1}
    assert b.kinds_of_errors(true, found) == counts
    nothing = np.full((1, 2, 6), -1.0)
    assert b.kinds_of_errors(true, nothing) == dict.fromkeys(counts, 0) | {"missed": 2}
    assert b.kinds_of_errors(np.full((1, 2, 5), -1.0), found)["on nothing"] == 5


def test_the_best_confidence_is_where_f1_is_highest():
    true, found = random_case(4)
    best = b.best_confidence(true, found)

    def f1(least: float) -> float:
        said = np.where(found[..., 5:] >= least, found, -1.0)
        pairs = [(t[t[:, 0] >= 0], s[s[:, 0] >= 0]) for t, s in zip(true, said, strict=True)]
        right = sum(b.whether_right(*pair).sum() for pair in pairs)
        return 2 * right / sum(map(len, (rows for pair in pairs for rows in pair)))

    assert f1(best) == max(f1(least) for least in np.unique(found[..., 5]) if least > 0)
    assert b.best_confidence(true, np.full((len(true), 2, 6), -1.0)) == 1.0
