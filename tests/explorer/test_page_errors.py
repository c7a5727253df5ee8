"""An error on a served page: told once, in a sentence, with its cause folded away."""

import nbformat
import pytest
from nbclient import NotebookClient

from unelib.explorer.page_errors import error_html, tell_errors


def outputs_of(*cells):
    """What code cells show, by a kernel."""
    made = [nbformat.v4.new_code_cell(cell) for cell in cells]
    notebook = nbformat.v4.new_notebook(cells=made)
    NotebookClient(notebook, timeout=60, allow_errors=True).execute()
    return [[output.get("data", output).get("text/html", output) for output in cell.outputs] for cell in notebook.cells]


@pytest.mark.slow
def test_the_first_error_is_told_and_what_follows_from_it_is_not():
    start = "from unelib.explorer import tell_errors\ntell_errors()"
    _, first, second, third = outputs_of(start, "zoo = {}['no <view>']", "zoo", "print('still here')")
    assert len(first) == 1 and "<p>&#x27;no &lt;view&gt;&#x27;. The page cannot go on" in first[0]
    assert "role='alert'" in first[0]
    assert "KeyError" in first[0] and second == [] and third[0]["text"] == "still here\n"


class Shell:
    def set_custom_exc(self, kinds, handler):
        self.kinds, self.handler = kinds, handler


def test_only_errors_are_taken_and_not_who_stops_it():
    shell = Shell()
    tell_errors(shell)
    assert shell.kinds == (Exception,) and not issubclass(KeyboardInterrupt, shell.kinds)


def test_an_error_without_words_is_told_by_its_kind():
    assert "<p>KeyError. The page" in error_html(KeyError(), "")
