"""Data: what the networks learn from, and the split that keeps a search honest.

A search may look at the training and the validation examples as often as it likes. The test examples stay
sealed: a `Dataset` does not hold them, and only `nasbook.final_test` opens them.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields
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

# --- examples of any kind ---------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Examples:
    """Inputs and targets in memory: each an array, or a tuple of arrays, with a row for every example.

    Unsigned integers among the inputs are the pixels of images: they become floats in [0, 1] when a batch
    needs them, so that images take a byte a pixel until then. Everything else stays as it is. Raises
    ValueError where inputs and targets do not pair up.
    """

    inputs: np.ndarray | tuple[np.ndarray, ...]
    targets: np.ndarray | tuple[np.ndarray, ...]

    def __post_init__(self):
        lengths = {len(array) for array in (*arrays(self.inputs), *arrays(self.targets))}
        if len(lengths) != 1 or 0 in lengths:
            raise ValueError(
                f"Inputs and targets have {sorted(lengths)} rows: give all of them the same number, and at "
                "least one."
            )

    def __len__(self) -> int:
        return len(arrays(self.targets)[0])

    def batch(self, rows, epoch: int = 0) -> tuple:
        """The inputs and the targets of these rows, as a network takes them; alike in every epoch."""
        return each(lambda x: as_floats(x[rows]), self.inputs), each(lambda y: y[rows], self.targets)

    def subset(self, rows) -> "Examples":
        """Some of the examples, as they are stored."""
        return Examples(*(each(lambda array: array[rows], part) for part in (self.inputs, self.targets)))

    @property
    def digest(self) -> str:
        """What tells these examples from all others."""
        return digest_of(*arrays(self.inputs), *arrays(self.targets))


def each(function: Callable, some):
    """The function of an array, or of every array of a tuple."""
    return tuple(map(function, some)) if isinstance(some, tuple) else function(some)


def arrays(some) -> tuple:
    """An array, or a tuple of arrays, as a tuple."""
    return some if isinstance(some, tuple) else (some,)


def as_floats(x: np.ndarray) -> np.ndarray:
    """Unsigned integers as float32 in [0, 1], their largest value as 1; anything else as it is."""
    return x / np.float32(np.iinfo(x.dtype).max) if x.dtype.kind == "u" else x


def digest_of(*some: np.ndarray) -> str:
    """The sha256 of the types, the shapes and the contents of arrays."""
    digest = hashlib.sha256()
    for array in map(np.asarray, some):
        digest.update(repr((array.dtype.str, array.shape)).encode())
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()


# --- a data set, its test set sealed ----------------------------------------------------------------------


@dataclass(frozen=True, repr=False, eq=False)
class Dataset:
    """Training and validation examples of one data set, which have none in common.

    Both are `Examples`, or anything else that has a length, `batch(rows, epoch)`, `targets` and `digest`,
    such as `nb.Drawn`. `classes` are the names of the classes where targets are their numbers. `source` is
    the door that `final_test` opens: `source("test")` gives the sealed examples, `source("train")` all
    others. A pickled copy, such as a worker process gets, has none.
    """

    name: str
    train: Examples
    validation: Examples
    classes: tuple[str, ...] = ()
    source: Callable[[str], Examples] | None = field(default=None)

    @property
    def input_shape(self) -> tuple:
        """The shape of one input, such as (height, width, channels); of a tuple of inputs, their shapes."""
        return each(lambda x: x.shape[1:], self.train.batch(slice(0, 1))[0])

    @cached_property
    def x_train(self) -> np.ndarray:
        """All training inputs as a network takes them; images as float32 in [0, 1]."""
        return self.train.batch(slice(None))[0]

    @property
    def y_train(self) -> np.ndarray:
        """The targets of the training examples."""
        return self.train.targets

    @cached_property
    def x_validation(self) -> np.ndarray:
        """All validation inputs as a network takes them."""
        return self.validation.batch(slice(None))[0]

    @property
    def y_validation(self) -> np.ndarray:
        """The targets of the validation examples."""
        return self.validation.targets

    @cached_property
    def fingerprint(self) -> str:
        """12 hexadecimal digits that tell these classes and examples from all others."""
        told = repr((self.classes, self.train.digest, self.validation.digest))
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def __getstate__(self) -> dict:
        return {**{one.name: getattr(self, one.name) for one in fields(self)}, "source": None}

    def __repr__(self) -> str:
        shapes = [x.shape[1:] for x in arrays(self.train.batch(slice(0, 1))[0])]
        what = "images" if [len(shape) for shape in shapes] == [3] else "examples"
        classes = f", {len(self.classes)} classes" if self.classes else ""
        return (
            f"{self.name}: {len(self.train):,} training and {len(self.validation):,} validation {what} of "
            f"{' and '.join('x'.join(map(str, shape)) for shape in shapes)}{classes}; the test set is sealed"
        )


def load(name: str, *, train: int = 50_000, validation: int = 10_000, seed: int = 0) -> Dataset:
    """Draw `train` and `validation` images from the 60,000 training images of "mnist" or "fashion_mnist".

    The two sets are disjoint and every class keeps its share. The same seed draws the same images.
    Raises ValueError for an unknown name, an impossible split or a damaged file, and FileNotFoundError
    for a missing one.
    """
    images = read_split(name, "train")
    rows, held = split(images.targets, train, validation, seed)
    return Dataset(name, images.subset(rows), images.subset(held), CLASSES[name], partial(read_split, name))


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


def read_split(name: str, part: str) -> Examples:
    """All images and labels of one part ("train" or "test"): the source of a data set that `load` made."""
    if name not in CLASSES:
        raise ValueError(f"There is no data set {name!r}: choose one of {', '.join(map(repr, CLASSES))}.")
    with np.load(verified(f"{name}.npz"), allow_pickle=False) as archive:
        x, y = archive[f"x_{part}"], archive[f"y_{part}"]
    return Examples(x[..., np.newaxis], y.astype("int64"))


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
