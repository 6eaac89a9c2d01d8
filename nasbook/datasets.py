"""Data: what the networks learn from, and the split that keeps a search honest.

A search may look at the training and the validation images as often as it likes. The test images stay
sealed: a `Dataset` does not hold them, and only `nasbook.final_test` opens them.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

import numpy as np

DATA = Path(os.environ.get("NASBOOK_DATA", Path(__file__).parent.parent / "data"))

SHA256 = {
    "mnist.npz": "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",
    "fashion_mnist.npz": "5b6d2c4c694a91887af8ab7d039c04f80af3c29378d731c93a538d2e831aa469",
    "lenet_fashion.csv": "36d2b5881aec1b8ff39ee6cd704344d69f99e24cc618916cdfcf899e4fbd7dea",
}
CLASSES = {
    "mnist": tuple("0123456789"),
    "fashion_mnist": (
        *("T-shirt", "trouser", "pullover", "dress", "coat"),
        *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
    ),
}


@dataclass(frozen=True, repr=False)
class Dataset:
    """Training and validation images of one data set: disjoint, and stratified by class.

    Images are float32 in [0, 1], of shape (n, height, width, channels); labels are integers, of shape (n,).
    `source` is the door that `final_test` opens: `source("test")` gives the sealed images and labels,
    `source("train")` all others. A pickled copy, such as a worker process gets, has none.
    """

    name: str
    classes: tuple[str, ...]
    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    source: Callable[[str], tuple[np.ndarray, np.ndarray]] | None = field(default=None, compare=False)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one image: (height, width, channels)."""
        return self.x_train.shape[1:]

    @cached_property
    def fingerprint(self) -> str:
        """12 hexadecimal digits that tell these classes, images and labels from all others."""
        arrays = (self.x_train, self.y_train, self.x_validation, self.y_validation)
        return hashlib.sha256(repr((self.classes, digest_of(*arrays))).encode()).hexdigest()[:12]

    def __getstate__(self) -> dict:
        return {**self.__dict__, "source": None}

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.input_shape))
        return (
            f"{self.name}: {len(self.y_train):,} training and {len(self.y_validation):,} validation images "
            f"of {shape}, {len(self.classes)} classes; the test set is sealed"
        )


def load(name: str, *, train: int = 50_000, validation: int = 10_000, seed: int = 0) -> Dataset:
    """Draw `train` and `validation` images from the 60,000 training images of "mnist" or "fashion_mnist".

    The two sets are disjoint and every class keeps its share. The same seed draws the same images.
    Raises ValueError for an unknown name, an impossible split or a damaged file, and FileNotFoundError
    for a missing one.
    """
    x, y = read_split(name, "train")
    rows, held = split(y, train, validation, seed)
    return Dataset(name, CLASSES[name], x[rows], y[rows], x[held], y[held], partial(read_split, name))


def split(labels: np.ndarray, train: int, validation: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two disjoint sets of rows in which every class has the share that it has in `labels`."""
    from sklearn.model_selection import train_test_split

    fewest = len(np.unique(labels))
    if min(train, validation) < fewest or train + validation > len(labels):
        raise ValueError(
            f"train={train:,} and validation={validation:,} cannot be drawn from {len(labels):,} images: "
            f"give each at least {fewest} (one a class), and together at most {len(labels):,}."
        )
    rows = np.arange(len(labels))
    if train + validation < len(labels):
        rows, _ = train_test_split(rows, train_size=train + validation, stratify=labels, random_state=seed)
    return tuple(
        train_test_split(
            rows, train_size=train, test_size=validation, stratify=labels[rows], random_state=seed
        )
    )


def read_split(name: str, part: str) -> tuple[np.ndarray, np.ndarray]:
    """All images and labels of one part ("train" or "test"): the source of a data set that `load` made."""
    if name not in CLASSES:
        raise ValueError(f"There is no data set {name!r}: choose one of {', '.join(map(repr, CLASSES))}.")
    with np.load(verified(f"{name}.npz"), allow_pickle=False) as archive:
        x, y = archive[f"x_{part}"], archive[f"y_{part}"]
    return as_floats(x[..., np.newaxis]), y.astype("int64")


def as_floats(x: np.ndarray) -> np.ndarray:
    """Images as float32 in [0, 1]; whole numbers are bytes, from 0 to 255."""
    return x / np.float32(255) if x.dtype == np.uint8 else x.astype("float32")


def verified(file: str) -> Path:
    """The path of a file in `data/` whose sha256 is right; otherwise the sentence that restores it."""
    path = DATA / file
    cure = f"Restore it with `git checkout -- data/{file}` in the folder of the book."
    if not path.exists():
        raise FileNotFoundError(f"The data file {path} is missing. {cure}")
    with path.open("rb") as opened:
        if hashlib.file_digest(opened, "sha256").hexdigest() != SHA256[file]:
            raise ValueError(f"The data file {path} is damaged (its sha256 is not the recorded one). {cure}")
    return path


def digest_of(*arrays: np.ndarray) -> str:
    """The sha256 of the shapes and the contents of arrays."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(repr(array.shape).encode())
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()
