"""A workbook for the Universal Normal Embedding hypothesis.

The names of `unelib.__all__` can be imported from here, and every room's own names from the room: `unelib.probing`,
`unelib.plots`, ... All are loaded when first used, so that `import unelib` stays instant.
"""

import lazy_loader

__version__ = "0.2.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
