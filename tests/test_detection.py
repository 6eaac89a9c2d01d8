"""The grid detector: what its cells say and mean, its loss by hand, and that it learns."""

import math
from itertools import product

import keras
import numpy as np
import pytest

import nasbook as nb
from nasbook.final_testing import final_test
from nasbook.tasks import detection as d

SPACE = d.detection_space()
SMALL = SPACE.architecture(
    dict(
        kernel=3,
        filters=16,
        depth=1,
        cell=8,
        grids=2,
        join=True,
        loss="focal",
        learning_rate=3e-3,
        batch_size=2,
    )
)


def structures(space: nb.SearchSpace, *recipe: str) -> list:
    """One architecture for each network: those that differ in how they are trained are the same."""
    networks = {}
    for architecture in space.enumerate():
        networks.setdefault(tuple((k, v) for k, v in architecture.items() if k not in recipe), architecture)
    return list(networks.values())


def test_the_space_holds_1296_detectors_that_print_differently():
    assert SPACE.size == 1_296
    assert len(set(map(str, SPACE.enumerate()))) == 1_296


@pytest.mark.parametrize(
    "architecture", structures(SPACE, "loss", "learning_rate", "batch_size", "filters"), ids=str
)
def test_every_network_says_its_cells_places(architecture):
    model = d.build(architecture, (104, 104, 1), 10)
    outputs = model.predict(np.zeros((1, 104, 104, 1), "float32"), verbose=0)[0]
    start = 0
    for side in [architecture["cell"] * 2**i for i in range(architecture["grids"])]:
        count = math.ceil(104 / side)
        cells = outputs[start : start + count**2]
        for number, (row, column) in enumerate(product(range(count), repeat=2)):
            assert cells[number, :3].tolist() == [(row + 0.5) * side, (column + 0.5) * side, side]
        start += count**2
    assert outputs.shape == (start, 8 + 10)


def test_an_untrained_cell_is_about_as_sure_as_few_are_right():
    outputs = d.build(SMALL, (104, 104, 1), 10).predict(np.zeros((1, 104, 104, 1)), verbose=0)
    assert np.allclose(1 / (1 + np.exp(-outputs[..., 3])), d.PRIOR, rtol=0.2)


def test_space_to_depth_loses_nothing():
    image = np.arange(2 * 8 * 12 * 3.0).reshape(2, 8, 12, 3)
    inputs = keras.Input((8, 12, 3))
    deep = keras.Model(inputs, d.space_to_depth(inputs, 4)).predict(image, verbose=0)
    assert deep.shape == (2, 2, 3, 48)
    assert (deep[1, 1, 2].reshape(4, 4, 3) == image[1, 4:8, 8:12]).all()


# --- cells and boxes ----------------------------------------------------------------------------------------


def grid(side: int, size: int = 64) -> np.ndarray:
    """The cells of a square image, which say nothing yet."""
    centers = [
        (row + side / 2, column + side / 2) for row in range(0, size, side) for column in range(0, size, side)
    ]
    return np.array([[*center, side, *[0.0] * 15] for center in centers], "float32")


CELLS = np.concatenate([grid(8), grid(16)])[np.newaxis]


