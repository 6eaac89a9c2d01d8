"""The student edition: chapters without solutions, and nothing lost of what somebody has written."""

import ast
import builtins
import contextlib
import re
import subprocess
import sys
from pathlib import Path
from unittest import mock

import nbformat
import pytest
from editions import (
    CHAPTERS,
    ROOT,
    answers,
    checks,
    each_chapter,
    for_students,
    lines,
    names,
    points_of,
    read,
    targets,
    write,
    write_all,
)

import nasbook as nb
from nasbook.course.exercises import CHECKERS, NotYet

CHAPTER = "04_search_spaces"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What `make student` writes."""
    folder = tmp_path_factory.mktemp("student")
    assert write_all(folder) == []
    return folder


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
        cell.metadata.nbgrader.grade_id: points_of(cell)
        for chapter in CHAPTERS
        for cell in checks(read(folder / chapter.name))
    }
    assert {name for name, worth in points.items() if worth == 0} == {"check-05-4", "check-06-3"}
    assert set(points.values()) == {0, 1}


@each_chapter
def test_what_a_stub_begins_with_dots_is_new_or_what_its_check_wants(chapter, folder):
    copy = read(folder / chapter.name)
    stubs, defined = zip(answers(copy), checks(copy), strict=True), set()
    check_of = {answer.id: check for answer, check in stubs}
    for cell in copy.cells:
        if cell.id in check_of:
            begun = set(re.findall(r"^(\w+) = \.\.\.$", cell.source, re.MULTILINE))
            assert not begun & defined - names(check_of[cell.id].source)[1], cell.id
        if cell.cell_type == "code":
            defined |= names(cell.source)[0]


class Anything(mock.MagicMock):
    """What a chapter defines elsewhere."""

    def __format__(self, how):
        return "anything"


@each_chapter
def test_a_stub_that_is_not_filled_in_says_what_to_do(chapter, folder):
    copy = read(folder / chapter.name)
    for answer, check in zip(answers(copy), checks(copy), strict=True):
        needed = names(answer.source)[1] | names(check.source)[1]
        known = {name: Anything() for name in needed - set(dir(builtins))} | {"nb": nb}
        with contextlib.suppress(NotYet):  # from a stub that is no function's
            exec(f"from __future__ import annotations\n{answer.source}", known)
        body = ast.parse(check.source).body
        end = 1 + next(i for i, line in enumerate(body) if "nb.check(" in ast.unparse(line))
        until_checked = compile(ast.Module(body[:end], []), check.id, "exec")
        begun = re.match(r"\w.* = (?!\.\.\.)", answer.source)  # the chapter itself gives an empty answer
        with pytest.raises(NotYet, match=None if begun else "write your answer below `# YOUR CODE HERE`"):
            exec(until_checked, known)


# --- what is written, and what is kept -------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("nbgrader", [False, True])
def test_an_edition_comes_out_the_same_again_and_leaves_the_book_as_it_is(nbgrader, tmp_path):
    book = contents(ROOT / "notebooks")
    for place in ("one", "two"):
        write_all(tmp_path / place, nbgrader=nbgrader)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert contents(ROOT / "notebooks") == book


def test_a_copy_that_somebody_works_in_is_kept(tmp_path):
    untouched, path = for_students(read(CHAPTERS[8])), tmp_path / "08.ipynb"
    write(untouched, path)
    mine = read(path)
    mine.cells[-1].source += "\n\nMy notes."
    nbformat.write(mine, path)
    assert not write(untouched, path)
    assert "My notes." in path.read_text(encoding="utf-8")


def test_a_copy_that_was_only_run_keeps_its_outputs_until_the_chapter_changes(tmp_path):
    copy, path = for_students(read(CHAPTERS[8])), tmp_path / "08.ipynb"
    write(copy, path)
    run = read(path)
    run.cells[1].outputs = [nbformat.v4.new_output("stream", text="nasbook in full mode")]
    nbformat.write(run, path)
    assert write(copy, path)
    assert "nasbook in full mode" in path.read_text(encoding="utf-8")
    copy.cells[0].source += "\n\nA new edition."
    assert write(copy, path)
    assert "nasbook in full mode" not in path.read_text(encoding="utf-8")
    assert "A new edition." in path.read_text(encoding="utf-8")


def test_the_points_and_the_settings_of_a_teacher_are_kept(tmp_path):
    write_all(tmp_path, nbgrader=True)
    path, config = tmp_path / f"source/{CHAPTER}/{CHAPTER}.ipynb", tmp_path / "nbgrader_config.py"
    mine = read(path)
    checks(mine)[0].metadata.nbgrader.points = 5
    nbformat.write(mine, path)
    config.write_text("c = get_config()")
    assert write_all(tmp_path, nbgrader=True) == [path, config]
    assert checks(read(path))[0].metadata.nbgrader.points == 5
    assert config.read_text() == "c = get_config()"


@pytest.mark.parametrize("text", ["half a notebook, {", "[]"])
def test_a_file_that_is_no_notebook_is_kept(text, tmp_path):
    path = tmp_path / "08.ipynb"
    path.write_text(text)
    assert not write(for_students(read(CHAPTERS[8])), path)
    assert path.read_text() == text


def test_the_command_names_what_it_keeps_and_says_what_to_do_next(tmp_path):
    command = [sys.executable, ROOT / "tools/student.py", "--nbgrader", tmp_path]
    first = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert first[-1] == "nbgrader generate_assignment 04_search_spaces"
    assert not any(line.startswith("Kept") for line in first)
    path = tmp_path / f"source/{CHAPTER}/{CHAPTER}.ipynb"
    mine = read(path)
    mine.cells[0].source += "\n\nOur course."
    nbformat.write(mine, path)
    kept, *rest = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert kept.startswith("Kept, since somebody has changed it: ")
    assert str(path) in kept
    assert rest == first


def test_the_command_refuses_a_file_in_one_sentence(tmp_path):
    file = tmp_path / "course"
    file.touch()
    command = [sys.executable, ROOT / "tools/student.py", "--nbgrader", file]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.endswith(f"{file} is a file: name a folder, which may be new.\n")
