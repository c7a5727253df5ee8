"""Docstrings as reStructuredText: signs of mathematics are no markup, and names with their meaning become a list."""

import re

QUOTED = re.compile(r"(``.+?``|`.+?`)")
SIGNS = re.compile(r"[*|`]|(?<=[A-Za-z])_(?!\w)")  # after a name such as coef_, the sign of a link
ITEM = re.compile(r"(\S(?:\S| (?! ))*) {2,}(\S.*)")


def escaped(line):
    """A line whose stars and bars outside code are characters; those of `*args`, numpydoc minds itself."""
    if re.match(r"\s*(>>>|\.\.\.|\*{1,2}\w+( :.*)?$)", line):
        return line
    parts = QUOTED.split(re.sub(r"(`\w+`)(?=\w)", r"\1\\ ", line))  # "`Interval`s" ends its code in a word
    return "".join(part if i % 2 else SIGNS.sub(r"\\\g<0>", part) for i, part in enumerate(parts))


def listed(lines):
    """Lines in which "name  meaning", with what is indented below it, has become an item of a definition list."""
    made, inside = [], False
    for line in lines:
        item = ITEM.fullmatch(line)
        if item and not line.startswith(">>>"):
            made += ["" if not inside else None, item[1], "    " + item[2]]
            inside = True
        elif inside and line.startswith(" "):
            made.append("    " + re.sub(r" {2,}", " ", line.strip()))
        else:
            made += ["", line] if inside and line else [line]
            inside = False
    return [line for line in made if line is not None]


def as_markup(app, what, name, obj, options, lines):
    """Rewrite a docstring in place, before numpydoc reads it."""
    if not any(re.fullmatch(r"-{4,}", line.strip()) for line in lines):
        lines[:] = listed(lines)
    lines[:] = [escaped(line) for line in lines]


def is_foreign(app, what, name, obj, skip, options):
    """Skip what scikit-learn adds to every estimator."""
    return True if name.endswith("_request") else None


def setup(app):
    """Connect before numpydoc, whose priority is 500."""
    app.connect("autodoc-skip-member", is_foreign)
    app.connect("autodoc-process-docstring", as_markup, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
