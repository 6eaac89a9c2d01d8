"""The book's own images: MNIST's digits and Fashion-MNIST's clothes, in `data/`."""

from functools import partial

import numpy as np

from nasbook.datasets import Dataset, Examples, verified

CLASSES = {
    "mnist": tuple("0123456789"),
    "fashion_mnist": (
        *("T-shirt", "trouser", "pullover", "dress", "coat"),
        *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
    ),
}


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
