"""Scenes: digits of MNIST scattered over an uneven ground, of which every box and every pixel is known.

A seed draws the same bytes on every machine: what is added up are whole numbers that float32 holds exactly,
so that the order of the additions does not matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from nasbook.datasets import Dataset, Examples
from nasbook.tasks.book_images import CLASSES, load, read_split
from nasbook.tasks.boxes import ABSENT, overlaps
from nasbook.tasks.drawn import Drawn

LEAST = 96  # pixels of a side, so that the largest digit fits in
ROOM = 64  # pixels: a square of this side has room for one digit, and no scene holds more
SCALES = (0.5, 3.0)  # of a digit of 28x28 pixels
CONTRAST = (50, 140)  # by which digits are lighter than the ground, of 255
INK = 128  # from this value on, of 255, a pixel belongs to its digit
CROWDED = 0.3  # the largest overlap of two boxes
FRAGMENT = slice(10, 19)  # rows and columns of a digit that are strewn about as clutter


class Scene(NamedTuple):
    """A scene of one channel, and what is where.

    `image` is uint8 of shape (side, side, 1). `boxes` is float32 of shape (most, 5), as `load_boxes` has
    them: class, top, left, bottom, right, the class -1 in rows that hold no box. `mask` is uint8 of shape
    (side, side), as `load_masks` has it: 0 for the ground, and the class plus 1 where a digit is seen.
    """

    image: np.ndarray
    boxes: np.ndarray
    mask: np.ndarray


TARGETS = {"boxes": lambda scene: scene.boxes, "masks": lambda scene: scene.mask}


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
    if side < LEAST or side % 8 or min(train, validation, test) < 1:
        raise ValueError(
            f"side={side}, train={train}, validation={validation}, test={test}: give a multiple of 8, at "
            f"least {LEAST} pixels, as the side, and at least one scene of each kind."
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
        most = max(2, round((self.side / ROOM) ** 2))
        canvas, mask = ground(self.side, rng), np.zeros((self.side, self.side), "uint8")
        clutter = self.digits[rng.integers(len(self.digits), size=most // 4), FRAGMENT, FRAGMENT]
        for ink, places, contrast in self.pieces(clutter, rng):
            blend(canvas, ink, places[0], contrast)
        boxes, count = np.full((most, 5), ABSENT, "float32"), 0
        chosen = rng.integers(len(self.digits), size=rng.integers(1, most + 1))
        for label, (ink, places, contrast) in zip(
            self.labels[chosen], self.pieces(self.digits[chosen], rng), strict=True
        ):
            placed = np.tile(places, 2) + box_of(ink)
            free = (overlaps(placed[:, np.newaxis], boxes[:count, 1:]) <= CROWDED).all(axis=1)
            if free.any():  # or there is no room for it
                place = places[free.argmax()]
                blend(canvas, ink, place, contrast)
                part(mask, ink, place)[ink >= INK] = label + 1
                boxes[count], count = (label, *placed[free.argmax()]), count + 1
        return Scene(np.clip(canvas, 0, 255, out=canvas).astype("uint8")[..., np.newaxis], boxes, mask)

    def pieces(self, images: np.ndarray, rng: np.random.Generator) -> Iterator[tuple]:
        """Of each image how it looks enlarged, ten places (top, left) where it could go, and its contrast."""
        sides = np.rint(images.shape[1] * rng.uniform(*SCALES, len(images))).astype(int)
        places = rng.integers(0, (self.side - sides + 1)[:, np.newaxis, np.newaxis], (len(images), 10, 2))
        contrasts = rng.integers(*CONTRAST, len(images))
        return zip(map(enlarged, images, sides), places, contrasts, strict=True)


# --- pixels -----------------------------------------------------------------------------------------------


def ground(side: int, rng: np.random.Generator) -> np.ndarray:
    """A ground of a brightness of its own, uneven and grainy: whole numbers, float32, (side, side)."""
    canvas = enlarged(rng.integers(0, 64, (6, 6)), side)
    canvas += np.frombuffer(rng.bytes(side * side), "uint8").reshape(side, side) >> 4
    canvas += np.float32(rng.integers(60, 120))
    return canvas


def blend(canvas: np.ndarray, ink: np.ndarray, place: np.ndarray, contrast: int) -> None:
    """Write a digit, lighter by the contrast than what is in the middle of its place."""
    below = part(canvas, ink, place)
    color = below[len(ink) // 2, len(ink) // 2] + np.float32(contrast)
    below += (color - below) * (ink / np.float32(255))


def part(canvas: np.ndarray, ink: np.ndarray, place: np.ndarray) -> np.ndarray:
    """What a digit covers of a canvas: a view."""
    top, left = place
    return canvas[top : top + len(ink), left : left + len(ink)]


def box_of(ink: np.ndarray) -> np.ndarray:
    """The smallest box around the pixels that belong to a digit."""
    rows, columns = (np.flatnonzero(ink.max(axis=axis) >= INK) for axis in (1, 0))
    return np.array([rows[0], columns[0], rows[-1] + 1, columns[-1] + 1])


def enlarged(image: np.ndarray, side: int) -> np.ndarray:
    """A square image of whole numbers up to 255 at another side, bilinearly; float32, again whole numbers.

    Both steps are one: rows of the matrix hold the shares, in 256ths, of the two pixels between which a new
    one lies. No sum exceeds 2 ** 24, up to which float32 holds every whole number.
    """
    shares = matrix(len(image), side)
    sums = shares @ image.astype("float32") @ shares.T
    sums += np.float32(2**15)
    sums *= np.float32(2**-16)
    return np.floor(sums, out=sums)


@lru_cache(maxsize=512)
def matrix(before: int, after: int) -> np.ndarray:
    """The shares of the pixels before in those after, in 256ths: float32 of shape (after, before)."""
    centers = (2 * np.arange(after) + 1) * before * 128 // after - 128
    low, share = np.divmod(np.clip(centers, 0, 256 * (before - 1)), 256)
    shares, rows = np.zeros((after, before), "float32"), np.arange(after)
    shares[rows, np.minimum(low + 1, before - 1)] = share
    shares[rows, low] = 256 - share
    return shares
