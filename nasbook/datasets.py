"""Data: what the networks learn from, and the split that keeps a search honest.

A search may look at the training and the validation examples as often as it likes. The test examples stay
sealed: a `Dataset` does not hold them, and only `nasbook.final_test` opens them.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path

import numpy as np

# --- examples of any kind ---------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Examples:
    """Inputs and targets in memory: each an array, or a tuple of arrays, with a row for every example.

    Unsigned integers among the inputs are pixels: they become floats in [0, 1] when a batch needs them, so
    that images take little room until then. Raises ValueError where inputs and targets do not pair up.
    """

    inputs: np.ndarray | tuple[np.ndarray, ...]
    targets: np.ndarray | tuple[np.ndarray, ...]

    def __post_init__(self):
        lengths = {len(array) for array in (*arrays(self.inputs), *arrays(self.targets))}
        if len(lengths) != 1 or 0 in lengths:
            raise ValueError(f"Inputs and targets have {sorted(lengths)} rows: give all alike, at least one.")

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
    such as `nb.Drawn`; it may know its `input_shape`. `classes` are the names of the classes where targets
    are their numbers. `source` is the door that `final_test` opens: `source("test")` gives the sealed
    examples, `source("train")` all others. A pickled copy, such as a worker process gets, has none.
    """

    name: str
    train: Examples
    validation: Examples
    classes: tuple[str, ...] = ()
    source: Callable[[str], Examples] | None = field(default=None)

    @property
    def input_shape(self) -> tuple:
        """The shape of one input, such as (height, width, channels); of a tuple of inputs, their shapes."""
        known = getattr(self.train, "input_shape", None)
        return known or each(lambda x: x.shape[1:], self.train.batch(slice(0, 1))[0])

    @cached_property
    def x_train(self) -> np.ndarray:
        """All training inputs as a network takes them; images as float32 in [0, 1]."""
        return self.train.batch(slice(None))[0]

    @cached_property
    def x_validation(self) -> np.ndarray:
        """All validation inputs as a network takes them."""
        return self.validation.batch(slice(None))[0]

    y_train = property(lambda self: self.train.targets, doc="All training targets.")
    y_validation = property(lambda self: self.validation.targets, doc="All validation targets.")

    @cached_property
    def fingerprint(self) -> str:
        """12 hexadecimal digits that tell these classes and examples from all others."""
        told = repr((self.classes, self.train.digest, self.validation.digest))
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def __getstate__(self) -> dict:
        return {**{one.name: getattr(self, one.name) for one in fields(self)}, "source": None}

    @property
    def what(self) -> str:
        """What the examples are: "images", of shape (height, width, channels), or "examples"."""
        return "images" if [x.ndim for x in arrays(self.train.batch(slice(0, 1))[0])] == [4] else "examples"

    def __repr__(self) -> str:
        shapes = ["x".join(map(str, x.shape[1:])) for x in arrays(self.train.batch(slice(0, 1))[0])]
        sizes = f"{len(self.train):,} training and {len(self.validation):,} validation {self.what}"
        classes = f", {len(self.classes)} classes" if self.classes else ""
        return f"{self.name}: {sizes} of {' and '.join(shapes)}{classes}; the test set is sealed"


# --- files of the book ------------------------------------------------------------------------------------

DATA = Path(os.environ.get("NASBOOK_DATA", Path(__file__).parent.parent / "data"))
SUMS = Path(__file__).parent / "SHA256SUMS"  # check them with `sha256sum -c nasbook/SHA256SUMS`
SHA256 = {Path(line[1]).name: line[0] for line in map(str.split, SUMS.read_text().splitlines())}


def verified(file: str) -> Path:
    """The path of a file in `data/` whose sha256 is right; otherwise the sentence that restores it."""
    path = DATA / file
    cure = f"Restore it with `git checkout -- data/{file}` in the folder of the book"
    cure += f", and copy it to {DATA}, where NASBOOK_DATA leads." if "NASBOOK_DATA" in os.environ else "."
    if not path.exists():
        raise FileNotFoundError(f"The data file {path} is missing. {cure}")
    with path.open("rb") as opened:
        if hashlib.file_digest(opened, "sha256").hexdigest() != SHA256[file]:
            raise ValueError(f"The data file {path} is damaged (its sha256 is not the recorded one). {cure}")
    return path
