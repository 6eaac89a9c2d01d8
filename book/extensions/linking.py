"""Links that the text does not spell out: [keys], chapters, names of nasbook, and terms of the glossary.

The notebooks stay as they are: "[real2019]" leads to the bibliography, "chapter 07" to the chapter,
`nb.search` to its page, and a term, where a chapter first uses it, to the glossary.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

KEY = r"\[(?P<key>[a-z]+\d{4}[a-z]*|article)\]"
CHAPTERS = r"\b[Cc]hapters?\s(?P<chapters>\d\d(?:(?:,|,?\sand|\sto|\sor)\s\d\d)*)\b"
NAME = re.compile(r"nb\.(\w+)(?:$|[.(])")
CLOSED = (nodes.reference, nodes.title, nodes.literal, nodes.literal_block, nodes.math, nodes.raw, nodes.term)
OTHER_SENSE = {  # terms that a chapter uses as everyday words, by its number
    "01": ("advantage", "reward"),
    **dict.fromkeys(("14", "15", "16"), ("neighbor",)),
}
logger = logging.getLogger(__name__)


class Links(SphinxPostTransform):
    default_priority = 800

    def run(self) -> None:
        self.page = self.env.current_document.docname
        self.chapters = {name.split("/")[1][:2]: name for name in self.env.found_docs if "notebooks/" in name}
        known = glossary(self.env) if self.page in self.chapters.values() else {}
        others = OTHER_SENSE.get(self.page.split("/")[-1][:2], ())
        other_places = {known[term] for term in others if term in known}
        self.terms = {term: place for term, place in known.items() if place not in other_places}
        terms = "|".join(map(spelled, sorted(self.terms, key=len, reverse=True))) or r"(?!)"
        self.pattern = re.compile(rf"{KEY}|{CHAPTERS}|(?<![\w-])(?P<term>{terms})(?![\w-])")
        join_lines(self.document)
        for text in list(self.document.findall(nodes.Text)):
            if not is_closed(text):
                text.parent.replace(text, list(self.linked(str(text))))
        for literal in list(self.document.findall(nodes.literal)):
            name = NAME.match(literal.astext())
            if name and not is_closed(literal):
                literal.replace_self(self.reference(literal, f"api/{name[1]}"))

    def linked(self, text: str) -> Iterator[nodes.Node]:
        """The text in pieces, with references where there is something to link."""
        end = 0
        for match in self.pattern.finditer(text):
            yield nodes.Text(text[end : match.start()])
            yield from getattr(self, f"of_{match.lastgroup}")(match)
            end = match.end()
        yield nodes.Text(text[end:])

    def of_key(self, match: re.Match) -> Iterator[nodes.Node]:
        yield self.reference(nodes.Text(match[0]), "book/bibliography", match["key"])

    def of_chapters(self, match: re.Match) -> Iterator[nodes.Node]:
        """A reference for each number in "chapters 04, 05 and 09"; the word goes with the first."""
        for piece in re.split(r"((?:[Cc]hapters?\s)?\d\d)", match[0]):
            number = piece[-2:]
            known = number.isdigit() and self.chapters.get(number) != self.page
            yield (
                self.reference(nodes.Text(piece), self.chapters.get(number, ""))
                if known
                else nodes.Text(piece)
            )

    def of_term(self, match: re.Match) -> Iterator[nodes.Node]:
        """A reference the first time, for singular and plural together."""
        found = " ".join(match[0].split())
        place = self.terms.get(found) or self.terms.get(found[0].lower() + found[1:])
        text = nodes.Text(match[0])
        yield self.reference(text, *place, "glossed") if place else text
        self.terms = {term: None if at == place else at for term, at in self.terms.items()}

    def reference(self, child: nodes.Node, page: str, anchor: str = "", *classes: str) -> nodes.reference:
        if page not in self.env.found_docs:
            logger.warning("%r leads to no page (%s)", child.astext(), page, location=self.page)
            return nodes.inline("", "", child.deepcopy())
        address = self.app.builder.get_relative_uri(self.page, page) + (f"#{anchor}" if anchor else "")
        return nodes.reference("", "", child.deepcopy(), internal=True, refuri=address, classes=[*classes])


def glossary(env) -> dict[str, tuple[str, str]]:
    """Page and anchor of every term, singular and plural."""
    objects = env.domains.standard_domain.get_objects()
    terms = {name: (page, anchor) for name, _, kind, page, anchor, _ in objects if kind == "term"}
    return {plural(name): place for name, place in terms.items()} | terms


def plural(term: str) -> str:
    return term[:-1] + "ies" if term.endswith("y") and term[-2] not in "aeou" else term + "s"


def spelled(term: str) -> str:
    """A pattern: a term may begin a sentence, and a line may end within it."""
    first = f"[{term[0]}{term[0].upper()}]" if term[0].islower() else re.escape(term[0])
    return first + re.escape(term[1:]).replace(r"\ ", r"\s")


def join_lines(document: nodes.document) -> None:
    """Make one text of neighboring texts: MyST begins another at the end of a line."""
    for parent in list(document.findall(nodes.TextElement)):
        joined = []
        for child in parent.children:
            if joined and isinstance(child, nodes.Text) and isinstance(joined[-1], nodes.Text):
                child = nodes.Text(joined.pop() + child)
            joined.append(child)
        parent[:] = joined


def is_closed(node: nodes.Node) -> bool:
    """Whether it lies in a link, a heading or code, or in a chapter's list of references."""
    parent = node.parent
    while parent is not None and not isinstance(parent, CLOSED) and "references" not in parent.get("ids", ()):
        parent = parent.parent
    return parent is not None


def setup(app: Sphinx) -> dict:
    app.add_post_transform(Links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
