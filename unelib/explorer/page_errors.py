"""What a visitor of a served page reads where a cell fails: one sentence, and the details folded away."""

import traceback
from html import escape
from typing import Any

TOLD = "{}. The page cannot go on; who serves it finds the cause below, and in the terminal that serves it"


def tell_errors(shell: Any = None) -> None:
    """Have the first error of a notebook shown as one sentence, and what fails after it not at all.

    A cell that fails leaves the names that later cells need missing, and each would say so.

    Parameters
    ----------
    shell : InteractiveShell, optional
        IPython's; by default the one that runs.
    """
    from IPython import get_ipython

    told: list[str] = []

    def tell(shell: Any, kind: Any, error: Any, trace: Any, tb_offset: Any = None) -> None:
        """Show an error, if it is the first."""
        from IPython.display import HTML, display

        if not told:
            told.append(str(error))
            lines = "".join(traceback.format_exception(kind, error, trace))
            shell.log.error(lines)
            display(HTML(error_html(error, lines)))

    (shell or get_ipython()).set_custom_exc((Exception,), tell)


def error_html(error: BaseException, details: str) -> str:
    """An error as a sentence that a screen reader reads out, with its details folded away.

    >>> error_html(ValueError("no run 'a<b'"), "").split("<p>")[1].split(" The page")[0]
    'no run &#x27;a&lt;b&#x27;.'
    """
    reason = str(error).strip().rstrip(".") or type(error).__name__
    look = "max-height:340px;overflow:auto;font-size:12px"
    folded = f"<details><summary>the cause, for who serves this page</summary><pre tabindex='0' style='{look}'>"
    frame = "border-left:4px solid #b00020;padding:0 12px"
    told = f"<p>{escape(TOLD.format(reason))}.</p>{folded}{escape(details)}</pre></details>"
    return f"<div role='alert' style='{frame}'>{told}</div>"
