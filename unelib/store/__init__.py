"""The NoiseZoo on disk: row-aligned views of the same images, in shards that are never made twice.

A view knows its settings and the images it is made of, and rows made otherwise are refused. A build that is killed
goes on where it was, any number of processes may share it, and nothing is ever unpickled.

Public names, by file:

- `zoo`: NoiseZoo
- `npy_layout`: add_celeba, export_npy
- `parquet_export`: export_table
- `hub`: pull, push
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
