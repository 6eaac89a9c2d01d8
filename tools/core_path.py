"""The core path of a chapter: `python tools/core_path.py` counts its cells and tells the chapter's head.

A class of 90 minutes goes through about 45 cells, two minutes each. Headings that end with *(optional)* mark
what it leaves out: the cells below, up to the next heading of the same level or above. The core path runs
without them, which a test shows and `--run NOTEBOOK` tries. Exercises are homework, and count nowhere.
"""

import argparse
import os
import re
import symtable
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
MARK = " *(optional)*"
CELLS, MINUTES = 45, 2  # at most so many cells, so long each
LINE = re.compile(r"\*\*Class:\*\* .*?(?=\n\n)", re.DOTALL)


def optional(cells: list) -> list[bool]:
    """Whether each cell is optional; one that is so only in part is not."""
    found, level = [], 0  # the level of the optional heading that holds, if one does
    for cell in cells:
        core = False
        for line in cell.source.split("\n") if cell.cell_type == "markdown" else [""]:
            if heading := re.match("(##+) ", line):
                depth = len(heading[1])
                level = level if depth > level else 0
                level = level or (depth if line.endswith(MARK) else 0)
            core |= not level
        found.append(not core)
    return found


def class_cells(cells: list) -> tuple[list, list]:
    """What a class goes through, and what is optional: all between the setup cell and the key points."""
    end = next(i for i, cell in enumerate(cells) if re.search(r"^## Key points", cell.source, re.MULTILINE))
    marked = [*zip(cells, optional(cells), strict=True)][2:end]
    return tuple([cell for cell, left_out in marked if left_out == part] for part in (False, True))


def sentence(cells: list) -> str:
    """What the head of a chapter says."""
    core, left_out = map(len, class_cells(cells))
    said = f"**Class:** about {5 * round(MINUTES * core / 5)} minutes for the core path, {core} cells"
    return f"{said}; {left_out} more are marked *optional*." if left_out else f"{said}: all of it."


def names(source: str) -> tuple[set[str], set[str]]:
    """The names that a code cell defines, and those that it needs from outside."""
    whole = symtable.symtable(re.sub(r"^%.*$", "", source, flags=re.MULTILINE), "cell", "exec")
    defined = {s.get_name() for s in whole.get_symbols() if s.is_assigned() or s.is_imported()}
    scopes, needed = [whole], set()
    while scopes:
        scope = scopes.pop()
        scopes += scope.get_children()
        needed |= {s.get_name() for s in scope.get_symbols() if s.is_referenced() and s.is_global()}
        if scope is whole:
            needed |= {s.get_name() for s in scope.get_symbols() if s.is_referenced()}
    return defined, needed - defined


def missing(cells: list) -> list[tuple[str, str]]:
    """(cell id, name): what a core cell, or an exercise that is not optional, needs from an optional one."""
    last: dict[str, bool] = {}  # of each name: was the last cell that defined it optional?
    found = []
    for cell, left_out in zip(cells, optional(cells), strict=True):
        if cell.cell_type == "code":
            defined, needed = names(cell.source)
            found += [(cell.id, name) for name in sorted(needed) if last.get(name) and not left_out]
            last |= dict.fromkeys(defined, left_out)
    return found


def run(path: Path) -> None:
    """Execute the core path alone, in fast mode. Raises what a cell raises."""
    from nbclient import NotebookClient

    os.environ["NASBOOK_MODE"] = "fast"
    notebook = nbformat.read(path, as_version=4)
    marked = zip(notebook.cells, optional(notebook.cells), strict=True)
    notebook.cells = [cell for cell, left_out in marked if not left_out]
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(path.parent)}}).execute()


def tell(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    head = notebook.cells[0]
    before = head.source
    head.source = LINE.sub("", head.source).replace("\n\n\n\n", "\n\n")
    head.source = head.source.replace("\n\n**Before:**", f"\n\n{sentence(notebook.cells)}\n\n**Before:**")
    if head.source != before:
        nbformat.write(notebook, path)
    for cell, name in missing(notebook.cells):
        print(f"{path.name}: {cell} needs {name} from an optional part")
    print(f"{path.name}: {sentence(notebook.cells)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="which (all, when none is named)")
    parser.add_argument("--run", action="store_true", help="execute the core path alone, in fast mode")
    arguments = parser.parse_args()
    for path in arguments.notebooks or sorted(NOTEBOOKS.glob("*.ipynb")):
        (run if arguments.run else tell)(path)


if __name__ == "__main__":
    main()
