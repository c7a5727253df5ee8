"""Arrays, files and paths, checked at the border.

Every value that comes from outside is looked at here before work starts, and an error names it and the next step.
Files are there whole or not at all. Nothing in this room knows what a model or an image is.

Inside:

- `arrays`: Arrays that are NumPy's or, on a GPU, torch's: what a solver needs beyond the operators that both share
- `cpus`: How many CPUs there are for this process, how many threads it is to use of them, and what these do at once
- `extras`: Packages that only a part of the workbook needs, and that an extra of the package installs
- `lazy_values`: Values of an object that are found when first asked for, and kept; no thread waits for another object's
- `loops`: How far a loop over images is, told to whoever listens: a build's bar moves with every batch, not every shard
- `prefetch`: One thing ahead: the next item is made in a thread while this one is used

Public names, by file:

- `checks`: in_both_classes
- `files`: file_hash, read_json, write_json, write_whole
- `paths`: home
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
