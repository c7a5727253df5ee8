"""The directive `results`: every number that the committed notebooks recorded; and what becomes of marks in pages."""

import re
from pathlib import Path

import pandas as pd
from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from unelib.stats import told_with_ends

TABLE = Path(__file__).resolve().parents[1] / "results.csv"


def table_of(rows):
    """A table of names and numbers, as a node."""
    body = nodes.tbody()
    for _, row in rows.iterrows():
        words = [nodes.literal(text=row["name"]), nodes.Text(told_with_ends(row[["value", "low", "high"]]))]
        body += nodes.row("", *(nodes.entry("", nodes.paragraph("", "", word)) for word in words))
    head = nodes.row("", *(nodes.entry("", nodes.paragraph(text=word)) for word in ("name", "value [95 % interval]")))
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in range(2)), nodes.thead("", head), body, cols=2)
    return nodes.table("", group)


class Results(SphinxDirective):
    """One section a run and notebook."""

    def run(self):
        """The sections, as nodes."""
        self.env.note_dependency(str(TABLE))
        sections = []
        for (run, stage), rows in pd.read_csv(TABLE).groupby(["run", "stage"], sort=False):
            title = f"{stage}, run {run}"
            section = nodes.section(ids=[nodes.make_id(title)])
            section += [nodes.title("", title), table_of(rows)]
            sections.append(section)
        return sections


class Marks(SphinxPostTransform):
    """Marks of numbers, such as `<!-- result: ... -->`, leave no trace, nor a space before what follows."""

    default_priority = 10

    def run(self, **kwargs):
        """Remove them."""
        for node in list(self.document.findall(nodes.raw)):
            before, after = node.previous_sibling(), node.next_node(descend=False, siblings=True)
            if not node.astext().startswith("<!-- "):
                continue
            if isinstance(before, nodes.Text) and (after is None or re.match(r"[.,;:)|]", after.astext())):
                node.parent.replace(before, nodes.Text(before.rstrip()))
            node.parent.remove(node)


def setup(app):
    """Register the directive and the transform."""
    app.add_directive("results", Results)
    app.add_post_transform(Marks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
