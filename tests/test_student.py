"""The student edition: chapters without solutions, as nbgrader would make them, and graded by nbgrader."""

import ast
import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.utils import determine_grade
from traitlets.config import PyFileConfigLoader

import nasbook as nb
from nasbook.course.exercises import CHECKERS, NotYet

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CHAPTER = "04_search_spaces"  # that is graded: its exercises train nothing
with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(ROOT / "tools")
    import student

each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What `make student` writes."""
    folder = tmp_path_factory.mktemp("student")
    assert student.write_all(folder) == []
    return folder


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """What a teacher gets for nbgrader."""
    course = tmp_path_factory.mktemp("course")
    assert student.write_all(course, nbgrader=True) == []
    return course


@pytest.fixture(scope="module")
def activated():
    """nbgrader calls commands of its environment, such as alembic, by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        yield


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


def outside_of_solutions(text: list[str]) -> list[str]:
    inside, kept = False, []
    for line in text:
        if line.strip() == "### BEGIN SOLUTION":
            inside = True
        elif line.strip() == "### END SOLUTION":
            inside = False
        elif not inside:
            kept.append(line)
    return kept


def answers(notebook) -> list:
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]


def checks(notebook) -> list:
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]


# --- a student's copy ------------------------------------------------------------------------------------


@each_chapter
def test_a_copy_keeps_every_line_but_those_of_solutions(chapter, folder):
    kept = [
        line
        for line in lines(read(folder / chapter.name).cells)
        if line.strip() not in ("# YOUR CODE HERE", "raise nb.NotYet")
        and not re.fullmatch(r"\w+ = \.\.\.", line)
    ]
    expected = outside_of_solutions(lines(read(chapter).cells))
    told = ("Solutions stand between two marked lines.", "Your answer goes below `# YOUR CODE HERE`.")
    assert kept == [line.replace(*told) for line in expected]
    assert "SOLUTION" not in (folder / chapter.name).read_text(encoding="utf-8")


@each_chapter
def test_a_copy_is_valid_and_was_never_run(chapter, folder):
    copy, original = read(folder / chapter.name), read(chapter)
    nbformat.validate(copy)
    for cell in copy.cells:
        assert cell.get("outputs", []) == [] and cell.get("execution_count") is None
    assert copy.metadata.kernelspec == original.metadata.kernelspec
    assert len({cell.id for cell in copy.cells}) == len(copy.cells)
    tags = {cell.id: cell.metadata.tags for cell in copy.cells if "tags" in cell.metadata}
    assert list(tags.values()) == [cell.metadata.tags for cell in original.cells if "tags" in cell.metadata]


@each_chapter
def test_the_links_and_pictures_of_a_copy_lead_to_files(chapter, folder):
    local = targets(read(folder / chapter.name))
    assert local
    for target in local:
        assert (folder / target).exists(), target


@each_chapter
def test_every_exercise_has_a_stub_and_a_locked_check(chapter, folder):
    copy = read(folder / chapter.name)
    exercises = sorted(exercise for exercise in CHECKERS if exercise.startswith(chapter.name[:2]))
    assert [re.search(r'nb\.check\("(.*?)"', cell.source)[1] for cell in checks(copy)] == exercises
    grade_ids = [cell.metadata.nbgrader.grade_id for cell in copy.cells if "nbgrader" in cell.metadata]
    ids = [exercise.replace(".", "-") for exercise in exercises]
    assert grade_ids == [f"{part}-{name}" for name in ids for part in ("answer", "check")]
    for cell in checks(copy):
        assert "# YOUR CODE HERE" not in cell.source
        assert cell.metadata.nbgrader.locked and not cell.metadata.nbgrader.solution
        assert cell.metadata.editable is cell.metadata.deletable is False
    for cell in answers(copy):
        assert re.search(r"^( *)# YOUR CODE HERE\n\1raise nb\.NotYet$", cell.source, re.MULTILINE)
        assert not cell.metadata.nbgrader.locked and "editable" not in cell.metadata


