"""What is taught is written out in the notebook.

A cell with the tag `nasbook:<module>:<qualname>` defines the same function or class as the module does,
docstrings and annotations aside.
"""

import ast
import importlib
from pathlib import Path

import nbformat
import optuna
import pytest

import nasbook as nb

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
TAGGED = [
    pytest.param(cell.source, tag, id=f"{path.stem[:2]}-{tag.removeprefix('nasbook:')}")
    for path in sorted(NOTEBOOKS.glob("*.ipynb"))
    for cell in nbformat.read(path, as_version=4).cells
    for tag in cell.metadata.get("tags", [])
    if tag.startswith("nasbook:")
]


class Bare(ast.NodeTransformer):
    """A function without docstring and annotations, whose `self` is called `space`, whatever it was."""

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.returns = None
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return node

    def visit_ClassDef(self, node):
        self.generic_visit(node)
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        return node

    def visit_arg(self, node):
        return ast.arg("space" if node.arg == "self" else node.arg)

    def visit_Name(self, node):
        return ast.Name("space" if node.id == "self" else node.id, node.ctx)

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        return ast.Assign([node.target], node.value) if node.value else None


def function(source: str, qualname: str) -> str:
    """The function or class of this name in a piece of source, bare, as a dump of its syntax tree."""
    body = ast.parse(source).body
    *classes, name = qualname.split(".")
    for scope in classes:
        body = next(node.body for node in body if isinstance(node, ast.ClassDef) and node.name == scope)
    kinds = ast.FunctionDef | ast.ClassDef
    (found,) = (node for node in body if isinstance(node, kinds) and node.name == name)
    return ast.unparse(ast.fix_missing_locations(Bare().visit(found)))


@pytest.mark.parametrize(("source", "tag"), TAGGED)
def test_a_tagged_cell_defines_the_same_function_as_the_module(source, tag):
    _, module, qualname = tag.split(":")
    text = Path(importlib.import_module(f"nasbook.{module}").__file__).read_text(encoding="utf-8")
    scope, _, name = qualname.rpartition(".")
    in_the_book = function(source, qualname if scope and f"class {scope}" in source else name or scope)
    assert in_the_book == function(text, qualname)


@pytest.mark.parametrize(
    "other",
    ["def f(space, n): return n + 2", "def f(space, m): return m + 1", "def f(n): return n + 1"],
)
def test_the_comparison_sees_through_words_and_not_through_code(other):
    module = 'class C:\n    def f(self, n: int) -> int:\n        """Add one."""\n        return n + 1'
    assert function("def f(space, n):\n    # add one\n    return n + 1", "f") == function(module, "C.f")
    assert function(other, "f") != function(module, "C.f")


def test_the_book_writes_out_its_search_algorithms():
    assert {parameter.id[:2] for parameter in TAGGED} >= {"05", "07"}


def test_the_importances_of_chapter_08_rank_genes_as_optuna_does():
    cells = nbformat.read(NOTEBOOKS / "08_the_whole_space.ipynb", as_version=4).cells
    book = {cell.id: cell.source for cell in cells}
    exec("\n".join([book["importance"].split("\n\nimportance =")[0], book["divergence"]]), ours := {})
    table, genes = nb.Table.load(), ["blocks", "pool", "dense", "kernel", "activation", "filters1"]

    study = optuna.create_study(direction="maximize")
    kinds = {name: optuna.distributions.CategoricalDistribution(table.space.options[name]) for name in genes}
    for architecture in table.records:
        told = {"params": {name: architecture[name] for name in genes}, "distributions": kinds}
        study.add_trial(optuna.trial.create_trial(**told, value=table.quality(architecture)))

    def ranked(importance):
        return sorted(genes, key=importance, reverse=True)

    frame = table.to_frame()
    theirs = optuna.importance.PedAnovaImportanceEvaluator().evaluate(study)
    assert ranked(lambda gene: ours["divergence"](frame, gene, 0.1)) == ranked(theirs.get)
    theirs = optuna.importance.FanovaImportanceEvaluator(seed=0).evaluate(study)
    assert ranked(lambda gene: ours["explained"](frame, gene))[:3] == ranked(theirs.get)[:3]
