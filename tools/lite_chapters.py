"""A chapter as it runs in a browser, where there is no Keras: what needs it is shown, and not run.

Which cells these are is tried: the chapter is run, in fast mode, with what a browser has. A cell that fails
there for want of something becomes text: one sentence, its code, and what the book shows of its output.
"""

import dis
import os
import re
from pathlib import Path
from types import CodeType

import nbformat
from nbclient import NotebookClient

ABSENT = ("keras", "tensorflow", "autokeras", "keras_tuner", "distributed", "optuna", "deap", "psutil")
SITE = f"""import multiprocessing
import sys

sys.modules.update(dict.fromkeys({ABSENT}))
get_context = multiprocessing.get_context


def without_processes(method=None):
    if method == "spawn":
        raise ModuleNotFoundError("a browser starts no processes")
    return get_context(method)


multiprocessing.get_context = without_processes
"""  # what Python reads first
WANTING = ("ModuleNotFoundError", "ImportError", "FileNotFoundError", "NameError")
NOT_RUN = "*Not run in the browser, which lacks what this cell needs; this is what the book shows.*"
MEANT = "*Not run in the browser, where running all cells would end with this error; it is meant.*"


def prepared(path: Path, site: Path) -> nbformat.NotebookNode:
    """The chapter for the browser; `site` is a folder with nasbook and the data that come along.

    Raises SystemExit where a cell fails for another reason than that something is absent.
    """
    notebook, shown = nbformat.read(path, as_version=4), lacking(tried(path, site), path.name)
    for place, cell in enumerate(notebook.cells):
        if cell.id in shown:
            notebook.cells[place] = as_text(cell)
        elif cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(notice(len(shown)), id="live"))
    notebook.metadata.kernelspec = {
        "name": "python",
        "display_name": "Python (Pyodide)",
        "language": "python",
    }
    return notebook


def tried(path: Path, site: Path) -> nbformat.NotebookNode:
    """The chapter after a run without what a browser lacks; errors are in its outputs."""
    (site / "sitecustomize.py").write_text(SITE)
    notebook = nbformat.read(path, as_version=4)
    folder = site / "notebooks"
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "NASBOOK_MODE": "fast", "PYTHONPATH": str(site)}
    client = NotebookClient(notebook, timeout=600, allow_errors=True, kernel_name="python3")
    return client.execute(cwd=str(folder), env=environment)


def lacking(ran: nbformat.NotebookNode, name: str) -> set[str]:
    """The cells that fail for want of something, or on purpose, and those that use what such a cell defines.

    JupyterLite stops at an error, whatever the tag of its cell says.
    """
    found, lost = set(), set()
    for cell in ran.cells:
        if cell.cell_type != "code":
            continue
        errors = [output for output in cell.outputs if output.output_type == "error"]
        read, given = names(cell.source)
        if read & lost or any(error.ename in WANTING for error in errors) or (errors and meant(cell)):
            found.add(cell.id)
            lost |= given
        elif errors:
            raise SystemExit(f"{name}, cell {cell.id}: {errors[0].ename}: {errors[0].evalue}")
        else:
            lost -= given
    return found


def meant(cell: nbformat.NotebookNode) -> bool:
    """Whether its error is."""
    return "raises-exception" in cell.metadata.get("tags", [])


def names(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell takes from the notebook, and those to which it gives a value there."""
    cell = compile(source, "cell", "exec")
    read, given = set(), set()
    for step in dis.get_instructions(cell):  # in order: what it has given itself it does not take
        if step.opname == "STORE_NAME":
            given.add(step.argval)
        elif step.opname == "LOAD_NAME" and step.argval not in given:
            read.add(step.argval)
    waiting = inner(cell)
    for code in waiting:
        waiting += inner(code)
        steps = [(step.opname, step.argval) for step in dis.get_instructions(code)]
        given |= {name for kind, name in steps if kind == "STORE_GLOBAL"}
        read |= {name for kind, name in steps if kind in ("LOAD_GLOBAL", "LOAD_NAME")} - given
    return read, given


def inner(code: CodeType) -> list[CodeType]:
    """The functions, classes and comprehensions in it."""
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def notice(shown: int) -> str:
    """What a reader has to know first."""
    without = f" Cells that need more than a browser has are shown as in the book: {shown}." if shown else ""
    return (
        "> **Live in your browser**: nothing is installed, and nothing leaves your computer. Python "
        f"and its packages are fetched while you read; the first cell waits for them.{without}"
    )


def as_text(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A code cell and its output as Markdown, pictures attached."""
    parts, attachments = [MEANT if meant(cell) else NOT_RUN, f"```python\n{cell.source}\n```"], {}
    for number, output in enumerate(cell.outputs):
        data = output.get("data", {})
        if "image/png" in data:
            attachments[f"{number}.png"] = {"image/png": data["image/png"]}
            parts.append(f"![The figure of this cell](attachment:{number}.png)")
        elif "text/html" in data:
            parts.append(re.sub(r"<style.*?</style>", "", data["text/html"], flags=re.DOTALL))
        elif text := output.get("text") or data.get("text/plain") or "".join(output.get("traceback", [])):
            text = re.sub(r"\x1b\[[0-9;]*m", "", text)  # colors
            parts.append(f"```text\n{text.rstrip()}\n```")
    return nbformat.v4.new_markdown_cell("\n\n".join(parts), id=cell.id, attachments=attachments)
