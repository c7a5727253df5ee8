"""Controls over the same functions that the notebooks call.

It computes nothing of its own: a slider sets a strength, and the picture and the judge's numbers follow.

Public names, by file:

- `panels`: Explorer
- `history`: History
- `copied_code`: as_python
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
