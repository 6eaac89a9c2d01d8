"""Segmentation: mean IoU as scikit-learn says it, boundaries as SciPy finds them, a network that learns."""

import keras
import numpy as np
import pytest
from PIL import Image
from scipy import ndimage
from sklearn.metrics import jaccard_score

import nasbook as nb
from nasbook.datasets import DATA
from nasbook.tasks import segmentation as s

SPACE = s.segmentation_space()
SMALL = SPACE.architecture(
    dict(
        levels=2,
        filters=16,
        depth=1,
        skips=True,
        join="add",
        up="nearest",
        dilation=1,
        learning_rate=3e-3,
        batch_size=2,
    )
)


def two_masks(seed: int, classes: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Masks of a few rectangles, and the same ones moved, some with another class."""
    rng = np.random.default_rng(seed)
    true, said = np.zeros((2, 3, 40, 40), "uint8")
    for one, other in zip(true, said, strict=True):
        for _ in range(4):
            (top, left), (height, width) = rng.integers(0, 28, 2), rng.integers(4, 12, 2)
            label, (down, right) = rng.integers(1, classes), rng.integers(-3, 4, 2).clip(-top, None)
            right = max(right, -left)
            one[top : top + height, left : left + width] = label
            other[top + down : top + down + height, left + right : left + right + width] = (
                label if rng.random() < 0.8 else 1
            )
    return true, said


@pytest.mark.parametrize("seed", range(6))
def test_mean_iou_is_that_of_scikit_learn(seed):
    true, said = two_masks(seed)
    wanted = jaccard_score(true.ravel(), said.ravel(), average="macro")
    assert 0.1 < wanted < 0.9
    assert s.mean_iou(true, said) == pytest.approx(wanted, abs=1e-12)
    assert s.mean_iou(true, true) == 1


def f1_by_scipy(true: np.ndarray, said: np.ndarray, reach: float) -> float:
    """By the distance from each pixel to the nearest boundary of the other mask."""
    edges = [s.boundaries(masks) for masks in (true, said)]
    away = [np.stack([ndimage.distance_transform_edt(~edge) for edge in some]) for some in edges]
    recall, precision = (away[1 - i][edges[i]] <= reach for i in range(2))
    return 2 * precision.mean() * recall.mean() / (precision.mean() + recall.mean())


@pytest.mark.parametrize("reach", [0, 1, 2, 3.5])
@pytest.mark.parametrize("seed", range(3))
def test_the_f1_of_boundaries_is_that_of_scipys_distances(seed, reach):
    true, said = two_masks(seed)
    assert s.boundary_f1(true, said, reach) == pytest.approx(f1_by_scipy(true, said, reach), abs=1e-12)


def test_boundaries_are_pixels_that_differ_from_the_next_one():
    mask = np.zeros((1, 4, 5), "uint8")
    mask[0, 1:3, 2:4] = 7
    assert s.boundaries(mask)[0].astype(int).tolist() == [
        [0, 0, 1, 1, 0],
        [0, 1, 0, 1, 0],
        [0, 1, 1, 1, 0],
        [0, 0, 0, 0, 0],
    ]
    assert s.boundary_f1(mask, mask) == pytest.approx(1)
    assert s.boundary_f1(mask, np.zeros_like(mask)) == 0


def test_the_space_holds_1296_networks_that_print_differently():
    assert SPACE.size == 1_296
    assert len(set(map(str, SPACE.enumerate()))) == 1_296


def structures() -> list:
    networks = {}
    for architecture in SPACE.enumerate():
        if architecture["filters"] == 16 and architecture["depth"] == 1 and architecture["dilation"] != 2:
            networks.setdefault(str(architecture).partition("|")[0], architecture)
    return list(networks.values())


@pytest.mark.parametrize("architecture", structures(), ids=str)
def test_every_network_speaks_for_each_block(architecture):
    model = s.build(architecture, (104, 72, 1), 10)
    assert model.output_shape == (None, 26, 18, 16 + 10)


def test_the_loss_is_that_by_hand():
    rng = np.random.default_rng(0)
    true = np.kron(rng.integers(0, 4, (2, 2, 3)), np.ones((4, 4), int)) * rng.integers(0, 2, (2, 8, 12))
    logits, wanted = rng.normal(size=(2, 2, 3, 16 + 3)).astype("float32"), np.zeros(2)
    for (image, row, column), label in np.ndenumerate(true):
        block = logits[image, row // 4, column // 4]
        sure = 1 / (1 + np.exp(-block[4 * (row % 4) + column % 4]))
        wanted[image] -= np.log(sure if label else 1 - sure)
        if label:
            wanted[image] -= np.log(np.exp(block[15 + label]) / np.exp(block[16:]).sum())
    told = keras.ops.convert_to_numpy(s.pixel_loss(true.astype("uint8"), logits))
    assert np.allclose(told, wanted / (8 * 12) / s.SHARE, rtol=1e-5)


def test_masks_say_the_class_of_the_block_where_there_is_a_thing():
    outputs = np.zeros((1, 1, 2, 16 + 3))
    outputs[0, 0, :, :16] = -1
    outputs[0, 0, 0, [0, 5]] = 1  # the upper left pixel, and that in the second row and column
    outputs[0, 0, :, 16:] = [[0, 3, 2], [9, 0, 0]]
    outputs[0, 0, 1, 15] = 0.5
    wanted = np.zeros((4, 8), int)
    wanted[0, 0] = wanted[1, 1] = 2
    wanted[3, 7] = 1
    assert s.masks_said(outputs)[0].tolist() == wanted.tolist()


def test_true_masks_come_back_from_their_blocks():
    true = np.kron(np.array([[[1, 0, 3], [0, 2, 2]]]), np.ones((4, 4), int)).astype("uint8")
    blocks = keras.ops.convert_to_numpy(s.blocks_of(true))
    outputs = np.concatenate([2.0 * (blocks > 0) - 1, np.eye(4)[blocks.max(axis=-1)][..., 1:]], axis=-1)
    assert (s.masks_said(outputs) == true).all()


def test_a_network_learns_scenes_by_heart():
    fixed = nb.load_scenes("masks", side=96, train=16, validation=8).validation
    model = s.build(SMALL, (96, 96, 1), 10)
    nb.train(model, fixed, epochs=60, batch_size=4, learning_rate=1e-2, loss=s.pixel_loss)
    said = nb.predict(model, fixed, s.masks_said)
    assert s.mean_iou(fixed.targets, said) > 0.5
    assert (said > 0).mean() == pytest.approx((fixed.targets > 0).mean(), abs=0.05)


def test_the_micrograph_is_that_of_the_package():
    image, mask = (np.asarray(Image.open(DATA / f"nuclei{what}.png")) for what in ("", "_mask"))
    assert (image.shape, image.dtype, image.max()) == ((512, 512), np.uint8, 235)
    assert set(np.unique(mask)) == {0, 1}
    assert mask.mean() == 0.19922637939453125, "the share of pixels with a number in mask2d.tif"
