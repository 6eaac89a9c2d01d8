"""The student edition: `make student` writes every chapter without solutions and outputs to `student/`.

That folder lies beside `notebooks/` and has copies of the figures, so all links hold. For teachers,
`python tools/student.py --nbgrader FOLDER` writes what nbgrader makes assignments of: `source/`, a folder a
chapter, with solutions and nbgrader's metadata, and a configuration. `nbgrader generate_assignment` makes the
same students' copies of it. What somebody has changed is kept, and named.

What stands between `### BEGIN SOLUTION` and `### END SOLUTION` is an answer, and a cell with
`nb.check("NN.k", ...)` a check. A cell that holds both becomes two, since nbgrader locks checks, not answers.
"""

import argparse
import ast
import copy
import hashlib
import json
import re
import shutil
from functools import partial
from pathlib import Path

import nbformat
from core_path import names, optional

ROOT = Path(__file__).parent.parent
NOTEBOOKS, STUDENT = ROOT / "notebooks", ROOT / "student"
CONFIG = Path(__file__).with_name("nbgrader_config.py")
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
REGION = re.compile(rf"^( *){BEGIN}\n(.*?)^ *{END}$", re.MULTILINE | re.DOTALL)
CHECK = re.compile(r'^nb\.check\("(\d\d\.\d)"', re.MULTILINE)
STUB = "# YOUR CODE HERE\nraise nb.NotYet"
POINTS = 1  # of an exercise; one on an optional part is checked, too, and is not graded
ABOUT_SOLUTIONS = "Solutions stand between two marked lines.", "Your answer goes below `# YOUR CODE HERE`."

Notebook = Cell = nbformat.NotebookNode


# --- both editions: an answer and a check are cells of their own, with nbgrader's metadata ---------------


def edition(notebook: Notebook) -> Notebook:
    """A copy that still holds solutions and outputs; every answer and every check is a cell that says so."""
    notebook = copy.deepcopy(notebook)
    for cell, left_out in zip(notebook.cells, optional(notebook.cells), strict=True):
        cell.source = cell.source.replace(*ABOUT_SOLUTIONS)
        if exercise := exercise_of(cell):
            mark(cell, f"check-{exercise}", locked=True, points=0 if left_out else POINTS)
    notebook.cells = [part for cell in notebook.cells for part in split(cell)]
    mark_answers(notebook.cells)
    return notebook


def exercise_of(cell: Cell) -> str | None:
    """The exercise that a cell checks; one that is meant to fail only shows how checking works."""
    if cell.cell_type == "code" and "raises-exception" not in cell.metadata.get("tags", []):
        return next(iter(CHECK.findall(cell.source)), None)


def mark(cell: Cell, name: str, *, locked: bool = False, points: int = 0) -> None:
    """Write nbgrader's metadata (schema 3): of an answer, or of a locked check, graded if it has points."""
    grade = points > 0
    cell.metadata.nbgrader = nbformat.from_dict(
        {"schema_version": 3, "grade_id": name.replace(".", "-"), "grade": grade, "locked": locked}
        | {"solution": not locked, "task": False}
        | ({"points": points} if grade else {})
    )


def split(cell: Cell) -> list[Cell]:
    """An answer and the statements after it, its check, as two cells; any other cell as it is."""
    if cell.cell_type != "code" or END not in cell.source:
        return [cell]
    lines, end = cell.source.split("\n"), end_of_answer(cell.source)
    rest = "\n".join(lines[end:]).strip("\n")
    if not rest:
        return [cell]
    answer, check = copy.deepcopy(cell), cell
    answer.source, answer.outputs, answer.metadata = "\n".join(lines[:end]), [], nbformat.from_dict({})
    check.source, check.id = rest, f"{cell.id}-check"
    return [answer, check]


def end_of_answer(source: str) -> int:
    """The number of lines up to the end of the statement in which the last solution ends."""
    end = max(number for number, line in enumerate(source.split("\n"), 1) if line.strip() == END)
    return max([end, *(node.end_lineno for node in ast.parse(source).body if node.lineno < end)])


def mark_answers(cells: list[Cell]) -> None:
    """Name each answer by the check that comes next, and let what it must define begin as `...`."""
    needed, check = set(), None
    for cell in reversed(cells):
        if cell.cell_type != "code":
            continue
        check = exercise_of(cell) or check
        if REGION.search(cell.source):
            mark(cell, f"answer-{check}")
            cell.source = REGION.sub(partial(begun, needed), cell.source)
        needed |= names(REGION.sub(r"\1pass", cell.source))[1]


