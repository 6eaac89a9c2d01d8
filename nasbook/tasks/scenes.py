"""Scenes: digits of MNIST scattered over a textured ground, of which every box and every pixel is known.

All of it is computed in whole numbers, so that a seed draws the same bytes on every machine.
"""

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from nasbook.datasets import Dataset, Examples
from nasbook.tasks.book_images import CLASSES, load, read_split
from nasbook.tasks.boxes import overlaps
from nasbook.tasks.drawn import Drawn

SCALES = (0.5, 3.0)  # of a digit of 28x28 pixels
SPACE_OF_ONE = 40  # a scene of this side, in pixels, holds one digit at most; of ten times as much, ten
INK = 128  # from this darkness on, of 255, a pixel belongs to its digit
CONTRAST = (50, 140)  # between digits and the ground, lighter or darker
CROWDED = 0.3  # the largest overlap of two boxes, as intersection over union


class Scene(NamedTuple):
    """A scene of one channel, and what is where.

    `image` is uint8 of shape (side, side, 1). `boxes` is float32 of shape (most, 5), as `load_boxes` has
    them: class, top, left, bottom, right, the class -1 in rows that hold no box. `mask` is uint8 of shape
    (side, side), as `load_masks` has it: 0 for the ground, and the class plus 1 where a digit is seen.
    """

    image: np.ndarray
    boxes: np.ndarray
    mask: np.ndarray


def load_scenes(
    target: str, *, side: int = 416, train: int = 800, validation: int = 100, test: int = 200, seed: int = 0
) -> Dataset:
    """Scenes composed of MNIST's digits, with `target` "boxes" or "masks"; the classes are the digits.

    The images, float32 of shape (side, side, 1), are made when a batch needs them: `train` others in every
    epoch, and always the same `validation` and `test` ones. A digit of a training scene is in no validation
    scene and in no test scene. `Scene` says what the targets are. Raises ValueError for anything else.
    """
    if target not in TARGETS:
        raise ValueError(f"target={target!r}: choose {' or '.join(map(repr, TARGETS))}.")
    if not side >= 64 or min(train, validation, test) < 1:
        raise ValueError(
            f"side={side}, train={train}, validation={validation}, test={test}: give a side of at least 64 "
            "pixels, and at least one scene of each kind."
        )
    digits = load("mnist", train=50_000, validation=10_000, seed=seed)
    drawn = partial(scenes_of, target=target, side=side)
    held = drawn(digits.validation, size=validation, seed=seed, anew=False)

    def source(part: str) -> Drawn:
        size = test if part == "test" else train
        return drawn(read_split("mnist", part), size=size, seed=0, anew=part == "train")

    name = f"scenes with {target}"
    return Dataset(name, drawn(digits.train, size=train, seed=seed), held, CLASSES["mnist"], source)


def scenes_of(digits: Examples, *, target: str, side: int, size: int, seed: int, anew: bool = True) -> Drawn:
    return Drawn(Composer(digits.inputs[..., 0], digits.targets, side, target), size, seed=seed, anew=anew)


