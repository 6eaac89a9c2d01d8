"""Images and targets in files: divided, read, and the test ones sealed until the final test."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nasbook.datasets import Dataset, Examples
from nasbook.tasks.dividing import check_shares, divide, grouped
from nasbook.tasks.image_files import digests
from nasbook.tasks.image_reading import DAMAGED, read_images, refuse, size_of
from nasbook.tasks.own_images import check_contents


@dataclass(frozen=True)
class Labeled:
    """Images by name, and `targets(rows)` of some of them; `files` are all that both depend on, as names."""

    names: list[str]
    targets: Callable[[np.ndarray], np.ndarray]
    classes: tuple[str, ...]
    files: list[str]


def sealed(
    path: Path,
    find: Callable[[], Labeled],
    read: Callable[[Path], np.ndarray],
    *,
    validation: float,
    test: float,
    groups: Callable | Mapping | None,
    seed: int,
    name: str | None,
) -> Dataset:
    """The images that `find()` finds, as `read(file)` reads them, and their targets.

    The test images are always the same, and so are their files when `final_test` opens them: otherwise it
    raises ValueError.
    """
    check_shares({"validation": validation, "test": test}, otherwise="")
    found = find()
    one_class, told = np.zeros(len(found.names), int), grouped(groups, found.names)
    rows = divide(one_class, (f"images of {path.name}",), validation, test, seed, told)
    kept, tested = np.concatenate(rows[:2]), rows[2]
    x = read_images(path, [found.names[row] for row in [*kept, *tested]], len(kept), read)
    check_contents(x, f"The folder {path}", "and save every image x again as")
    images, files, before = Examples(x, found.targets(kept)), found.files, digests(path, found.files)

    def source(part: str) -> Examples:
        if part == "train":
            return images
        again = unchanged(path, find, files, before)
        names = [again.names[row] for row in tested]
        return Examples(read_images(path, names, len(names), read), again.targets(tested))

    held = [images.subset(some) for some in (slice(len(rows[0])), slice(len(rows[0]), None))]
    return Dataset(name or path.name, *held, found.classes, source)


def unchanged(path: Path, find: Callable[[], Labeled], files: list[str], before: list[str]) -> Labeled:
    """What is found again. Raises ValueError where a file is new, gone or not as before."""
    try:
        found = find()
        same = found.files == files and digests(path, files) == before
    except (ValueError, OSError):
        same = False
    if not same:
        raise ValueError(f"The files of {path} have changed since they were loaded: load them again.")
    return found


def checked_names(classes: Sequence[str]) -> tuple[str, ...]:
    """The names of classes. Raises ValueError where they are no several strings, each another."""
    names = () if isinstance(classes, str) else tuple(classes)
    if not (names and all(isinstance(name, str) and name for name in names) and len({*names}) == len(names)):
        raise ValueError(
            f"classes={classes!r}: give a list with the name of each class, all different, as in "
            "classes=['cat', 'dog']."
        )
    return names


def sizes_of(path: Path, names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Height and width of each image, before it is resized. Raises ValueError where one cannot be opened."""
    sizes, bad = {}, []
    for name in names:
        try:
            sizes[name] = size_of(path / name)
        except Exception:  # as many kinds as Pillow has
            bad.append(name)
    refuse(bad, *DAMAGED)
    return sizes
