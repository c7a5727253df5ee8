"""The command line: `python -m unelib`, or `unelib`.

Commands only read their arguments and call the rooms before this one; a mistake in the input ends in one sentence.

Inside:

- `dry_run`: What a run would do and need, printed before it starts: `python -m unelib run RECIPE --dry-run`
- `edit`: The command `python -m unelib edit`: one edit, applied to rows of a zoo or to files of pictures
- `explore`: `python -m unelib explore`, the explorer as a page in a browser, over the zoo of any run
- `zoo`: The command line of the store: `python -m unelib zoo build|verify|repair|info|import|export|push|pull`

Public names, by file:

- `main`: app
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
