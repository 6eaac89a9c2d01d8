"""Detection: a grid of cells, each of which says whether a thing has its center there, and which, and where.

The output of a network is of shape (n, cells, 8 + classes). Of each cell it holds the place (row and column
of its center, side; in pixels), a logit that says how sure it is that a thing has its center here, four
numbers for the box (`coded`), and a logit for each class.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops
from scipy.special import expit, softmax

from nasbook.space import Choice, SearchSpace
from nasbook.tasks.boxes import suppressed

FIT = 3  # a thing that is so many sides of a cell high or wide suits it best
PRIOR = 0.01  # how sure an untrained cell is: few hold a thing (Lin et al. 2017, section 4.1)
CONFIDENCE, OVERLAP, MOST = 0.05, 0.4, 60  # what is found: see `found_boxes`


# --- the space ----------------------------------------------------------------------------------------------


def detection_space() -> SearchSpace:
    """1,296 detectors: backbones of one or two grids, and how to train them."""
    return SearchSpace(
        [
            Choice("kernel", (3, 5)),
            Choice("filters", (8, 12, 16)),
            Choice("depth", (1, 2, 3)),
            Choice("cell", (8, 16)),
            Choice("grids", (1, 2)),
            Choice("join", (False, True), when={"grids": (2,)}),
            Choice("loss", ("cross-entropy", "focal")),
            Choice("learning_rate", (1e-3, 3e-3, 1e-2)),
            Choice("batch_size", (2, 4)),
        ],
        describe,
    )


def describe(genes: Mapping) -> str:
    """For example: 2 x conv 16 5x5 a stage, cells of 8 px + joined 16 px | focal, rate 0.003, batch 2."""
    kernel, cell = genes["kernel"], genes["cell"]
    coarse = f" + {'joined ' * genes['join']}{2 * cell} px" if genes["grids"] == 2 else ""
    body = f"{genes['depth']} x conv {genes['filters']} {kernel}x{kernel} a stage"
    recipe = f"{genes['loss']}, rate {genes['learning_rate']}, batch {genes['batch_size']}"
    return f"{body}, cells of {cell} px{coarse} | {recipe}"


# --- the network --------------------------------------------------------------------------------------------


def build(architecture: Mapping, input_shape: tuple, classes: int) -> keras.Model:
    """A detector for images of any size: its cells have a side of 8, 16 or 32 pixels, whatever the image."""
    genes = architecture
    image = keras.Input(input_shape)
    filters, sides = genes["filters"], [genes["cell"] * 2**i for i in range(genes["grids"])]
    x, side, maps = convolution(space_to_depth(image, 4), filters, genes["kernel"]), 4, []
    while side < sides[-1]:
        x, side, filters = layers.MaxPooling2D(2, padding="same")(x), 2 * side, 2 * filters
        for _ in range(genes["depth"]):
            x = convolution(x, filters, genes["kernel"])
        maps += [x] if side in sides else []
    if genes.get("join"):
        maps[0] = joined(*maps)
    return keras.Model(image, layers.Concatenate(axis=1)(list(map(read_off(classes), maps, sides))))


def space_to_depth(image, block: int):
    """Each block of pixels as one pixel of many channels: smaller maps are cheaper, and nothing is lost."""
    height, width, channels = image.shape[1:]
    x = layers.Reshape((height // block, block, width // block, block * channels))(image)
    x = layers.Permute((1, 3, 2, 4))(x)
    return layers.Reshape((height // block, width // block, block * block * channels))(x)


def convolution(x, filters: int, kernel: int, **settings):
    x = layers.Conv2D(filters, kernel, padding="same", use_bias=False, **settings)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))  # a training has few steps


def joined(fine, coarse):
    """The fine map, and what the coarse one knows of larger parts of the image (Lin et al. 2017: FPN)."""
    height, width, filters = fine.shape[1:]
    above = layers.UpSampling2D(2)(layers.Conv2D(filters, 1)(coarse))
    return layers.Add()([fine, above[:, :height, :width]])


def read_off(classes: int):
    """The layers that read off what each cell says."""
    sure = keras.initializers.Constant(float(np.log(PRIOR / (1 - PRIOR))))

    def read(x, side: int):
        said = [layers.Conv2D(1, 1, bias_initializer=sure)(x), layers.Conv2D(4 + classes, 1)(x)]
        cells = layers.Reshape((x.shape[1] * x.shape[2], 5 + classes))(layers.Concatenate()(said))
        return Places(x.shape[1:3], side)(cells)

    return read


class Places(layers.Layer):
    """Puts the place of each cell before what it says: row and column of its center, and its side."""

    def __init__(self, grid: tuple[int, int], side: int, **settings):
        super().__init__(**settings)
        self.grid, self.side = tuple(grid), side

    def call(self, x):
        centers = (np.indices(self.grid).reshape(2, -1).T + 0.5) * self.side
        places = np.column_stack([centers, np.full(len(centers), self.side)])[np.newaxis]
        batch = ops.zeros_like(x[..., :3])
        return ops.concatenate([batch + ops.convert_to_tensor(places, x.dtype), x], axis=-1)

    def get_config(self) -> dict:
        return {**super().get_config(), "grid": self.grid, "side": self.side}


# --- the loss -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DetectionLoss:
    """How wrong the cells are, a number for each image; the sum of three losses.

    Of all cells: are they sure where a thing has its center, and only there? Of those that have one: is it in
    its class, and its box? The first is cross-entropy, weighted by how wrong a cell is to the power of
    `gamma` (Lin et al. 2017, "Focal loss for dense object detection", section 3); 0 weights all alike.
    """

    gamma: float = 0.0

    def __call__(self, true, outputs):
        there = ops.cast(true[..., 0] >= 0, outputs.dtype)
        own = own_cells(true, outputs)
        cells = ops.one_hot(own, outputs.shape[1]) * there[..., None]
        said = ops.take_along_axis(outputs, own[..., None], axis=1)
        label = ops.cast(ops.maximum(true[..., 0], 0), "int32")
        named = ops.sparse_categorical_crossentropy(label, said[..., 8:], from_logits=True)
        placed = huber(coded(true[..., 1:], said) - said[..., 4:8])
        sure = ops.sum(self.focal(ops.max(cells, axis=1), outputs[..., 3]), axis=-1)
        return (sure + ops.sum((named + placed) * there, axis=-1)) / ops.mean(ops.sum(there, axis=-1))

    def focal(self, right, logits):
        """Cross-entropy of what is 0 or 1, weighted by how wrong the logits are."""
        wrong = ops.abs(right - ops.sigmoid(logits))
        return wrong**self.gamma * ops.binary_crossentropy(right, logits, from_logits=True)


def own_cells(true, outputs):
    """The number of the cell that holds the center of each box, (n, most); of two grids, the better fit."""
    rows, columns, side = (outputs[:, None, :, i] for i in range(3))
    row, column, height, width = (x[..., None] for x in centered(true[..., 1:]))
    away = ops.maximum(ops.abs(row - rows), ops.abs(column - columns)) / side
    misfit = ops.abs(ops.log(ops.maximum(ops.maximum(height, width), 1) / (FIT * side)))
    return ops.argmin(away + 10 * misfit, axis=-1)


def centered(boxes) -> tuple:
    """Row and column of the center, height and width of boxes (top, left, bottom, right)."""
    top, left, bottom, right = (boxes[..., i] for i in range(4))
    return (top + bottom) / 2, (left + right) / 2, bottom - top, right - left


def coded(boxes, cells):
    """Boxes as their cells see them: the center's distance in sides, the logarithm of the size in sides."""
    row, column, side = (cells[..., i] for i in range(3))
    middle_row, middle_column, height, width = centered(boxes)
    sizes = [ops.log(ops.maximum(size, 1) / side) for size in (height, width)]
    return ops.stack([(middle_row - row) / side, (middle_column - column) / side, *sizes], axis=-1)