def test_a_learner_is_told_where_answers_go_and_not_where_solutions_are(folder):
    start = (folder / CHAPTERS[0].name).read_text(encoding="utf-8")
    assert "Your answer goes below `# YOUR CODE HERE`." in start
    assert "Solutions stand" not in start


def test_an_exercise_gives_a_point_unless_it_is_about_an_optional_part(folder):
    points = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for chapter in CHAPTERS
        for cell in checks(read(folder / chapter.name))
    }
    assert {name for name, worth in points.items() if worth == 0} == {"check-05-4", "check-06-3"}
    assert set(points.values()) == {0, 1}


class Elsewhere(dict):
    """The names of a chapter that its exercises alone do not define."""

    def __missing__(self, name):
        return None


@each_chapter
def test_a_stub_that_is_not_filled_in_says_what_to_do(chapter, folder):
    copy = read(folder / chapter.name)
    for answer, check in zip(answers(copy), checks(copy), strict=True):
        names = {"nb": nb}
        with contextlib.suppress(NotYet):  # from a stub that is no function's
            exec(f"from __future__ import annotations\n{answer.source}", names)
        calls = [node for node in ast.walk(ast.parse(check.source)) if isinstance(node, ast.Call)]
        call = next(ast.unparse(node) for node in calls if ast.unparse(node.func) == "nb.check")
        begun = re.match(r"\w.* = (?!\.\.\.)", answer.source)  # the chapter itself gives an empty answer
        with pytest.raises(NotYet, match=None if begun else "write your answer below `# YOUR CODE HERE`"):
            eval(call, names, Elsewhere(names))


# --- what is written, and what is kept -------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_both_editions_come_out_the_same_again_and_leave_the_book_as_it_is(folder, course, tmp_path):
    book = contents(ROOT / "notebooks")
    student.write_all(tmp_path / "student")
    student.write_all(tmp_path / "course", nbgrader=True)
    assert contents(tmp_path / "student") == contents(folder)
    assert {name: text for name, text in contents(course).items() if name.startswith("source")} == {
        name: text for name, text in contents(tmp_path / "course").items() if name.startswith("source")
    }
    assert contents(ROOT / "notebooks") == book


def test_a_copy_that_somebody_works_in_is_kept(tmp_path):
    untouched, path = student.for_students(read(CHAPTERS[8])), tmp_path / "08.ipynb"
    student.write(untouched, path, overwrite=False)
    mine = read(path)
    mine.cells[-1].source += "\n\nMy notes."
    nbformat.write(mine, path)
    assert not student.write(untouched, path, overwrite=False)
    assert "My notes." in path.read_text(encoding="utf-8")
    assert student.write(untouched, path, overwrite=True)
    assert "My notes." not in path.read_text(encoding="utf-8")


def test_a_copy_that_was_only_run_keeps_its_outputs_until_the_chapter_changes(tmp_path):
    copy, path = student.for_students(read(CHAPTERS[8])), tmp_path / "08.ipynb"
    student.write(copy, path, overwrite=False)
    run = read(path)
    run.cells[1].outputs = [nbformat.v4.new_output("stream", text="nasbook in full mode")]
    nbformat.write(run, path)
    assert student.write(copy, path, overwrite=False)
    assert "nasbook in full mode" in path.read_text(encoding="utf-8")
    copy.cells[0].source += "\n\nA new edition."
    assert student.write(copy, path, overwrite=False)
    assert "nasbook in full mode" not in path.read_text(encoding="utf-8")
    assert "A new edition." in path.read_text(encoding="utf-8")


