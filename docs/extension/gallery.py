"""Directives about notebooks: `gallery`, every figure as a thumbnail that leads to its place, and `notebooks`."""

import base64
import html
import io
import os
import re
from pathlib import Path

import nbformat
from docutils import nodes
from PIL import Image
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
WIDE = 480  # pixels of a thumbnail


def figures_of(path):
    """Figures of a notebook: for each the heading that it stands under, its bytes and its number."""
    heading, found = "", []
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "markdown":
            heading = ([heading] + re.findall(r"^#+ (.+)$", cell.source, re.MULTILINE))[-1]
        for output in cell.get("outputs", []):
            picture = output.get("data", {}).get("image/png")
            found += [(heading, base64.b64decode(picture), len(found))] if picture else []
    return found


def anchor_of(heading):
    """Anchor of a heading, as GitHub and MyST make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def thumbnail(picture, path):
    """Write a picture at a thumbnail's width."""
    small = Image.open(io.BytesIO(picture)).convert("RGB")
    small.thumbnail((WIDE, 3 * WIDE), Image.Resampling.LANCZOS)
    small.save(path, quality=85)


class Gallery(SphinxDirective):
    """One section a notebook that has figures, one thumbnail a figure."""

    def run(self):
        """The sections, as nodes."""
        folder = Path(self.env.app.outdir) / "_images" / "gallery"
        folder.mkdir(parents=True, exist_ok=True)
        paths = sorted((ROOT / "notebooks").rglob("*.ipynb"), key=lambda path: (len(path.parts), path))
        sections = [self.section(path, folder) for path in paths if ".ipynb_checkpoints" not in path.parts]
        return [section for section in sections if section]

    def section(self, path, folder):
        """A notebook's title and thumbnails; None if it has no figure."""
        figures = figures_of(path)
        if not figures:
            return None
        self.env.note_dependency(str(path))
        title = re.search(r"^# (.+)$", nbformat.read(path, 4).cells[0].source, re.MULTILINE)[1]
        to = os.path.relpath(path.with_suffix(".html"), (ROOT / self.env.docname).parent)
        section = nodes.section(ids=[nodes.make_id(path.stem)])
        section += nodes.title("", title)
        shown = []
        for heading, picture, number in figures:
            name = f"{path.relative_to(ROOT / 'notebooks').with_suffix('').as_posix().replace('/', '-')}-{number}.jpg"
            thumbnail(picture, folder / name)
            there = os.path.relpath(ROOT / "_images" / "gallery" / name, (ROOT / self.env.docname).parent)
            at = to if heading == title else f"{to}#{anchor_of(heading)}"
            words = html.escape(heading)
            picture = f'<img loading="lazy" src="{there}" alt="{words}">'
            shown.append(f'<a class="thumbnail" href="{at}">{picture}<span>{words}</span></a>')
        section += nodes.raw("", f'<div class="gallery">{"".join(shown)}</div>', format="html")
        return section


class Notebooks(SphinxDirective):
    """The directive `notebooks FOLDER`: a table of contents of the notebooks in a folder, if there are any."""

    required_arguments, option_spec = 1, {"caption": str}

    def run(self):
        """The table, as nodes."""
        folder = ROOT / "notebooks" / self.arguments[0]
        if not list(folder.glob("*.ipynb")):
            return []
        entries = os.path.relpath(folder, (ROOT / self.env.docname).parent)
        lines = [
            "```{toctree}",
            ":hidden:",
            ":glob:",
            f":caption: {self.options['caption']}",
            "",
            f"{entries}/*",
            "```",
        ]
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app):
    """Register the directives."""
    app.add_directive("gallery", Gallery)
    app.add_directive("notebooks", Notebooks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
