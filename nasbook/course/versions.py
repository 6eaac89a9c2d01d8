"""What other versions than the book's do otherwise: `book/versions.csv`, every cell of which was run.

`tools/versions.py` makes the file; `book/versions.md` shows it as tables.
"""

import csv
from functools import cache

from nasbook.course.modes import ROOT

FILE = ROOT / "book/versions.csv"
THE_BOOKS = {"keras": "3.12.4", "tensorflow": "2.21.0", "optuna": "5.0.0"}
READS = "reads the `.keras` files of"


def minor(version: str) -> str:
    """The first two numbers of a version, such as 3.12."""
    return ".".join(version.split(".")[:2])


@cache
def answers(package: str) -> dict[str, dict[str, str]]:
    """By question, what each minor version answered."""
    found = {}
    with FILE.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["package"] == package:
                found.setdefault(row["question"], {})[minor(row["version"])] = row["answer"]
    return found


def differences(package: str, installed: str) -> list[str]:
    """A sentence for each question that this version answers otherwise than the book's."""
    here, book = minor(installed), minor(THE_BOOKS.get(package, installed))
    return [
        f"{question}: {by[here]} (with the book's {package} {book}: {by[book]})"
        for question, by in answers(package).items()
        if here in by and by[here] != by[book]
    ]


def readers(installed: str) -> tuple[list[str], list[str]]:
    """The minor versions of Keras that read what this one saves, and those that do not."""
    by = answers("keras")[READS]
    if minor(installed) not in by:
        return [], []
    read = [version for version, files in by.items() if minor(installed) in files.split(", ")]
    return read, [version for version in by if version not in read]
