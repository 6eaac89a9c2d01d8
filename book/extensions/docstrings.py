"""Docstrings are plain text with `code` in backticks; Sphinx expects reStructuredText."""

import re

from sphinx.application import Sphinx

CODE = re.compile(r"`([^`]+)`")
SPECIAL = re.compile(r"([*_|\\])")  # what reStructuredText would take for markup


def as_rest(text: str) -> str:
    """The same text, in which nothing but `code` is special."""
    pieces = CODE.split(text)  # prose, code, prose, ...
    pieces[::2] = [SPECIAL.sub(r"\\\1", prose) for prose in pieces[::2]]
    pieces[1::2] = [f"\\ ``{' '.join(code.split())}``\\ " for code in pieces[1::2]]
    return "".join(pieces)


def plain(app: Sphinx, what: str, name: str, thing: object, options, lines: list[str]) -> None:
    lines[:] = as_rest("\n".join(lines)).split("\n")


def setup(app: Sphinx) -> dict:
    app.connect("autodoc-process-docstring", plain)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
