"""What the tests of the student edition have in common: the tool, and how to read what it writes."""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(ROOT / "tools")
    import student

each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
edition, for_students, write, write_all = (
    student.edition,
    student.for_students,
    student.write,
    student.write_all,
)
names, optional = student.names, student.optional


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def lines(cells) -> list[str]:
    """All lines of these cells that are not blank."""
    return [line for cell in cells for line in cell.source.split("\n") if line.strip()]


def targets(notebook) -> set[str]:
    """The files that the text links to, and the figures that text or code show."""
    prose = "\n".join(lines(cell for cell in notebook.cells if cell.cell_type == "markdown"))
    links = {link for link in re.findall(r"\]\(([^)\s#]+)", prose) if "://" not in link}
    return {*links, *re.findall(r"\bfigures/[\w.]+", "\n".join(lines(notebook.cells)))}


def answers(notebook) -> list:
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]


def checks(notebook) -> list:
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("locked")]


def points_of(check) -> int:
    """What a check is worth; one of an optional part is not graded."""
    return check.metadata.nbgrader.get("points", 0)
