"""Formulas as MathML, which browsers draw themselves, with a font for mathematics that lies beside the pages."""

import shutil
from importlib.resources import files
from pathlib import Path

from docutils import nodes
from latex2mathml.converter import convert

FONT = "STIXTwoMath-Regular.ttf"  # by the STI Pub Companies, under the SIL Open Font Licence


def inline(writer, node):
    """Write a formula that stands in a line."""
    writer.body.append(convert(node.astext()))
    raise nodes.SkipNode


def block(writer, node):
    """Write a formula that stands by itself."""
    writer.body.append(f'<div class="math">{convert(node.astext(), display="block")}</div>')
    raise nodes.SkipNode


def copy_font(app, exception):
    """Put the font beside the style sheet that names it."""
    if not exception:
        shutil.copy(files("ziamath") / "fonts" / FONT, Path(app.outdir) / "_static" / FONT)


def setup(app):
    """Register the renderer and the font."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    app.connect("build-finished", copy_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
