"""The house: a small heart with wings around it; data flows one way, and nothing imports upward."""

import ast
import runpy
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import nasbook as nb

ROOT = Path(nb.__file__).parent
# From the ground to the roof, as CONTRIBUTING.md draws it: a file or folder imports from its own row or from
# one before it.
ROWS = [
    "space counting datasets metrics trial pareto",
    "table networks strategies tasks",
    "engine",
    "study training sharing",
    "statistics final_testing",
    "course figures",
]
ROW_OF = {name: number for number, row in enumerate(ROWS) for name in row.split()}
WINGS = ("engine", "tasks", "sharing", "figures", "course")
HEART = [file for file in sorted(ROOT.glob("*.py")) if file.stem not in ("__init__", "__main__")]


def module_of(file: Path) -> str:
    """The name of the module in a file: nasbook.engine.work, for example; of a folder's, nasbook.engine."""
    return ".".join(["nasbook", *file.relative_to(ROOT).with_suffix("").parts]).removesuffix(".__init__")


FILES = {module_of(file): file for file in sorted(ROOT.rglob("*.py"))}


class Imports(ast.NodeVisitor):
    """The modules of nasbook that a text imports anywhere, but for those that only type checkers see."""

    def __init__(self, text: str):
        self.found, self.package = set(), None
        self.visit(ast.parse(text))

    def visit_If(self, node):
        only_for_types = getattr(node.test, "id", getattr(node.test, "attr", "")) == "TYPE_CHECKING"
        for child in node.orelse if only_for_types else [node.test, *node.body, *node.orelse]:
            self.visit(child)

    def visit_Import(self, node):
        for name in node.names:
            if name.name == "nasbook":
                self.package = name.asname or name.name
            elif name.name.startswith("nasbook."):
                self.found.add(name.name)

    def visit_ImportFrom(self, node):
        assert not node.level, "a relative import hides what it leads to"
        if node.module.partition(".")[0] == "nasbook":
            inner = {f"{node.module}.{name.name}" for name in node.names}
            self.found |= inner & FILES.keys() or {node.module}

    def visit_Attribute(self, node):
        """`nb.Trainer` imports the home of the name at this moment."""
        if self.package and getattr(node.value, "id", None) == self.package:
            home = {**nb._MODULES, **nb._HOME}.get(node.attr)
            self.found |= {f"nasbook.{home}"} if home else set()
        self.generic_visit(node)


IMPORTS = {name: Imports(file.read_text(encoding="utf-8")).found for name, file in FILES.items()}


def row_of(module: str) -> int:
    """The row of a module; the package itself and `python -m nasbook` are the roof."""
    part = [*module.split("."), ""][1]
    return len(ROWS) if part in ("", "__main__") else ROW_OF[part]


def wing_of(module: str) -> str | None:
    return next((part for part in module.split(".")[1:2] if part in WINGS), None)


# --- direction ----------------------------------------------------------------------------------------------


def test_an_import_is_seen_wherever_it_stands_unless_it_is_for_types_only():
    text = """
import nasbook as nb
from nasbook import metrics
if TYPE_CHECKING:
    from nasbook.study import History
else:
    import nasbook.pareto
def function():
    from nasbook.engine import executors, journal
    from nasbook.space import Choice
    return nb.Trainer, nb.own_images, nb.path
"""
    seen = "metrics pareto engine.executors engine.journal space training tasks.own_images"
    assert Imports(text).found == {f"nasbook.{name}" for name in seen.split()}


def test_every_file_has_a_place_in_the_house():
    homes = {file.stem for file in HEART} | {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert homes == ROW_OF.keys()


def test_nothing_imports_upward():
    upward = [
        f"{name} imports {other}"
        for name, others in IMPORTS.items()
        for other in others
        if row_of(other) > row_of(name)
    ]
    assert upward == []


def test_there_is_no_circle():
    order = list(TopologicalSorter(IMPORTS).static_order())  # which raises CycleError, and names the circle
    assert set(order) == FILES.keys(), "an import leads to no file"


def test_the_heart_needs_no_wing_but_the_engine_and_that_only_to_train_and_to_search():
    needed = {
        (file.stem, wing) for file in HEART for other in IMPORTS[module_of(file)] if (wing := wing_of(other))
    }
    assert needed <= {("study", "engine"), ("training", "engine")}


# --- rooms --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", [*WINGS, "strategies"])
def test_a_folder_says_in_one_line_what_it_is_for_and_holds_no_other_code(folder):
    text = (ROOT / folder / "__init__.py").read_text(encoding="utf-8")
    (docstring,) = ast.parse(text).body
    assert len(text.splitlines()) == 1
    assert docstring.value.value.endswith(".")
    assert len(docstring.value.value.split()) > 5


def lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def test_the_heart_can_be_read_at_one_go():
    sizes = {file.name: lines(file) for file in HEART}
    assert sum(sizes.values()) <= 1_700, sizes


@pytest.mark.parametrize("file", HEART, ids=lambda file: file.stem)
def test_a_file_of_the_heart_has_at_most_300_lines(file):
    assert lines(file) <= 300


@pytest.mark.parametrize("file", sorted(ROOT.glob("strategies/*.py")), ids=lambda file: file.stem)
def test_the_file_of_a_strategy_has_at_most_120_lines(file):
    assert lines(file) <= 120


# --- what a reader waits for --------------------------------------------------------------------------------

TABLE_SEARCH = """
import sys
import nasbook as nb

table = nb.Table.load()
h = nb.search(nb.RandomSearch(table.space), table, 50, progress=False)
print(h.best)
heavy = ["keras", "tensorflow", "distributed", "dask", "sklearn", "scipy", "pandas"]
print([name for name in heavy if name in sys.modules])
"""


def test_a_search_on_the_table_waits_for_none_of_the_large_libraries():
    run = subprocess.run([sys.executable, "-c", TABLE_SEARCH], capture_output=True, text=True, check=True)
    best, heavy = run.stdout.splitlines()
    assert best.startswith("Trial(")
    assert heavy == "[]"


WORKERS_TRAIN = """
import sys
import nasbook as nb

if __name__ == "__main__":
    data = nb.load("mnist", train=300, validation=300)
    trainer = nb.Trainer(data, epochs=1, metric=lambda true, said: (true == said).mean())
    with nb.Processes(int(sys.argv[1])) as executor:
        history = nb.search(nb.RandomSearch(nb.lenet_space()), trainer, 1, executor=executor, progress=False)
    print(history.best.score, [name for name in ("keras", "tensorflow") if name in sys.modules])
"""


def test_a_search_whose_workers_train_imports_keras_in_them_alone_and_scores_as_here(
    tmp_path, monkeypatch, capsys
):
    script = tmp_path / "search.py"
    script.write_text(WORKERS_TRAIN)
    run = subprocess.run([sys.executable, script, "1"], capture_output=True, text=True, check=True)
    nb.setup()
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", [str(script), "0"])
    runpy.run_path(str(script), run_name="__main__")
    here = capsys.readouterr().out.split()[0]
    assert float(here) > 0.1
    assert run.stdout == f"{here} []\n"
    assert run.stderr == "", "a worker is quiet when TensorFlow starts"
