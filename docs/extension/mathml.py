"""Formulas as MathML, which browsers draw themselves."""

from docutils.utils.math.latex2mathml import tex2mathml


def inline(writer, node):
    """Write a formula that stands in a line."""
    writer.body.append(tex2mathml(node.astext()))
    done()


def block(writer, node):
    """Write a formula that stands by itself."""
    writer.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>')
    done()


def done():
    """Nothing is left to be written for the node's parts."""
    from docutils import nodes

    raise nodes.SkipNode


def setup(app):
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
