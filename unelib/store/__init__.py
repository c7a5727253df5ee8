"""The NoiseZoo on disk: row-aligned views of the same images, in shards that are never made twice.

A view knows its settings and the images it is made of, and rows made otherwise are refused. A build that is killed
goes on where it was, any number of processes may share it, and nothing is ever unpickled.

Inside:

- `audit`: Whether views are sound: every byte of every shard, and what it was made for
- `build`: Making the shards of a view: claimed, computed, checked and written, each by one process and never twice
- `image_index`: Which images a zoo is about: the rows of its index, and whether given pixels are those that were
  indexed
- `locks`: Who makes which shard: a lock each, so that builds of one view at the same time never make a shard twice
- `manifest`: What a view is: its settings, written once and never changed, so that nothing made otherwise can be mixed
  in
- `origin`: Where a view's noise came from, and so the way back: the generator that made it, or an error that says why
  not
- `progress`: How far a build is: progress.json, and a bar where someone watches, else a line every half minute
- `shards`: One shard of a view: its rows as safetensors, memory-mapped when read, and beside them a record of what they
  are
- `view_folder`: One view on disk: what it is, its shards with their records, and who is making them

Public names, by file:

- `zoo`: NoiseZoo
- `npy_layout`: add_celeba, export_npy
- `own_arrays`: add_labels
- `sampled_pictures`: sample_zoo
- `parquet_export`: export_table
- `hub`: pull, push
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
