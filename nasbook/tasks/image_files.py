"""Images in folders: which there are, to which class and part they belong, and what would be missed.

The name of an image is its path from the folder that was given, such as "cat/001.png".
"""

import hashlib
import mimetypes
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nasbook.tasks.image_reading import opens, refuse, shortened, suffixes

PARTS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
NO_IMAGES = (".txt", ".md", ".csv", ".tsv", ".json", ".xml", ".html", ".yaml", ".yml")
LEFT_BY_SYSTEMS = ("thumbs.db", "desktop.ini", "__macosx")


@dataclass(frozen=True)
class Files:
    """All images of a data set by name: label and part of each ("train": also those still to be divided)."""

    names: list[str]
    labels: np.ndarray
    parts: np.ndarray
    classes: tuple[str, ...]

    def named(self, rows: Iterable[int]) -> list[str]:
        return [self.names[row] for row in rows]


def list_files(path: Path, folders: dict[str, Path]) -> Files:
    """The images of these parts, whose names start at `path`; all parts must have the same classes."""
    found = {part: files_of(folder, path, folders.values()) for part, folder in folders.items()}
    classes = tuple(sorted(set().union(*found.values())))
    lacking = [
        f"{name} in {part}" for name in classes for part, inside in found.items() if name not in inside
    ]
    refuse(lacking, "Classes that a part does not have", "give all parts the same class folders")
    rows = [
        (name, classes.index(kind), part)
        for part, inside in found.items()
        for kind, members in inside.items()
        for name in members
    ]
    names, labels, parts = zip(*rows, strict=True)
    return Files(list(names), np.array(labels), np.array(parts), classes)


def image_files(path: Path) -> dict[str, list[str]]:
    """The images of each class, as "class/file", sorted. Refuses what would otherwise be missed.

    In a folder that holds train, validation or test, they are "train/class/file", and so on.
    """
    merged: dict[str, list[str]] = {}
    for folder in part_folders(path, {}).values():
        for name, members in files_of(folder, path).items():
            merged.setdefault(name, []).extend(members)
    return merged


def part_folders(path: Path, given: dict[str, Path]) -> dict[str, Path]:
    """The folder of each part: what is given, and what is called train, validation or test in `path`.

    Where nothing is called so, `path` itself holds the classes to train on. A class may be called train: a
    part is told by the class folders in it.
    """
    if len({path, *given.values()}) <= len(given):
        told = ", ".join(map(str, [path, *given.values()]))
        raise ValueError(f"Two parts are the same folder ({told}): give each of them a folder of its own.")
    folders = [one for one in folders_in(path) if one.resolve() not in given.values()]
    named = [one for one in folders if one.name.lower() in PARTS]
    if not named or (len(named) < len(folders) and not any(map(folders_in, named))):
        return {"train": path, **given}
    found = [*((PARTS[one.name.lower()], one) for one in folders if one in named), *given.items()]
    right = len(named) == len(folders) and all(map(folders_in, named)) and len(dict(found)) == len(found)
    if not (right and "train" in dict(found)):
        raise ValueError(
            f"The folder {path} holds {shortened([one.name for one in folders])}, as if they were parts of a "
            "data set: give a folder with nothing but train and, where you have them, validation and test, "
            "each with a folder for each class; or one with classes alone, and parts as in "
            "test='photos/test'."
        )
    refuse_strays(path, path)
    return dict(found)


