"""Notebooks as they are committed: executed, in their frame, with exercises that are checked. No kernel."""

import ast
import importlib.util
import json
import re
import statistics
from pathlib import Path

import nbformat
import pytest

from nasbook.course.exercises import CHECKERS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ESCAPES = r"\\[nrt]|\\u001b\[[\d;]*m"  # of JSON, and of colored tracebacks
EMBEDDED = r"base64,[\w+/=]+"  # a picture inside HTML
ABSOLUTE_PATH = r"(?<![\w.<])/(?:\w[\w.-]*/)+\w|\b[A-Z]:\\\\"
OPENS_THE_TEST_SET = {"02", "03", "06", "07", "16", "17", "18", "19", "20", "21", "22", "23"}


def tool(name: str):
    """A script of `tools/` as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"tools/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bibliography, core_path, execute = tool("bibliography"), tool("core_path"), tool("execute")


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


def code(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def calls(source: str, name: str) -> list[ast.Call]:
    """Where a cell calls a function of this name: `nb.check(...)`, `check(...)`."""
    source = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith(("%", "!")))
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [c for c in found if name == getattr(c.func, "attr", getattr(c.func, "id", None))]


def test_the_book_has_notebooks_numbered_without_a_gap():
    assert [path.name[:3] for path in PATHS] == [f"{number:02}_" for number in range(len(PATHS))]


# --- outputs ---------------------------------------------------------------------------------------------


def test_a_notebook_is_valid_and_was_executed_from_top_to_bottom(notebook):
    nbformat.validate(notebook)
    assert [cell.execution_count for cell in code(notebook)] == list(range(1, len(code(notebook)) + 1))


def test_a_notebook_shows_no_error_but_those_meant(notebook):
    for cell in code(notebook):
        failed = any(output.output_type == "error" for output in cell.outputs)
        assert failed == ("raises-exception" in cell.metadata.get("tags", [])), cell.source


def test_no_output_is_missing_that_a_cell_must_have(notebook):
    for cell in code(notebook):
        if calls(cell.source, "check") and "raises-exception" not in cell.metadata.get("tags", []):
            assert "right" in shown(cell), cell.source
        *_, last = ast.parse(re.sub("^[%!].*", "pass", cell.source, flags=re.MULTILINE)).body
        if isinstance(last, ast.Expr) and isinstance(last.value, ast.Name):
            assert "execute_result" in {output.output_type for output in cell.outputs}, cell.source


def test_a_notebook_writes_nothing_to_stderr(notebook):
    written = [out.text for cell in code(notebook) for out in cell.outputs if out.get("name") == "stderr"]
    assert written == []


def test_the_outputs_belong_to_the_source_and_took_at_most_10_minutes_of_two_cores(notebook):
    stamp = notebook.metadata.get("nasbook", {})
    assert stamp.get("sha256") == execute.stamp(notebook), "execute it: `make execute`"
    assert stamp["minutes"] <= 2 * 10


def test_a_stamp_knows_what_full_mode_runs_and_not_what_fast_mode_does_instead():
    same = ["a = nb.by_mode(full=2, fast=1)", "a = nb.by_mode(full=2, fast=[1,\n  3])"]
    others = ["a = by_mode(full=2)", "a = nb.by_mode(full=3, fast=1)", "a = f(fast=1)", "a = f(fast=2)"]
    others += ["%time\na = nb.by_mode(full=2, fast=1)", "'ä', nb.by_mode(fast='ä', full=2)  # ä"]
    cells = [nbformat.v4.new_code_cell(source) for source in [*same, *others]]
    stamps = [execute.stamp(nbformat.v4.new_notebook(cells=[cell])) for cell in cells]
    assert len(set(stamps)) == 1 + len(others)
    assert stamps[0] == stamps[1]
    assert execute.in_full_mode(others[-1]) == "'ä', nb.by_mode(fast=, full=2)  # ä"


def test_of_a_progress_bar_the_last_state_is_kept_and_of_other_lines_all():
    assert execute.last_state("\r  0%|  | a long word\r100%|##| done       \r") == "100%|##| done"
    assert execute.last_state("a table's blanks  ") == "a table's blanks  "


def test_what_tensorflow_logs_is_left_out_and_nothing_else():
    logged = "E0000 00:00:1795951238.703113   14673 util.cc:131] oneDNN supports this only on others.\n"
    cell = nbformat.v4.new_code_cell("train()")
    cell.outputs = [nbformat.v4.new_output("stream", name=name, text=logged) for name in ("stderr", "stdout")]
    cell.outputs[1].text += "E0000 is the code\n"
    execute.clean(notebook := nbformat.v4.new_notebook(cells=[cell]))
    assert [output.text for output in notebook.cells[0].outputs] == ["E0000 is the code\n"]


def test_the_minutes_that_a_reader_is_told_are_those_it_took(path, notebook):
    head, took = notebook.cells[0].source, notebook.metadata.nasbook.minutes
    assert re.search(r"about \d+ minutes? in full mode", head)
    assert execute.tell(path.name, head, README, took) == (head, README)


def test_telling_the_minutes_changes_nothing_else():
    head, row = "**Time:** about 12 minutes in full mode", "| 1 | [A](notebooks/01_a.ipynb) | Why 3? | 12 |"
    readme = f"They take about 7 minutes of one core.\n{row}\n| 2 | [B](notebooks/02_b.ipynb) | How? | 9 |\n"
    assert execute.tell("01_a.ipynb", head, readme, 0.4) == (
        "**Time:** about 1 minute in full mode",
        readme.replace("12 |", "1 |").replace("7 minutes", "10 minutes"),
    )


def test_the_readme_counts_and_lists_all_notebooks():
    assert f" {len(PATHS)} notebooks that run" in README
    assert re.findall(r"^\| \d\d \| \[.*\]\(notebooks/(.*)\)", README, re.MULTILINE) == [
        p.name for p in PATHS
    ]


def test_the_readme_shows_the_final_tests_on_file():
    for file in (ROOT / "notebooks/results").glob("*.json"):
        test = json.loads(file.read_text())
        scale = {"-bits": -1, "chrF": 1}.get(test["metric"], 100)  # others are shares of 1, in percent
        name, mean = re.escape(test["name"]), f"{scale * statistics.mean(test['scores']):.2f}"
        size = "-" if test["parameters"] is None else f"{test['parameters']:,}"
        searched = f"{test['search_seconds']:,.0f}" if test["search_seconds"] else "-"
        row = rf"{name} \| {mean} .*\| {test['images']:,} \| {test['epochs']} \| {size} \| "
        row += rf"{searched} \| {test['seconds']:,.0f} \|"
        assert re.search(row, README), file.name


def test_the_search_for_paths_finds_paths_and_nothing_else():
    for path in ("/one/two/three.py", "in /one/two", r"C:\\one"):
        assert re.search(ABSOLUTE_PATH, path), path
    for text in ("</td><td>", "text/html", "1/2/3", "± 1.0/2", "nasbook/strategies/genetic.py"):
        assert not re.search(ABSOLUTE_PATH, text), text


def shown(cell) -> str:
    """The text that a cell printed and displayed."""
    texts = [out.get("text", "") or out.get("data", {}).get("text/plain", "") for out in cell.outputs]
    return "\n".join(texts)


def test_the_outputs_are_those_of_full_mode_and_name_no_folder_of_the_author(notebook):
    assert "in full mode;" in shown(notebook.cells[1])
    for cell in code(notebook):
        texts = [output for output in cell.outputs if "image/png" not in output.get("data", {})]
        assert not re.search(ABSOLUTE_PATH, re.sub(f"{ESCAPES}|{EMBEDDED}", " ", json.dumps(texts)))


# --- the frame -------------------------------------------------------------------------------------------


def test_a_notebook_begins_with_its_frame(path, notebook):
    first, second = notebook.cells[:2]
    assert re.match(rf"# {path.name[:2]} \S", first.source)
    assert re.search(r"^\*[^*].*\*$", first.source, re.MULTILINE | re.DOTALL), "a promise of one sentence"
    for part in ("\n## Objectives\n", "\n**Time:** ", "\n**Before:** "):
        assert part in first.source
    assert second.cell_type == "code"
    assert "import nasbook as nb" in second.source
    assert "nb.setup()" in second.source


def test_a_notebook_links_to_the_one_before_and_the_one_after(path, notebook):
    linked = re.findall(r"\]\(([\w.]+\.ipynb)\)", notebook.cells[0].source)
    index = PATHS.index(path)
    for other in PATHS[max(0, index - 1) : index + 2]:
        assert other == path or other.name in linked


def test_every_link_and_picture_points_to_a_file_that_exists(path, notebook):
    targets = re.findall(r"\]\(([^)\s#]+)[^)]*\)|src=\"([^\"#]+)\"", prose(notebook))
    for target in {link or picture for link, picture in targets}:
        if not re.match(r"https?:|mailto:|attachment:", target):
            assert (path.parent / target).exists(), target


def test_a_notebook_ends_with_key_points_exercises_and_references(notebook):
    headings = re.findall(r"^## (.+)$", prose(notebook), re.MULTILINE)
    assert headings[-3:] == ["Key points", "Exercises", "References"]


def test_the_core_path_fits_a_class_and_needs_nothing_that_it_leaves_out(notebook):
    core, _ = core_path.class_cells(notebook.cells)
    assert len(core) <= core_path.CELLS
    assert core_path.missing(notebook.cells) == []
    assert core_path.sentence(notebook.cells) in notebook.cells[0].source, "run `python tools/core_path.py`"


def test_the_plans_of_the_guide_have_the_minutes_of_the_core_paths():
    heads = {path.name[:2]: nbformat.read(path, 4).cells[0].source for path in PATHS}
    said = {chapter: re.search(r"about (\d+) minutes for the core", head) for chapter, head in heads.items()}
    minutes = {chapter: int(found[1]) for chapter, found in said.items()}
    guide = (ROOT / "book/guide.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \d+ \| ([\d, ]+) \| (\d+) \| ([\d, -]+) \| (\d+) \|$", guide, re.MULTILINE)
    assert len(rows) == 6 + 12
    for in_class, told, at_home, told_at_home in rows:
        for chapters, minutes_told in ((in_class, told), (at_home, told_at_home)):
            assert sum(minutes[chapter] for chapter in re.findall(r"\d\d", chapters)) == int(minutes_told)
    assert set(re.findall(r"^### (\d\d) ", guide, re.MULTILINE)) == set(minutes)


def test_an_optional_part_ends_with_the_next_heading_of_its_level():
    text, cell = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    cells = [
        *(text("# A\n\n## 1. B"), cell("a = 1"), text("### C *(optional)*"), cell("b = a")),
        *(text("#### D"), cell("c = b"), text("### E"), cell("d = a"), text("## 2. F *(optional)*\n\n### G")),
        *(cell("def f():\n    return e\n\ne = b"), text("and so on\n\n## Key points"), cell("f(), d, c")),
    ]
    assert core_path.optional(cells) == [False, False, *[True] * 4, False, False, True, True, False, False]
    assert [name for _, name in core_path.missing(cells)] == ["c", "f"]
    core, left_out = core_path.class_cells(cells)
    assert [len(core), len(left_out)] == [2, 6]
    assert core_path.sentence(cells).endswith("core path, 2 cells; 6 more are marked *optional*.")


# --- code ------------------------------------------------------------------------------------------------


def test_code_cells_are_short(notebook):
    lengths = [len(cell.source.splitlines()) for cell in code(notebook)]
    assert max(lengths) <= 25
    assert statistics.median(lengths) <= 8


def test_nasbook_is_imported_before_keras_which_it_makes_faster(notebook):
    sources = "\n".join(re.sub("^[%!].*", "", cell.source, flags=re.MULTILINE) for cell in code(notebook))
    imports = [node for node in ast.walk(ast.parse(sources)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [
        (node.lineno, (getattr(node, "module", None) or node.names[0].name).split(".")[0]) for node in imports
    ]
    slow = {"keras", "tensorflow", "autokeras", "keras_tuner"}
    first = next(name for _, name in sorted(names) if name in slow | {"nasbook"})
    assert first == "nasbook"


def test_only_some_notebooks_open_the_test_set(path, notebook):
    opens = any(calls(cell.source, "final_test") for cell in code(notebook))
    assert not opens or path.name[:2] in OPENS_THE_TEST_SET
    assert not any(calls(cell.source, door) for cell in code(notebook) for door in ("read_split", "source"))


# --- exercises -------------------------------------------------------------------------------------------


def exercises(notebook) -> list[str]:
    """The numbers of the exercises that a notebook checks, in order."""
    found = [call.args[0].value for cell in code(notebook) for call in calls(cell.source, "check")]
    return list(dict.fromkeys(found))


def test_a_notebook_has_two_to_four_exercises_of_its_own(path, notebook):
    numbers = exercises(notebook)
    assert numbers == [f"{path.name[:2]}.{i}" for i in range(1, len(numbers) + 1)]
    assert 2 <= len(numbers) <= 4
    assert all(re.search(rf"(\*\*|### ){number}", prose(notebook)) for number in numbers)


def test_solutions_stand_between_markers_and_every_exercise_has_one(notebook):
    solutions = 0
    for cell in code(notebook):
        markers = re.findall(r"^\s*### (BEGIN|END) SOLUTION$", cell.source, re.MULTILINE)
        assert markers == ["BEGIN", "END"] * (len(markers) // 2)
        assert len(markers) == len(re.findall(r"(?i)(?:begin|end) solution", cell.source))
        solutions += len(markers) // 2
        outside = re.sub(r"(?s)### BEGIN SOLUTION.*?### END SOLUTION", "", cell.source)
        assert len(calls(cell.source, "check")) == outside.count("nb.check("), "the check stays outside"
    assert solutions >= len(exercises(notebook))


def test_every_checker_is_used_by_a_notebook_and_every_exercise_has_a_checker():
    used = [number for path in PATHS for number in exercises(nbformat.read(path, as_version=4))]
    assert sorted(used) == sorted(CHECKERS)


# --- the bibliography ------------------------------------------------------------------------------------


def test_the_references_of_a_chapter_are_what_it_cites_as_the_bibliography_has_them(notebook):
    last = next(cell.source for cell in notebook.cells if bibliography.HEADING in cell.source)
    expected = bibliography.listed(bibliography.cited(notebook), bibliography.bibliography())
    assert last[last.index(bibliography.HEADING) :] == expected, "run `python tools/bibliography.py`"


def test_every_reference_is_cited_and_can_be_found():
    entries = bibliography.bibliography().entries
    keys = {key for path in PATHS for key in bibliography.cited(nbformat.read(path, as_version=4))}
    further = bibliography.CITATION.findall((ROOT / "book/reading.md").read_text(encoding="utf-8"))
    assert set(entries) == {*keys, *further}
    found_by = {"doi", "eprint", "isbn", "url"}
    without = {key for key, entry in entries.items() if not found_by & set(entry.fields)}
    assert without <= {"mockus1978", "article"}, "give a DOI, the number of a preprint, an ISBN or an address"


def test_no_two_keys_mean_one_paper():
    titles = [entry.fields["title"].lower() for entry in bibliography.bibliography().entries.values()]
    assert len(titles) == len(set(titles))
