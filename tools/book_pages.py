"""Pages of the HTML book that are made, not written: the names of nasbook, and the bibliography."""

import inspect
import re
from collections.abc import Iterable
from pathlib import Path

import bibliography
import nbformat

import nasbook as nb

ROOT = Path(__file__).parent.parent
READING = ROOT / "book/reading.md"
NUMBERS = re.compile(r"\b(arXiv|doi):([\w./()-]*[\w)/])")
SITES = {"arXiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}


def pages() -> dict[str, str]:
    """File names and Markdown."""
    notebooks = {
        path.stem: nbformat.read(path, as_version=4) for path in sorted(ROOT.glob("notebooks/*.ipynb"))
    }
    code = {chapter: joined(notebook, "code") for chapter, notebook in notebooks.items()}
    made = {f"api/{name}.md": page_of(name, code) for name in nb.__all__}
    made["api/index.md"] = index()
    made["book/bibliography.md"] = references(notebooks)
    return made


def joined(notebook: nbformat.NotebookNode, kind: str) -> str:
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == kind)


def page_of(name: str, code: dict[str, str]) -> str:
    """The page of a public name: what it is, which chapters use it."""
    thing = getattr(nb, name)
    if inspect.ismodule(thing):
        body = f".. automodule:: {thing.__name__}\n   :exclude-members: {', '.join(public_in(thing)) or '_'}"
        if elsewhere := public_in(thing):
            body += f"\n\nOn pages of their own: {', '.join(f':doc:`{other}`' for other in elsewhere)}."
    else:
        body = f".. {'autoclass' if inspect.isclass(thing) else 'autofunction'}:: nasbook.{name}"
    used = [chapter for chapter, text in code.items() if re.search(rf"\bnb\.{name}\b", text)]
    use = f"Used in {links(used)}." if used else "No chapter uses it by name."
    return f"# nb.{name}\n\n```{{eval-rst}}\n{body}\n```\n\n{use}\n"


def public_in(module) -> list[str]:
    """The public names that live in this module: each has a page of its own."""
    return [name for name, home in nb._HOME.items() if f"nasbook.{home}" == module.__name__]


def links(chapters: Iterable[str]) -> str:
    """Links to chapters by their numbers, from a folder beside theirs."""
    return "chapter " + ", ".join(f"[{chapter[:2]}](../notebooks/{chapter}.ipynb)" for chapter in chapters)


def index() -> str:
    """All public names, in the groups and the order of `nasbook/__init__.py`."""
    parts = ["# The module nasbook", "", "What a reader types after `import nasbook as nb`.", ""]
    for module, names in nb._PUBLIC.items():
        title = first_line(__import__(f"nasbook.{module}", fromlist=["_"]))
        parts += [f"## {module}", "", title, "", *table(names), "", *toctree(names), ""]
    parts += ["## Modules", "", "Whole modules.", "", *table(nb._MODULES)]
    return "\n".join([*parts, "", *toctree(nb._MODULES), ""])


def toctree(names: Iterable[str]) -> list[str]:
    return ["```{toctree}", ":hidden:", "", *names, "```"]


def table(names: Iterable[str]) -> list[str]:
    rows = [f"| [nb.{name}]({name}.md) | {first_line(getattr(nb, name))} |" for name in names]
    return ["| name | what it is |", "| --- | --- |", *rows]


def first_line(thing: object) -> str:
    return inspect.getdoc(thing).splitlines()[0].replace("|", r"\|")


def references(notebooks: dict) -> str:
    """Every entry of `book/references.bib`, with an anchor and the chapters that cite it."""
    cited = {chapter: bibliography.cited(notebook) for chapter, notebook in notebooks.items()}
    further = set(bibliography.CITATION.findall(READING.read_text(encoding="utf-8")))
    parts = ["# Bibliography", "", "What the book cites, by key; each entry says where.", ""]
    for key, entry in sorted(bibliography.bibliography().entries.items()):
        by = [chapter for chapter, keys in cited.items() if key in keys]
        text = NUMBERS.sub(
            lambda match: f"[{match[0]}]({SITES[match[1]]}{match[2]})", bibliography.formatted(entry)
        )
        places = [links(by)] if by else []
        places += ["[what to read next](reading.md)"] if key in further else []
        parts += [f"({key})=", f"**{key}**: {text} Cited in {' and in '.join(places)}.", ""]
    return "\n".join(parts)