def files_of(folder: Path, start: Path, without: Collection[Path] = ()) -> dict[str, list[str]]:
    """The images in each class folder, their names as seen from `start`."""
    folders = [one for one in folders_in(folder) if one.resolve() not in without]
    refuse_strays(folder, start)
    if len(folders) < 2:
        raise ValueError(
            f"The folder {folder} has {len(folders)} class folder(s): give one that holds a subfolder of "
            "images for each of at least 2 classes."
        )
    inside = [entry for one in folders for entry in visible(one)]
    refuse_broken(inside, start)
    deep = [seen_from(start, entry) for entry in inside if entry.is_dir()]
    refuse(deep, "Folders inside of a class folder", "move their images one level up, or delete them")
    known = suffixes()
    files = [entry for entry in inside if not ignored(entry)]
    bad = [seen_from(start, one) for one in files if one.suffix.lower() not in known and not opens(one)]
    refuse(bad, "Files that Pillow does not read as images", "convert them to PNG, or delete them")
    found = {one.name: [seen_from(start, file) for file in files if file.parent == one] for one in folders}
    empty = [name for name, members in found.items() if not members]
    refuse(empty, "Class folders without an image", "fill or delete them")
    return found


def refuse_strays(folder: Path, start: Path) -> None:
    """Raise ValueError for images beside the folders in a folder, and for links that lead nowhere."""
    refuse_broken(visible(folder), start)
    loose = [seen_from(start, one) for one in visible(folder) if one.is_file() and seems_image(one)]
    refuse(loose, "Images outside of a class folder", "move them into one, or delete them")


def refuse_broken(entries: Iterable[Path], start: Path) -> None:
    broken = [seen_from(start, one) for one in entries if not (one.is_file() or one.is_dir())]
    refuse(broken, "Neither files nor folders, such as links that lead nowhere", "mend or delete them")


def visible(folder: Path) -> list[Path]:
    """What a folder holds, sorted by name, without hidden files and what systems leave behind."""
    if not folder.is_dir():
        raise FileNotFoundError(
            f"There is no folder {folder}: give one that holds the images, or what belongs to them."
        )
    shown = [one for one in folder.iterdir() if not one.name.startswith(".")]
    return sorted((one for one in shown if one.name.lower() not in LEFT_BY_SYSTEMS), key=lambda one: one.name)


def files_below(folder: Path, without: Collection[Path] = (), above: Collection[Path] = ()) -> list[Path]:
    """All files in a folder and its folders but some; a link that leads back to one above is not followed."""
    found, above = [], {*above, folder.resolve()}
    for one in visible(folder):
        if not one.is_dir():
            found.append(one)
        elif one.resolve() not in {*above, *without}:
            found += files_below(one, without, above)
    return found


def images_below(path: Path, without: Collection[Path] = ()) -> list[str]:
    """The names of the images anywhere in a folder. Raises ValueError where there are none."""
    files = files_below(path, without)
    refuse_broken(files, path)
    images = [seen_from(path, file) for file in files if seems_image(file)]
    if not images:
        raise ValueError(f"No images are in {path}: give a folder that holds some, directly or in folders.")
    return images


def folders_in(folder: Path) -> list[Path]:
    return [one for one in visible(folder) if one.is_dir()]


def seen_from(start: Path, file: Path) -> str:
    return Path(os.path.relpath(file, start)).as_posix()


def ignored(file: Path) -> bool:
    """Whether a file among images is surely none: a text or a table."""
    return file.suffix.lower() in NO_IMAGES


def seems_image(file: Path) -> bool:
    """Whether it is an image by its name, though Pillow may not read it, or by what is in it."""
    kind = mimetypes.guess_type(file.name)[0] or ""
    named = file.suffix.lower() in suffixes() or kind.startswith("image/")
    return not ignored(file) and (named or opens(file))


def digests(path: Path, names: Iterable[str]) -> list[str]:
    """The sha256 of each file."""
    found = []
    for name in names:
        with (path / name).open("rb") as opened:
            found.append(hashlib.file_digest(opened, "sha256").hexdigest())
    return found


def refuse_changes(path: Path, folders: dict[str, Path], files: Files, before: list[str]) -> None:
    """Raise ValueError where a file is not as it was when these digests were taken, is new or is gone."""
    names = list_files(path, folders).names
    if names != files.names or digests(path, names) != before:
        raise ValueError(f"The images in {path} have changed since they were loaded: load them again.")
