"""Arrays, files and paths, checked at the border.

Every value that comes from outside is looked at here before work starts, and an error names it and the next step.
Files are there whole or not at all. Nothing in this room knows what a model or an image is.

Public names, by file:

- `checks`: in_both_classes
- `files`: file_hash, read_json, write_json, write_whole
- `paths`: home
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
