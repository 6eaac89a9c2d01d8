"""A chapter as the HTML book shows it: every picture with a description, every solution behind a click.

The description of a picture says, from the code of its cell, what is drawn, and then what the text says
before it. The committed notebooks stay as they are.
"""

import ast
import inspect
import re
from collections import Counter
from pathlib import Path

import nbformat

from nasbook.figures import plots

PICTURE = re.compile(r"<img(?![^>]*\balt=)")
SENTENCE = re.compile(r"(?<=[.:?!])\s+(?=[^a-z])|(?<=[.:?!]\))\s+")
AXES = ("xlabel", "ylabel", "title", "supxlabel", "supylabel", "label")
LONGEST = 500  # characters of a description
LIVE = "../../live/notebooks/index.html?path=notebooks/"  # from a page, where tools/lite.py has made a site


def prepared(path: Path, live: bool = False) -> str:
    """The notebook as JSON; with a link to its live edition where there is one."""
    notebook = nbformat.read(path, as_version=4)
    if live:
        link = f'<a class="live" href="{LIVE}{path.name}">Run this chapter in your browser</a>'
        notebook.cells.insert(1, nbformat.v4.new_markdown_cell(link, id="live"))
    text, seen = "", Counter()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = cell.source
        elif cell.cell_type == "code":
            alt = description(cell.source, text)
            seen[alt] += 1
            describe(cell, alt if seen[alt] == 1 else f"{alt} ({seen[alt]})")
            if "### BEGIN SOLUTION" in cell.source:
                cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-input"]
                cell.metadata.setdefault("mystnb", {})["code_prompt_show"] = "Show the solution"
                cell.metadata["mystnb"]["code_prompt_hide"] = "Hide the solution"
    return nbformat.writes(notebook)


def describe(cell: nbformat.NotebookNode, alt: str) -> None:
    """Give the pictures of a cell their description."""
    cell.metadata["mystnb"] = {"image": {"alt": alt}}
    for output in cell.outputs:
        if html := output.get("data", {}).get("text/html"):
            escaped = alt.replace("&", "&amp;").replace('"', "&quot;")
            output.data["text/html"] = PICTURE.sub(f'<img alt="{escaped}"', html)


def description(code: str, text: str) -> str:
    """What is drawn, and what the text says of it, in plain words."""
    alt = " ".join(filter(None, [drawn(code), said(text)]))
    return alt if len(alt) <= LONGEST else alt[: LONGEST - 2].rsplit(" ", 1)[0] + " …"


def drawn(code: str) -> str:
    """What the code draws: the first line of the function that does it, the names of axes and of curves."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    names = {getattr(call.func, "attr", "") for call in calls}
    functions = filter(draws, (getattr(plots, name, None) for name in sorted(names)))
    what = [inspect.getdoc(function).splitlines()[0] for function in functions]
    words = {name: texts(calls, name) for name in AXES}
    across, up = words["xlabel"] + words["supxlabel"], words["ylabel"] + words["supylabel"]
    parts = [("Titles: ", words["title"]), ("Across: ", across), ("Up: ", up), ("Drawn: ", words["label"])]
    what += [f"{head}{', '.join(found)}." for head, found in parts if found]
    return plain(" ".join(["Figure.", *what]))


def draws(function: object) -> bool:
    """Whether it is a function that returns a figure."""
    return inspect.isfunction(function) and "Figure" in str(function.__annotations__.get("return"))


def texts(calls: list[ast.Call], name: str) -> list[str]:
    """The texts that are given for an argument of this name, or to a function of this name; each once."""
    given = [word.value for call in calls for word in call.keywords if word.arg == name]
    given += [call.args[0] for call in calls if getattr(call.func, "attr", "") == name and call.args]
    found = [node.value for node in given if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return list(dict.fromkeys(filter(None, found)))


def said(text: str) -> str:
    """The last paragraph before the cell without its questions: a figure answers, and does not ask."""
    sentences = SENTENCE.split(plain(text.strip().split("\n\n")[-1]))
    return " ".join(s for s in sentences if not re.match(r"\(?(Predict|Guess)\b", s) and not s.endswith("?"))


def plain(markdown: str) -> str:
    """Without the marks of Markdown and TeX."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"\s*\[([a-z]+\d{4}[a-z]*|article)\]", "", text)
    text = re.sub(r"\$([^$]*)\$", lambda match: tex(match[1]), text)
    return " ".join(re.sub(r"^#+ |^- |[*`]", "", text, flags=re.MULTILINE).split())


def tex(formula: str) -> str:
    """A short formula as one says it."""
    words = re.sub(r"\\(?:text|mathrm|operatorname)\{([^}]*)\}", r"\1", formula)
    return re.sub(r"[\\{}]", "", re.sub(r"\\[,;!]", " ", words).replace(r"\pm", "±"))
