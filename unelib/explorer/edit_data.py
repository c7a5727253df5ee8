"""An explorer's edit as data: to save, to load again, and as Python to copy."""

import base64
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from ..core.extras import needed
from ..editing.edit_state import EditState
from .controls import small_button, title
from .copied_code import as_python

w: Any = needed("ipywidgets", "explorer")
LOOK = "max-height:340px;overflow:auto;font-size:12px;line-height:16px;background:#8881;padding:8px;user-select:all"


class EditData(w.VBox):
    """The present edit as JSON, which can be changed and loaded, a link that saves it, and its code.

    Parameters
    ----------
    load : callable
        Called with the `EditState` that a visitor gave; what it raises is told.
    run : str or Path
        As `as_python` takes it.
    judge : str, optional
        By whom attributes are kept in the code.

    Attributes
    ----------
    text : Textarea
        The edit as JSON.
    button : Button
        Loads what stands there.
    code, link, status : HTML
        Python, the link to a file, and what was wrong.
    """

    def __init__(self, load: Callable[[EditState], None], run: str | Path, judge: str | None = None) -> None:
        self.load, self.run, self.judge, self.own = load, run, judge, ""
        wide = w.Layout(width="100%", height="70px")
        self.text = w.Textarea(description="edit", style={"description_width": "60px"}, layout=wide)
        self.button = small_button("load this edit", "upload")
        self.code, self.link, self.status = w.HTML(), w.HTML(), w.HTML()
        line = w.HBox([self.button, self.link], layout=w.Layout(flex_flow="row wrap", align_items="center"))
        super().__init__([self.text, line, self.status, title("the same pictures, by Python"), self.code])
        self.button.on_click(self.given)

    def show(self, state: EditState) -> None:
        """Put an edit into all of it."""
        if self.text.value == self.own:  # else a visitor is writing there
            self.own = self.text.value = state.to_json()
            self.status.value = ""
        self.link.value = saving_link(state)
        try:
            code = as_python(state, self.run, self.judge)
        except ValueError as error:
            code = f"# {error}"
        self.code.value = f"<pre tabindex='0' aria-label='Python code of this edit' style='{LOOK}'>{escape(code)}</pre>"

    def given(self, _button=None):
        """Load what stands in the text, or say what is wrong with it."""
        try:
            self.load(EditState.from_json(self.text.value))
            self.own, self.status.value = self.text.value, ""
        except ValueError as error:
            self.status.value = f"<div role='alert'>{escape(str(error))}.</div>"


def saving_link(state):
    """A link that saves an edit as a file for `python -m unelib edit`, as HTML."""
    source = "data:application/json;base64," + base64.b64encode(state.to_json().encode()).decode()
    link = f"<a download='edit.json' style='text-decoration:underline' href='{source}'>save it as edit.json</a>"
    return f"{link}, for <code>python -m unelib edit</code>"
