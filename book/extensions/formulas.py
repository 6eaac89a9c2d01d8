"""Formulas as MathML, which browsers draw by themselves: no script, no font, no network.

A formula that docutils cannot read is a warning, and so an error of the build.
"""

import re

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

# What docutils does not know: brackets grow by themselves, and one kind of dots is enough.
KNOWN = {r"\big": "", r"\dots": r"\ldots"}
# And what it writes differently: the word below a brace, and the space between a function and its argument.
BRACE = re.compile(r"<msub>(\s*<munder>(?:(?!</munder>).)*⏟</mo>\s*</munder>.*?)</msub>", re.DOTALL)
FUNCTION = re.compile(r"<mo>&ApplyFunction;</mo>(?!\s*<mo[^>]*>[(\[])")
logger = logging.getLogger(__name__)


def converted(text: str, *, block: bool) -> str:
    """TeX as MathML; raises MathError for what docutils cannot read."""
    for command, known in KNOWN.items():
        text = text.replace(command, known)
    made = BRACE.sub(r"<munder>\1</munder>", tex2mathml(text, as_block=block))
    return FUNCTION.sub('<mspace width="0.17em"></mspace>', made)


def mathml(node: nodes.math | nodes.math_block, *, block: bool) -> str:
    try:
        return converted(node.astext(), block=block)
    except MathError as error:
        logger.warning("the formula %s cannot be read: %s", node.astext(), error, location=node)
        return ""


def inline(writer: HTML5Translator, node: nodes.math) -> None:
    writer.body.append(mathml(node, block=False))
    raise nodes.SkipNode


def block(writer: HTML5Translator, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="formula">{mathml(node, block=True)}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict:
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    app.config.html_math_renderer_name = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
