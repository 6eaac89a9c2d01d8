"""Pieces: the simplest method that could find digits in a scene, a threshold and connected pieces."""

import numpy as np
from scipy import ndimage

LIGHTER = 0.09  # than the mean of a quarter of the image's height and width around, of 1
SMALLEST = 9  # pixels: the longer side of a piece that is taken for a digit


def numbered_pieces(image: np.ndarray) -> np.ndarray:
    """Connected bright pieces of an image of shape (height, width, 1), by number; 0 is the ground."""
    around = ndimage.uniform_filter(image[..., 0], len(image) // 4)
    lighter = image[..., 0] - around > LIGHTER
    return ndimage.label(ndimage.binary_opening(lighter), np.ones((3, 3)))[0]


def boxes_of(numbered: np.ndarray) -> dict:
    """The box of each piece that is large enough, (top, left, bottom, right), by its number."""
    found = enumerate(ndimage.find_objects(numbered), start=1)
    boxes = {number: (y.start, x.start, y.stop, x.stop) for number, (y, x) in found}
    return {n: box for n, box in boxes.items() if max(box[2] - box[0], box[3] - box[1]) >= SMALLEST}


def as_digit(image: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    """What is in a box, as MNIST would have it: 20 pixels high or wide, bright on black, (28, 28, 1)."""
    top, left, bottom, right = box
    inside = image[top:bottom, left:right, 0]
    inside = np.clip(2 * (inside - inside.min()) / np.ptp(inside) - 1, 0, 1)
    scaled = ndimage.zoom(inside, 20 / max(inside.shape), order=1, mode="nearest", grid_mode=True)
    digit, (height, width) = np.zeros((28, 28, 1), "float32"), scaled.shape
    row, column = (28 - height) // 2, (28 - width) // 2
    digit[row : row + height, column : column + width, 0] = scaled
    return digit