def test_the_points_and_the_settings_of_a_teacher_are_kept(tmp_path):
    student.write_all(tmp_path, nbgrader=True)
    path, config = tmp_path / f"source/{CHAPTER}/{CHAPTER}.ipynb", tmp_path / "nbgrader_config.py"
    mine = read(path)
    checks(mine)[0].metadata.nbgrader.points = 5
    nbformat.write(mine, path)
    config.write_text("c = get_config()")
    assert student.write_all(tmp_path, nbgrader=True) == [path]
    assert checks(read(path))[0].metadata.nbgrader.points == 5
    assert config.read_text() == "c = get_config()"


def test_a_file_that_is_no_notebook_is_kept(tmp_path):
    path = tmp_path / "08.ipynb"
    path.write_text("half a notebook, {")
    assert not student.write(student.for_students(read(CHAPTERS[8])), path, overwrite=False)
    assert path.read_text() == "half a notebook, {"


def test_the_command_refuses_a_file_in_one_sentence(tmp_path):
    file = tmp_path / "course"
    file.touch()
    command = [sys.executable, ROOT / "tools/student.py", "--nbgrader", file]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.endswith(f"{file} is a file: name a folder, which may be new.\n")


# --- nbgrader --------------------------------------------------------------------------------------------


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
    graded = checks(student.edition(read(chapter)))
    assert len(graded) >= 2
    for cell in graded:
        assert determine_grade(cell) == (cell.metadata.nbgrader.points,) * 2


# A teacher's morning: three submissions of one chapter, graded by the command that a teacher types.

ANSWERS = {  # to three of the four exercises: right, but for a warning; wrong; right
    "answer-04-1": """
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
    a, b, c, d = (np.mean(scores[w, whose]) for w in ("96", "936") for whose in ("ours", "theirs"))
    return (b - a + d - c) / 2, (a - c + b - d) / 2
""",
}


def submit(course: Path, who: str, written: dict[str, str]) -> None:
    """Hand in the release, with these cells written by a learner, who threw away what is optional."""
    notebook = release_of(ROOT / f"notebooks/{CHAPTER}.ipynb", course / "release")
    marked = zip(notebook.cells, student.optional(notebook.cells), strict=True)
    notebook.cells = [cell for cell, left_out in marked if not (written and left_out)]
    for cell in notebook.cells:
        cell.source = written.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    folder = course / f"submitted/{who}/{CHAPTER}"
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{CHAPTER}.ipynb")


def points(course: Path, who: str) -> list[float]:
    """What a learner got for each exercise."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        submission = gradebook.find_submission(CHAPTER, who)
        assert not submission.needs_manual_grade
        grades = {grade.name: grade.score for notebook in submission.notebooks for grade in notebook.grades}
    return [grades[name] for name in sorted(grades)]


def test_nbgrader_gives_a_right_a_half_right_and_an_untouched_submission_their_points(course, released):
    book = student.edition(read(ROOT / f"notebooks/{CHAPTER}.ipynb"))
    submit(course, "right", {cell.metadata.nbgrader.grade_id: cell.source for cell in answers(book)})
    submit(course, "half", {**ANSWERS, "check-04-2": "pass", "check-04-3": "pass"})  # which changes no check
    submit(course, "untouched", {})
    environment = {name: value for name, value in os.environ.items() if name != "NASBOOK_MODE"}
    command = [sys.executable, "-m", "nbgrader", "autograde", CHAPTER]
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert points(course, "right") == [1, 1, 1, 1]
    assert points(course, "half") == [1, 0, 0, 1]
    assert points(course, "untouched") == [0, 0, 0, 0]
    graded = read(course / f"autograded/untouched/{CHAPTER}/{CHAPTER}.ipynb")
    assert "in fast mode" in graded.cells[1].outputs[0].text
    meant = {cell.id for cell in book.cells if "raises-exception" in cell.metadata.get("tags", [])}
    failed = [
        cell for cell in graded.cells if "error" in {out.output_type for out in cell.get("outputs", [])}
    ]
    problems = [cell.outputs[-1].ename for cell in failed if cell.id not in meant]
    assert problems == ["NotYet"] * 8  # four stubs and four checks: all else in the chapter runs