def some_boxes(seed: int, count: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centers, sizes = rng.uniform(12, 52, (count, 2)), np.exp(rng.uniform(np.log(8), np.log(70), (count, 2)))
    labels = rng.integers(0, 10, (count, 1))
    return np.hstack([labels, centers - sizes / 2, centers + sizes / 2]).astype("float32")


@pytest.mark.parametrize("seed", range(5))
def test_a_box_belongs_to_the_cell_around_its_center_of_the_grid_that_fits(seed):
    true = some_boxes(seed)[np.newaxis]
    own = keras.ops.convert_to_numpy(d.own_cells(true, CELLS))[0]
    for (_, top, left, bottom, right), (row, column, side) in zip(true[0], CELLS[0, own, :3], strict=True):
        assert max(abs((top + bottom) / 2 - row), abs((left + right) / 2 - column)) <= side / 2 + 1e-4
        size = max(bottom - top, right - left)
        fits = min((8, 16), key=lambda one: abs(math.log(size / (d.FIT * one))))
        assert side == fits or abs(math.log(size / (d.FIT * 8)) + math.log(size / (d.FIT * 16))) < 0.1


def test_boxes_in_cells_are_the_boxes_coded():
    true = some_boxes(3)
    cells = CELLS[0, :5].copy()
    cells[:, 4:8] = keras.ops.convert_to_numpy(d.coded(true[:, 1:], cells))
    assert np.allclose(d.boxes_in(cells), true[:, 1:], atol=1e-3)


def loss_by_hand(true: np.ndarray, cells: np.ndarray, own: np.ndarray, gamma: float) -> float:
    """Of one image, before it is divided by the mean number of boxes."""
    holds, total = set(), 0.0
    for (label, top, left, bottom, right), number in zip(true, own, strict=True):
        if label < 0:
            continue
        holds.add(number)
        row, column, side, _, *said = cells[number]
        exponentials = np.exp(said[4:])
        total -= np.log(exponentials[int(label)] / exponentials.sum())
        wanted = [((top + bottom) / 2 - row) / side, ((left + right) / 2 - column) / side]
        wanted += [np.log((bottom - top) / side), np.log((right - left) / side)]
        for error in np.abs(np.array(wanted) - said[:4]):
            total += error**2 / 2 if error < 1 else error - 0.5
    for number, cell in enumerate(cells):
        sure = 1 / (1 + np.exp(-cell[3]))
        right = sure if number in holds else 1 - sure
        total -= (1 - right) ** gamma * np.log(right)
    return total


@pytest.mark.parametrize("gamma", [0.0, 2.0])
def test_the_loss_is_that_by_hand(gamma):
    rng = np.random.default_rng(1)
    cells = np.repeat(CELLS, 2, axis=0)
    cells[..., 3:] = rng.normal(size=cells[..., 3:].shape)
    true = np.stack([some_boxes(0), some_boxes(1)])
    true[1, 3:] = -1
    own = keras.ops.convert_to_numpy(d.own_cells(true, cells))
    wanted = [loss_by_hand(true[i], cells[i].astype(float), own[i], gamma) / 4 for i in range(2)]
    told = keras.ops.convert_to_numpy(d.DetectionLoss(gamma)(true, cells))
    assert np.allclose(told, wanted, rtol=1e-4)


def test_what_is_found_is_what_sure_cells_say_without_doubles():
    cells = np.repeat(CELLS, 2, axis=0)
    cells[..., 3] = -20
    cells[0, 10, 3:] = [4, 0, 0, 1, 1, *[0] * 7, 9, 0, 0]
    cells[0, 11, 3:] = [3, 0, -1, 1, 1, *[0] * 7, 9, 0, 0]  # the same box, said by the cell to the right
    cells[0, 60, 3:] = [2, 0, 0, 0, 0, 9, *[0] * 9]
    found = d.found_boxes(cells)
    assert found.shape == (2, d.MOST, 6)
    assert found[0, :3, 0].tolist() == [7, 0, -1]
    row, column, side = CELLS[0, 10, :3]
    half = math.e * side / 2
    assert np.allclose(found[0, 0, 1:5], [row - half, column - half, row + half, column + half], atol=1e-3)
    assert found[0, 0, 5] == pytest.approx(0.982 * 0.9989, abs=1e-3)
    assert (found[1] == -1).all(), "in the other image there is nothing"
    assert d.found_boxes(cells, confidence=0.9)[0, 1, 0] == -1
    assert d.found_boxes(cells, overlap=1.0)[0, :4, 0].tolist() == [7, 7, 0, -1]


# --- with the loop ------------------------------------------------------------------------------------------


def trainer(**settings) -> nb.Trainer:
    data = nb.load_scenes("boxes", side=96, train=16, validation=8, test=4)
    task = {"build": d.build, "loss": d.LOSSES, "decode": d.found_boxes}
    return nb.Trainer(data, **task, metric=nb.boxes.mean_average_precision, batch_size=8, **settings)


def test_a_detector_learns_scenes_by_heart():
    fixed = nb.load_scenes("boxes", side=96, train=16, validation=8, test=4).validation
    model = d.build(SMALL, (96, 96, 1), 10)
    nb.train(model, fixed, epochs=60, batch_size=8, learning_rate=5e-3, loss=d.LOSSES["focal"])
    found = nb.predict(model, fixed, d.found_boxes)
    assert nb.boxes.mean_average_precision(fixed.targets, found) > 0.8


def test_the_loss_is_the_one_that_the_gene_names():
    other = "cross-entropy" if SMALL["loss"] == "focal" else "focal"
    trial, model = trainer(epochs=1).fit(SPACE.architecture({**SMALL, "loss": other}))
    assert trial.status == "done", trial.error
    assert model.loss == d.LOSSES[other]


def test_detectors_are_searched_and_tested_as_all_other_networks():
    history = nb.search(nb.RandomSearch(SPACE), trainer(epochs=1), 1, progress=False)
    assert len(history.succeeded) == 1
    task = {"build": d.build, "loss": d.LOSSES, "decode": d.found_boxes}
    tested = final_test(
        history.best.architecture,
        nb.load_scenes("boxes", side=96, train=8, validation=4, test=4),
        seeds=1,
        epochs=1,
        metric=nb.boxes.mean_average_precision,
        **task,
    )
    assert 0 <= tested.mean <= 1
