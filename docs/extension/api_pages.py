"""One page a room in `docs/api`, written before the build: the room's idea, and its public names file by file."""

import ast
import importlib
import inspect
import re
import reprlib
import tomllib
from pathlib import Path
from typing import get_origin

import click
from docstrings import escaped
from sphinx.util.docutils import SphinxDirective

import unelib
from unelib.cli import app as commands

ROOT = Path(unelib.__file__).parents[1]
PUBLIC = re.compile(r"from (\.\S*) import (\w+) as \w+")
HOUSE = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
ROOMS = [room for room in reversed(HOUSE["layers"]) if (ROOT / "unelib" / room / "__init__.pyi").exists()]


def names_of(package):
    """Public names of a package by file, in the order of its docstring; rooms themselves are left out."""
    told = importlib.import_module(package).__doc__
    names = {}
    for file, name in PUBLIC.findall((ROOT / package.replace(".", "/") / "__init__.pyi").read_text()):
        if file != ".":
            names.setdefault(file.removeprefix("."), []).append(name)
    return {file: names[file] for file in sorted(names, key=lambda file: told.find(f"`{file}`"))}


def first_sentence(docstring):
    """Of a docstring, as markup: without its references."""
    text = " ".join((docstring or "").split("\n\n")[0].split())
    return escaped(re.sub(r" \[\d\]_", "", re.split(r"(?<=\.) ", text)[0]))


def file_idea(room, file):
    """First sentence of a file of a room."""
    return first_sentence(ast.get_docstring(ast.parse((ROOT / "unelib" / room / f"{file}.py").read_text())))


def heading(text, line):
    """A heading underlined by a character."""
    return f"{text}\n{line * len(text)}\n"


def told(value):
    """What a constant is, in a line."""
    if get_origin(value) is not None:
        notes = [note.description for note in getattr(value, "__metadata__", ()) if hasattr(note, "description")]
        return notes[-1][0].upper() + notes[-1][1:] + "." if notes else f"``{value}``".replace("typing.", "")
    if isinstance(value, dict | list | tuple):
        return ", ".join(f"``{reprlib.repr(key)}``" for key in value) + "."
    return f"``{reprlib.repr(value)}``"


def entry(room, name):
    """Directive that documents a public name."""
    value = getattr(importlib.import_module(f"unelib.{room}"), name)
    if inspect.isclass(value):
        return f".. autoclass:: unelib.{room}.{name}\n   :members:\n"
    if inspect.isroutine(value):
        return f".. autofunction:: unelib.{room}.{name}\n"
    return f".. py:data:: unelib.{room}.{name}\n\n   {told(value)}\n"


def room_page(room):
    """Source of a room's page."""
    idea = importlib.import_module(f"unelib.{room}").__doc__
    idea = re.split(r"\n(?:Inside:|Public names)", idea)[0].strip()
    parts = [heading(f"unelib.{room}", "="), idea + "\n"]
    for file, names in names_of(f"unelib.{room}").items():
        parts += [heading(file, "-"), file_idea(room, file) + "\n"]
        parts += [entry(room, name) for name in names]
    return "\n".join(parts)


def surface_page():
    """Source of the page of `unelib` itself: a table of what it offers."""
    rows = []
    for room, names in names_of("unelib").items():
        for name in names:
            said = first_sentence(inspect.getdoc(getattr(unelib, name)))
            rows.append(f"   * - :py:obj:`~unelib.{room}.{name}`\n     - {said}\n     - ``{room}``\n")
    table = ".. list-table::\n   :header-rows: 1\n   :widths: 25 60 15\n\n   * - name\n     - what it is\n     - room\n"
    idea = "Names that everyone needs can be imported from ``unelib`` itself; each belongs to a room.\n"
    return "\n".join([heading("unelib", "="), idea, table + "".join(rows)])


def command_sections(command, name, above=None):
    """Source of the sections of a command and of those in it: what `--help` says."""
    context = click.Context(command, info_name=name, parent=above)
    said = command.get_help(context).replace("\n", "\n   ")
    sections = [heading(context.command_path, "-"), f".. code-block:: text\n\n   {said}\n"]
    for inner in getattr(command, "commands", {}).values():
        sections += command_sections(inner, inner.name, context)
    return sections


def commands_page():
    """Source of the page of the command line."""
    idea = "What ``--help`` says. ``python -m unelib`` and ``unelib`` are the same.\n"
    return "\n".join([heading("Command line", "="), idea, *command_sections(commands, "python -m unelib")])


def write_pages(app):
    """Write the pages that have changed; remove those of rooms that are gone."""
    folder = ROOT / "docs" / "api"
    folder.mkdir(exist_ok=True)
    pages = {"unelib": surface_page(), "commands": commands_page()} | {r: room_page(r) for r in ROOMS if r != "cli"}
    for path in folder.glob("*.rst"):
        if path.stem not in pages:
            path.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.rst"
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


class Rooms(SphinxDirective):
    """The directive `rooms`: a table of the rooms, low to high, that links their pages, and their table of contents."""

    def run(self):
        """What Markdown of it gives."""
        pages = ["unelib", *(room for room in ROOMS if room != "cli"), "commands"]
        toctree = "\n".join(["```{toctree}", ":hidden:", "", *(f"api/{page}" for page in pages), "```", ""])
        ideas = {f"[{room}](api/{room}.rst)": idea_of(room) for room in ROOMS if room != "cli"}
        rows = {"[unelib](api/unelib.rst)": "what everyone needs"} | ideas
        rows |= {"[commands](api/commands.rst)": "the command line: `python -m unelib`"}
        table = "\n".join(
            ["| page | what is there |", "|---|---|", *(f"| {to} | {idea} |" for to, idea in rows.items())]
        )
        return self.parse_text_to_nodes(toctree + "\n" + table + "\n")


def idea_of(room):
    """First sentence of a room's docstring, without its stop."""
    return first_sentence(importlib.import_module(f"unelib.{room}").__doc__).removesuffix(".")


def setup(app):
    """Write the pages before Sphinx looks for sources; register the directive."""
    app.add_directive("rooms", Rooms)
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
