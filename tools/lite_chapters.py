"""A chapter as it runs in a browser, where there is no Keras: what needs it is shown, and not run.

Which cells these are is tried: the chapter is run, in fast mode, with what a browser has. A cell that fails
there for want of something becomes text: one sentence, its code, and what the book shows of its output.
"""

import os
import re
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ABSENT = ("keras", "tensorflow", "autokeras", "keras_tuner", "distributed", "optuna", "deap", "psutil")
ABSENT += ("_multiprocessing",)  # without which Python starts no process
WANTING = ("ModuleNotFoundError", "ImportError", "FileNotFoundError", "NameError")
NOT_RUN = "*Not run in the browser, which lacks what this cell needs; this is what the book shows.*"


def prepared(path: Path, site: Path) -> nbformat.NotebookNode:
    """The chapter for the browser; `site` is a folder with nasbook and the data that come along.

    Raises SystemExit where a cell fails for another reason than that something is absent.
    """
    notebook, ran = nbformat.read(path, as_version=4), tried(path, site)
    shown = [cell.id for cell in ran.cells if cell.cell_type == "code" and lacks(cell, path)]
    for place, cell in enumerate(notebook.cells):
        if cell.id in shown:
            notebook.cells[place] = as_text(cell)
        elif cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(notice(len(shown)), id="live"))
    notebook.metadata.kernelspec = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    return notebook


def tried(path: Path, site: Path) -> nbformat.NotebookNode:
    """The chapter after a run without what a browser lacks; errors are in its outputs."""
    (site / "sitecustomize.py").write_text(f"import sys\n\nsys.modules.update(dict.fromkeys({ABSENT}))\n")
    notebook = nbformat.read(path, as_version=4)
    folder = site / "notebooks"
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "NASBOOK_MODE": "fast", "PYTHONPATH": str(site)}
    client = NotebookClient(notebook, timeout=600, allow_errors=True, kernel_name="python3")
    return client.execute(cwd=str(folder), env=environment)


def lacks(cell: nbformat.NotebookNode, path: Path) -> bool:
    """Whether the cell failed for want of something."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    for error in errors:
        if error.ename not in WANTING:
            raise SystemExit(f"{path.name}, cell {cell.id}: {error.ename}: {error.evalue}")
    return bool(errors)


def notice(shown: int) -> str:
    """What a reader has to know first."""
    without = f" {shown} cells need what a browser lacks: they are shown as in the book." if shown else ""
    return (
        "> **Live in your browser**: nothing is installed, and nothing leaves your computer. The first cell "
        f"fetches Python's packages and takes a while.{without}"
    )


def as_text(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A code cell and its output as Markdown, pictures attached."""
    parts, attachments = [NOT_RUN, f"```python\n{cell.source}\n```"], {}
    for number, output in enumerate(cell.outputs):
        data = output.get("data", {})
        if "image/png" in data:
            attachments[f"{number}.png"] = {"image/png": data["image/png"]}
            parts.append(f"![The figure of this cell](attachment:{number}.png)")
        elif "text/html" in data:
            parts.append(re.sub(r"<style.*?</style>", "", data["text/html"], flags=re.DOTALL))
        elif text := output.get("text") or data.get("text/plain"):
            parts.append(f"```text\n{text.rstrip()}\n```")
    return nbformat.v4.new_markdown_cell("\n\n".join(parts), id=cell.id, attachments=attachments)