@dataclass(frozen=True, eq=False)
class Composer:
    """Draws a scene of these digits, uint8 of shape (n, 28, 28): `composer(rng) -> (image, target)`."""

    digits: np.ndarray
    labels: np.ndarray
    side: int
    target: str

    def __call__(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        scene = self.compose(rng)
        return scene.image, TARGETS[self.target](scene)

    def compose(self, rng: np.random.Generator) -> Scene:
        """A ground, fragments of digits that are none, and then digits, each of which may cover others."""
        canvas = ground(self.side, rng)
        for _ in range(self.side // 25):
            self.scatter_fragment(canvas, rng)
        most = self.side // SPACE_OF_ONE
        boxes, mask = np.full((most, 5), -1, "float32"), np.zeros(canvas.shape, "uint8")
        for row in range(rng.integers(1, most + 1)):
            number = rng.integers(len(self.digits))
            ink = enlarged(self.digits[number], scaled(rng))
            if (place := self.free_place(ink, boxes[:row, 1:], rng)) is not None:
                top, left = place
                boxes[row] = self.labels[number], *box_of(ink) + np.tile(place, 2)
                blend(canvas, ink, top, left, rng)
                cover(mask, ink, top, left, self.labels[number] + 1)
        found = boxes[:, 0] >= 0
        boxes = np.concatenate([boxes[found], boxes[~found]])
        return Scene(np.clip(canvas, 0, 255).astype("uint8")[..., np.newaxis], boxes, mask)

    def scatter_fragment(self, canvas: np.ndarray, rng: np.random.Generator) -> None:
        """Blend in some 9x9 pixels from the middle of a digit, enlarged."""
        digit, (top, left) = self.digits[rng.integers(len(self.digits))], rng.integers(6, 14, size=2)
        ink = enlarged(digit[top : top + 9, left : left + 9], scaled(rng) // 3)
        blend(canvas, ink, *rng.integers(0, self.side - len(ink) + 1, size=2), rng)

    def free_place(self, ink: np.ndarray, boxes: np.ndarray, rng: np.random.Generator):
        """Where this digit covers no other one too much, as (top, left); None after ten attempts."""
        box = box_of(ink)
        for place in rng.integers(0, self.side - len(ink) + 1, size=(10, 2)):
            if not len(boxes) or overlaps(box + np.tile(place, 2), boxes).max() <= CROWDED:
                return place
        return None


TARGETS = {"boxes": lambda scene: scene.boxes, "masks": lambda scene: scene.mask}


# --- pixels, in whole numbers -----------------------------------------------------------------------------


def ground(side: int, rng: np.random.Generator) -> np.ndarray:
    """A ground of a brightness of its own, uneven and grainy: int16 of shape (side, side)."""
    uneven = enlarged(rng.integers(0, 64, (6, 6)), side).astype("int16")
    grain = np.frombuffer(rng.bytes(side * side), "uint8").reshape(side, side) >> 4
    return uneven + grain + np.int16(rng.integers(60, 120))


def box_of(ink: np.ndarray) -> np.ndarray:
    """The smallest box around the pixels that belong to a digit."""
    rows, columns = (np.flatnonzero((ink >= INK).any(axis=axis)) for axis in (1, 0))
    return np.array([rows[0], columns[0], rows[-1] + 1, columns[-1] + 1])


def scaled(rng: np.random.Generator) -> int:
    """The side of a digit, in pixels; small ones are as frequent as large ones on a logarithmic scale."""
    low, high = np.log2(SCALES)
    return round(28 * 2 ** rng.uniform(low, high))


def blend(canvas: np.ndarray, ink: np.ndarray, top: int, left: int, rng: np.random.Generator) -> None:
    """Write a digit, lighter or darker than what is in the middle of its place, by some contrast."""
    height, width = ink.shape
    part = canvas[top : top + height, left : left + width]
    contrast = rng.integers(*CONTRAST) * (1 if rng.random() < 0.5 else -1)
    color = np.int32(part[height // 2, width // 2]) + contrast
    part += ((color - part) * ink.astype("int32") // 255).astype("int16")


def cover(mask: np.ndarray, ink: np.ndarray, top: int, left: int, number: int) -> None:
    height, width = ink.shape
    mask[top : top + height, left : left + width][ink >= INK] = number


def enlarged(image: np.ndarray, side: int) -> np.ndarray:
    """A square image, whole numbers up to 255, at another side, bilinearly: uint8 of shape (side, side)."""
    low, high, share = between(len(image), side)
    image = image.astype("int32")
    tall = image[low] * (256 - share)[:, np.newaxis] + image[high] * share[:, np.newaxis]
    both = tall[:, low] * (256 - share) + tall[:, high] * share
    return ((both + 2**15) >> 16).astype("uint8")


@lru_cache(maxsize=512)
def between(before: int, after: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The two pixels between which each new one lies, and the share of the second, of 256."""
    centers = (2 * np.arange(after, dtype="int32") + 1) * before * 128 // after - 128
    low, share = np.divmod(np.clip(centers, 0, 256 * (before - 1)), 256)
    return low, np.minimum(low + 1, before - 1), share
