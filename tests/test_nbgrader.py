"""nbgrader releases the student edition and grades it: every point where it belongs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from editions import (
    CHAPTERS,
    ROOT,
    answers,
    checks,
    each_chapter,
    edition,
    optional,
    points_of,
    read,
    targets,
    write_all,
)
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.utils import determine_grade, has_failed
from traitlets.config import PyFileConfigLoader

GRADED = "04_search_spaces"  # its exercises train nothing
WITH_OPTIONAL = "05_random_search"  # has an exercise on an optional part


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What `make student` writes."""
    folder = tmp_path_factory.mktemp("student")
    assert write_all(folder) == []
    return folder


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """What a teacher gets for nbgrader."""
    course = tmp_path_factory.mktemp("course")
    assert write_all(course, nbgrader=True) == []
    return course


@pytest.fixture(scope="module")
def activated():
    """nbgrader calls commands of its environment, such as alembic, by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        yield


# --- released --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def released(course, activated):
    """The course after `nbgrader generate_assignment` of every chapter."""
    config = PyFileConfigLoader("nbgrader_config.py", str(course)).load_config()
    config.CourseDirectory.root = str(course)
    api = NbGraderAPI(config=config)
    for chapter in CHAPTERS:
        done = api.generate_assignment(chapter.stem)
        assert done["success"], done
    return course / "release"


def release_of(chapter: Path, released: Path) -> nbformat.NotebookNode:
    return read(released / chapter.stem / chapter.name)


@each_chapter
def test_what_nbgrader_releases_is_the_students_copy(chapter, folder, released):
    ours, theirs = read(folder / chapter.name), release_of(chapter, released)
    for cell in theirs.cells:
        cell.source = re.sub(r"\]\(\.\./(\d\d_\w+)/\1\.ipynb", r"](\1.ipynb", cell.source)
        for added in ("checksum", "cell_type"):
            cell.metadata.get("nbgrader", {}).pop(added, None)
    assert theirs.cells == ours.cells


@each_chapter
def test_the_links_and_pictures_of_a_release_lead_to_files(chapter, released):
    for target in targets(release_of(chapter, released)):
        assert (released / chapter.stem / target).exists(), target


@each_chapter
def test_what_the_book_itself_answers_would_get_all_points(chapter):
    checked = checks(edition(read(chapter)))
    assert len(checked) >= 2
    for cell in checked:
        assert not has_failed(cell)
        if points_of(cell):
            assert determine_grade(cell) == (points_of(cell),) * 2


# --- graded: a teacher's morning -------------------------------------------------------------------------

ANSWERS = {  # to three of the four exercises: right, but for a warning; wrong; right
    "answer-04-1": """
import os
import warnings

warnings.warn("a warning costs no points")
predicted = 39 * 8 * (1 + 2 * 3)
dropout = nb.Choice("dropout", (0, 0.25, 0.5), when={"dense": (64, 128)})
with_dropout = nb.SearchSpace([*nb.lenet_space().choices, dropout])
""",
    "answer-04-2": "def differing_genes(a, b):\n    return sum(a[g] != b[g] for g in a if g in b)",
    "answer-04-4": """
missing = [("96", "ours"), ("936", "theirs")]


def effects(scores):
    warnings.warn("nor does one during the check")
    os.write(2, b"nor does what a library in C writes")
    a, b, c, d = (np.mean(scores[w, whose]) for w in ("96", "936") for whose in ("ours", "theirs"))
    return (b - a + d - c) / 2, (a - c + b - d) / 2
""",
}


def hand_in(course: Path, chapter: str, who: str, written: dict[str, str]) -> None:
    """The release, with these cells written by a learner, who threw away what is optional."""
    notebook = release_of(ROOT / f"notebooks/{chapter}.ipynb", course / "release")
    marked = zip(notebook.cells, optional(notebook.cells), strict=True)
    notebook.cells = [cell for cell, left_out in marked if not (written and left_out)]
    for cell in notebook.cells:
        cell.source = written.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    folder = course / f"submitted/{who}/{chapter}"
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{chapter}.ipynb")


def grade(course: Path, chapter: str) -> None:
    """As a teacher types it, in no mode that a test has set."""
    environment = {name: value for name, value in os.environ.items() if name != "NASBOOK_MODE"}
    command = [sys.executable, "-m", "nbgrader", "autograde", chapter]
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def points(course: Path, chapter: str, who: str) -> list[float]:
    """What a learner got for each exercise."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        submission = gradebook.find_submission(chapter, who)
        assert not submission.needs_manual_grade
        grades = {grade.name: grade.score for notebook in submission.notebooks for grade in notebook.grades}
    return [grades[name] for name in sorted(grades)]


def solutions(chapter: str) -> dict[str, str]:
    book = edition(read(ROOT / f"notebooks/{chapter}.ipynb"))
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in answers(book)}


def test_a_right_a_half_right_and_an_untouched_submission_get_their_points(course, released):
    hand_in(course, GRADED, "right", solutions(GRADED))
    changed = {"check-04-2": "pass", "check-04-3": "pass"}  # which changes no check
    hand_in(course, GRADED, "half", ANSWERS | changed)
    hand_in(course, GRADED, "untouched", {})
    grade(course, GRADED)
    assert points(course, GRADED, "right") == [1, 1, 1, 1]
    assert points(course, GRADED, "half") == [1, 0, 0, 1]
    assert points(course, GRADED, "untouched") == [0, 0, 0, 0]
    graded = read(course / f"autograded/untouched/{GRADED}/{GRADED}.ipynb")
    assert "in fast mode" in graded.cells[1].outputs[0].text
    meant = {cell.id for cell in graded.cells if "raises-exception" in cell.metadata.get("tags", [])}
    failed = [
        cell for cell in graded.cells if "error" in {out.output_type for out in cell.get("outputs", [])}
    ]
    problems = [cell.outputs[-1].ename for cell in failed if cell.id not in meant]
    assert problems == ["NotYet"] * 8  # four stubs and four checks: all else in the chapter runs


def test_what_is_optional_may_be_left_out_and_nothing_waits_for_the_teacher(course, released):
    hand_in(course, WITH_OPTIONAL, "core", solutions(WITH_OPTIONAL))
    grade(course, WITH_OPTIONAL)
    assert points(course, WITH_OPTIONAL, "core") == [1, 1, 1]
