"""Your own texts: in folders or in a table, checked, and split like the data of the book."""

import csv
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nasbook.datasets import Dataset, Examples
from nasbook.tasks.characters import alphabet_of, encoded, letters
from nasbook.tasks.class_folders import files_by_class, read_all
from nasbook.tasks.dividing import check_shares, divide, grouped
from nasbook.tasks.image_reading import refuse, shortened

COLUMNS = {"text", "class"}


class Texts(NamedTuple):
    """Texts by name, the class of each, and what tells whether anything has changed since."""

    names: list[str]
    texts: list[str]
    labels: list[str]
    digest: str


def load_text(
    path: str | Path,
    *,
    validation: float = 0.2,
    test: float = 0.2,
    groups: Callable[[str], object] | Mapping[str, object] | None = None,
    clean: Callable[[str], str] = letters,
    seed: int = 0,
    name: str | None = None,
) -> Dataset:
    """Your own texts: a folder that holds a subfolder of text files for each class, or a table.

    A table is a CSV file in UTF-8 with the columns text and class. Of each text, `clean` makes what is read:
    by default its letters, small, with single blanks; of that, the first 128 characters. An input is int32
    of shape (128,), with codes for the 126 most frequent characters of the texts to train on.

    `validation`, `test`, `groups` and `seed` are those of `load_folder`; the name of a text is its file, as
    "class/file", or the line it ends in, as "line 2". Without `groups`, equal texts of a class stay together.
    Raises ValueError, with their names, for files that are no text in UTF-8, for texts without a letter, for
    less than two classes and for classes with too few texts; FileNotFoundError where there is nothing.
    `final_test` reads the test texts again, and refuses if any text has changed.
    """
    check_shares({"validation": validation, "test": test}, otherwise="", what="texts")
    path = Path(path).resolve()
    found = find(path, clean)
    classes = tuple(sorted(set(found.labels)))
    labels = np.array([classes.index(label) for label in found.labels])
    together = grouped(groups, found.names, "texts") or list(zip(found.labels, found.texts, strict=True))
    rows = divide(labels, classes, validation, test, seed, together, "texts")
    alphabet = alphabet_of(found.texts[row] for row in rows[0])

    def examples(texts: Sequence[str], some: np.ndarray) -> Examples:
        return Examples(encoded([texts[row] for row in some], alphabet), labels[some])

    kept = examples(found.texts, np.concatenate(rows[:2]))
    held = [kept.subset(some) for some in (slice(len(rows[0])), slice(len(rows[0]), None))]

    def source(part: str) -> Examples:
        if part == "train":
            return kept
        return examples(unchanged(path, clean, digest), rows[2])

    digest = found.digest
    return Dataset(name or path.stem, *held, classes, source)


def find(path: Path, clean: Callable[[str], str]) -> Texts:
    """All texts of a folder or a table. Raises ValueError and FileNotFoundError as `load_text` says."""
    if not path.exists():
        raise FileNotFoundError(
            f"There is no {path}: give a folder with a folder of texts for each class, or a CSV file with "
            "the columns text and class."
        )
    names, texts, labels = in_folders(path) if path.is_dir() else in_table(path)
    digest = hashlib.sha256(repr((names, texts, labels)).encode()).hexdigest()
    texts = list(map(clean, texts))
    empty = [name for name, text in zip(names, texts, strict=True) if not text.strip()]
    refuse(empty, "Texts in which nothing is left to read", "fill or delete them")
    if len(set(labels)) < 2:
        raise ValueError(f"All texts of {path} are of one class, {labels[0]!r}: give at least 2 classes.")
    return Texts(names, texts, labels, digest)


def in_folders(path: Path) -> tuple[list[str], list[str], list[str]]:
    """Names, texts and classes of the files in the folders of a folder."""
    files = files_by_class(path, "text")
    cure = "save them again in UTF-8, or delete them"
    names, texts = read_all(path, files, text_of, "Files that are no text in UTF-8", cure)
    return names, texts, [label for _, label in files]


def in_table(path: Path) -> tuple[list[str], list[str], list[str]]:
    """Numbers, texts and classes of the lines of a table."""
    content = text_of(path)
    if content is None:
        raise ValueError(f"{path} is no text in UTF-8: save it again as CSV in UTF-8.")
    reader = csv.reader(io.StringIO(content, newline=""))
    try:
        (_, header), *lines = [(f"line {reader.line_num}", row) for row in reader] or [("", [])]
    except csv.Error as problem:
        raise ValueError(
            f"{path.name} is no CSV file that can be read ({problem}): write it again."
        ) from None
    if set(header) != COLUMNS or len(header) != len(COLUMNS):
        raise ValueError(
            f"The first line of {path.name} names the columns {shortened(header) or '(none)'}: give a CSV "
            "file, with commas, whose first line is `text,class`."
        )
    numbered = [(name, row) for name, row in lines if row]
    torn = [name for name, row in numbered if len(row) != len(header)]
    refuse(torn, "Lines that do not have two columns", 'put texts with commas in quotes, as in "a, b",x')
    if not numbered:
        raise ValueError(f"{path.name} has a first line and no texts: add some.")
    place = header.index("text"), header.index("class")
    texts, labels = ([row[column] for _, row in numbered] for column in place)
    nameless = [name for (name, _), label in zip(numbered, labels, strict=True) if not label.strip()]
    refuse(nameless, "Lines without a class", "name one, or delete them")
    return [name for name, _ in numbered], texts, [label.strip() for label in labels]


def text_of(file: Path) -> str | None:
    """A file in UTF-8, without the mark that some editors begin it with; None where it is none."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def unchanged(path: Path, clean: Callable[[str], str], digest: str) -> list[str]:
    """The texts again. Raises ValueError where they are not as they were."""
    try:
        found = find(path, clean)
    except (ValueError, OSError):
        found = None
    if not found or found.digest != digest:
        raise ValueError(f"The texts of {path} have changed since they were loaded: load them again.")
    return found.texts
