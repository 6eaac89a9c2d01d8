"""Execute notebooks in full mode, in place, and stamp them: `python tools/execute.py [notebook ...]`.

The stamp in a notebook's metadata holds the sha256 of its code cells as full mode runs them, so that a test
can tell whether the outputs belong to the source, and the minutes of one core that it took, which a busy
machine changes little; its head and the README tell the reader the same minutes.
Outputs are cleaned so that a second execution changes nothing but what was measured: no timings, no widget
ids, no states of a progress bar but the last.
"""

import argparse
import ast
import hashlib
import json
import os
import re
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
NOTEBOOKS, README = ROOT / "notebooks", ROOT / "README.md"
WIDGET = "application/vnd.jupyter.widget-view+json"
# What TensorFlow's C++ logs, such as that oneDNN has no kernel for a type: it depends on the processor.
LOGGED = re.compile(r"^[IWEF]\d{4} \d\d:\d\d:\d+\.\d+ +\d+ \S+:\d+\] .*\n?", re.MULTILINE)


def stamp(notebook: nbformat.NotebookNode) -> str:
    """The sha256 of all code cells, in order, without what only fast mode reads."""
    sources = [in_full_mode(cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256(json.dumps(sources).encode()).hexdigest()


def in_full_mode(source: str) -> str:
    """The code without the values of `fast=` in `by_mode`, on which no output of full mode depends."""
    lines = [line.encode() for line in source.split("\n")]
    tree = ast.parse(re.sub("^[%!].*", "pass", source, flags=re.MULTILINE))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    by_mode = (call for call in calls if ast.unparse(call.func).endswith("by_mode"))
    values = [word.value for call in by_mode for word in call.keywords if word.arg == "fast"]
    for value in sorted(values, key=lambda value: (value.lineno, value.col_offset), reverse=True):
        first, last = value.lineno - 1, value.end_lineno - 1
        rest = lines[last][value.end_col_offset :]
        lines[first : last + 1] = [lines[first][: value.col_offset] + rest]
    return b"\n".join(lines).decode()


def clean(notebook: nbformat.NotebookNode) -> None:
    """Keep what a reader without a kernel can see: the last state of a line, the picture of a widget."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        merged: list[nbformat.NotebookNode] = []
        for output in cell.get("outputs", []):
            if merged and output.get("name") and output.get("name") == merged[-1].get("name"):
                merged[-1].text += output.text  # a progress bar writes many pieces of one stream
            else:
                merged.append(output)
        for output in merged:
            if output.output_type == "stream":
                output.text = "\n".join(map(last_state, LOGGED.sub("", output.text).split("\n")))
            elif output.output_type == "error":
                output.traceback = output.traceback[-1:]  # the sentence; the rest names folders of the author
            elif "data" in output:
                output.data.pop(WIDGET, None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in merged if output.get("text") != ""]


def last_state(line: str) -> str:
    """What a line shows in the end; a progress bar writes over itself, and blanks over what was longer."""
    written_over, _, last = line.rstrip("\r").rpartition("\r")
    return last.rstrip() if written_over else last


def tell(name: str, head: str, readme: str, minutes: float) -> tuple[str, str]:
    """The head of a notebook and the README, with the minutes that a reader is told, and their sum."""
    whole = told(minutes)
    head = re.sub(r"about \d+ minutes? in full", f"about {whole} minute{'s' * (whole > 1)} in full", head)
    readme = re.sub(rf"(notebooks/{name}\).*\| )\d+ \|$", rf"\g<1>{whole} |", readme, flags=re.MULTILINE)
    total = sum(map(int, re.findall(r"\(notebooks/.*\| (\d+) \|$", readme, re.MULTILINE)))
    return head, re.sub(
        r"take about \d+ minutes of one core", f"take about {total} minutes of one core", readme
    )


def told(minutes: float) -> int:
    return max(1, round(minutes))


def seconds_of_children() -> float:
    """CPU seconds of the processes that this one has started and that have ended: kernels and workers."""
    times = os.times()
    return times.children_user + times.children_system


def execute(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    settings = {
        "kernel_name": "python3",
        "timeout": 3600,
        "iopub_timeout": 600,  # a busy machine may take its time to hand over an output,
        "raise_on_iopub_timeout": True,  # and one that is lost must not go unnoticed
        "record_timing": False,
        "store_widget_state": False,
    }
    client = NotebookClient(notebook, resources={"metadata": {"path": str(path.parent)}}, **settings)
    before = seconds_of_children()
    client.execute()
    minutes = (seconds_of_children() - before) / 60
    clean(notebook)
    notebook.metadata.nasbook = {"sha256": stamp(notebook), "minutes": round(minutes, 1)}
    readme = README.read_text(encoding="utf-8")
    notebook.cells[0].source, readme = tell(path.name, notebook.cells[0].source, readme, minutes)
    README.write_text(readme, encoding="utf-8")
    nbformat.write(notebook, path)
    print(f"{path.name}: {minutes:.1f} minutes", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="which (all, when none is named)")
    os.environ["NASBOOK_MODE"] = "full"
    for path in parser.parse_args().notebooks or sorted(NOTEBOOKS.glob("*.ipynb")):
        execute(path)


if __name__ == "__main__":
    main()