def huber(x):
    """Quadratic for small errors, linear for large ones; the sum over the last axis."""
    return ops.sum(ops.where(ops.abs(x) < 1, x**2 / 2, ops.abs(x) - 0.5), axis=-1)


LOSSES = {"cross-entropy": DetectionLoss(), "focal": DetectionLoss(gamma=2.0)}


# --- what is found ------------------------------------------------------------------------------------------


def boxes_in(cells: np.ndarray) -> np.ndarray:
    """The boxes that cells say, (top, left, bottom, right) in pixels: `coded`, backward."""
    row, column, side, _, *said = np.moveaxis(cells[..., :8], -1, 0)
    row, column = row + said[0] * side, column + said[1] * side
    height, width = (np.exp(np.clip(size, -5, 5)) * side / 2 for size in said[2:])
    return np.stack([row - height, column - width, row + height, column + width], axis=-1)


def found_boxes(
    outputs: np.ndarray, *, confidence: float = CONFIDENCE, overlap: float = OVERLAP
) -> np.ndarray:
    """What a detector found, float32 of shape (n, MOST, 6): class, top, left, bottom, right, confidence.

    A cell's confidence is the probability that something is there, times that of its most probable class.
    Of boxes that overlap by more than `overlap`, whatever their classes, the most confident one is kept.
    """
    found = np.full((len(outputs), MOST, 6), -1, "float32")
    confidences = expit(outputs[..., 3]) * softmax(outputs[..., 8:], axis=-1).max(axis=-1)
    for image, cells, values in zip(found, outputs, confidences, strict=True):
        some = np.argsort(-values, kind="stable")[: 5 * MOST]
        some = some[values[some] >= confidence]
        boxes = boxes_in(cells[some])
        kept = suppressed(boxes, values[some], overlap)[:MOST]
        labels = cells[some[kept], 8:].argmax(axis=-1)
        image[: len(kept)] = np.column_stack([labels, boxes[kept], values[some[kept]]])
    return found
