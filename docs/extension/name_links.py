"""Public names in code font become links to their entries in the reference, wherever they are written."""

import re
from pathlib import Path

from api_pages import ROOT, names_of
from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

CODE = re.compile(r"(?:unelib\.)?([A-Za-z_][\w.]*)(?:\(\))?")


def full_names(objects):
    """{what may be written: full name} of documented objects: with its room, and plain where one room alone has it."""
    written, of = {}, {}
    for full in objects:
        room, _, name = full.removeprefix("unelib.").partition(".")
        written[f"{room}.{name}"] = full
        of.setdefault(name, []).append(full)
    offered = {name: f"unelib.{room}.{name}" for room, names in names_of("unelib").items() for name in names}
    alone = {name: found[0] for name, found in of.items() if len(found) == 1 and re.search(r"[A-Z_.]", name)}
    return (
        alone | {name: full for name, full in offered.items() if name != "run"} | written
    )  # `run` is a parameter, too


class NameLinks(SphinxPostTransform):
    """Literals that are public names, outside headings and other links."""

    default_priority = 400

    def run(self, **kwargs):
        """Replace them by links."""
        objects = self.env.domains["py"].objects
        known = full_names(objects)
        for node in list(self.document.findall(nodes.literal)):
            match = CODE.fullmatch(node.astext())
            full = known.get(match[1]) if match and not linked(node) else None
            if full in objects:
                to, here = objects[full], self.env.docname
                node.replace_self(make_refnode(self.app.builder, here, to.docname, to.node_id, node.deepcopy(), full))


def linked(node):
    """Whether a node stands in a link, a heading or a signature."""
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.reference | nodes.title):
            return True
    return False


class FolderLinks(SphinxPostTransform):
    """Links to folders of notebooks, which GitHub shows, lead to the table of notebooks."""

    default_priority = 5  # before MyST looks for their targets

    def run(self, **kwargs):
        """Replace them."""
        page = Path(self.env.doc2path(self.env.docname))
        for node in list(self.document.findall(addnodes.pending_xref)):
            folder = (page.parent / node["reftarget"]).resolve()
            if node["reftype"] == "myst" and folder.is_dir() and folder.is_relative_to(ROOT / "notebooks"):
                words, here = node[0].deepcopy(), self.env.docname
                node.replace_self(make_refnode(self.app.builder, here, "docs/guide", "notebooks-and-recipes", words))


def setup(app):
    """Register the transforms."""
    app.add_post_transform(NameLinks)
    app.add_post_transform(FolderLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