def begun(needed: set[str], region: re.Match) -> str:
    """A solution after `name = ...` for each name that it defines, later cells need, and is not there yet."""
    defined = set() if region[1] else names(region[2])[0] - names(region.string[: region.start()])[0]
    wanted = sorted(defined & needed, key=lambda name: re.search(rf"\b{name}\b", region[2]).start())
    return "".join(f"{name} = ...\n" for name in wanted) + region[0]


# --- the two editions ------------------------------------------------------------------------------------


def for_students(notebook: Notebook) -> Notebook:
    """Without solutions and outputs. Checks can be neither edited nor deleted, as nbgrader has it."""
    notebook = edition(notebook)
    clear(notebook)
    for cell in notebook.cells:
        cell.source = REGION.sub(lambda region: region[1] + STUB.replace("\n", "\n" + region[1]), cell.source)
        if "nbgrader" in cell.metadata:
            cell.metadata |= {"deletable": False} | ({"editable": False} if exercise_of(cell) else {})
    return notebook


def for_nbgrader(notebook: Notebook) -> Notebook:
    """With solutions, without outputs. Each chapter is in a folder of its own, and links lead there."""
    notebook = edition(notebook)
    clear(notebook)
    for cell in notebook.cells:
        cell.source = re.sub(r"\]\((\d\d_\w+)\.ipynb", r"](../\1/\1.ipynb", cell.source)
    return notebook


def clear(notebook: Notebook) -> None:
    """Remove the outputs, and the stamp that belongs to them."""
    notebook.metadata.pop("nasbook", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


# --- writing ---------------------------------------------------------------------------------------------


def seal(notebook: Notebook) -> str:
    """The sha256 of what a learner or a teacher would change: sources, and nbgrader's metadata."""
    parts = [[cell.source, cell.metadata.get("nbgrader")] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def is_changed(path: Path) -> bool:
    """Whether a notebook that was written before is not as it was written."""
    try:
        there = nbformat.read(path, as_version=4)
    except (ValueError, AttributeError, nbformat.ValidationError):  # no notebook, so none of ours
        return True
    return there.metadata.get("nasbook", {}).get("written") != seal(there)


def write(notebook: Notebook, path: Path) -> bool:
    """Write a notebook with the figures it names; False where a changed one stands already, which is kept.

    One that is as it would be written stays, with its outputs.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for figure in sorted(set(re.findall(r"figures/\w+\.svg", nbformat.writes(notebook)))):
        (path.parent / "figures").mkdir(exist_ok=True)
        shutil.copyfile(NOTEBOOKS / figure, path.parent / figure)
    if path.exists() and is_changed(path):
        return False
    notebook.metadata.nasbook = {"written": seal(notebook)}
    if not path.exists() or seal(nbformat.read(path, as_version=4)) != seal(notebook):
        nbformat.write(notebook, path)
    return True


def write_all(folder: Path, *, nbgrader: bool = False) -> list[Path]:
    """Write an edition of all chapters into a folder. Returns the files that were kept as they are."""
    kept = []
    for chapter in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = (for_nbgrader if nbgrader else for_students)(nbformat.read(chapter, as_version=4))
        path = folder / f"source/{chapter.stem}/{chapter.name}" if nbgrader else folder / chapter.name
        kept += [] if write(notebook, path) else [path]
    config = folder / CONFIG.name
    if nbgrader and not config.exists():
        shutil.copyfile(CONFIG, config)
    elif nbgrader and config.read_bytes() != CONFIG.read_bytes():
        kept.append(config)
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--nbgrader", type=Path, metavar="FOLDER", help="write nbgrader's source/ to this folder"
    )
    options = parser.parse_args()
    folder = options.nbgrader or STUDENT
    if folder.exists() and not folder.is_dir():
        parser.error(f"{folder} is a file: name a folder, which may be new.")
    for path in write_all(folder, nbgrader=bool(options.nbgrader)):
        print(f"Kept, since somebody has changed it: {path}. For a new one move it away and run this again.")
    if options.nbgrader:
        print(f"Every chapter is an assignment in {folder / 'source'}. Next, in {folder}:")
        print("nbgrader generate_assignment 04_search_spaces")
    else:
        print(f"The student edition is in {folder}. Open it: jupyter lab {folder.name}/00_start_here.ipynb")


if __name__ == "__main__":
    main()
