"""A zoo as a Hugging Face table: Parquet files by split, which `datasets.load_dataset(folder)` and the hub read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..core.files import make_folder, write_whole


def export_table(zoo: Any, folder: str | Path, views: Sequence[str] | None = None) -> list[Path]:
    """Write id, split, attributes and views (all if None) as `folder/data/<split>.parquet`; returns the paths.

    A view is a column of fixed-length lists in the dtype it is stored in; one shard's worth of rows is held at a time.
    """
    views, split, folder = views or zoo.views, zoo.split, Path(folder) / "data"
    make_folder(folder)
    paths = []
    for name in dict.fromkeys(split):
        paths.append(folder / f"{name}.parquet")
        write_whole(paths[-1], lambda part, rows=np.flatnonzero(split == name): write_rows(part, zoo, views, rows))
    return paths


def write_rows(file, zoo, views, rows, block=1000):
    """Write some rows of a zoo as one Parquet file."""
    index = pa.Table.from_pandas(zoo.index.drop(columns="sha256"), preserve_index=False)
    writer = None
    for start in range(0, len(rows), block):
        part = rows[start : start + block]
        table = index.take(part)
        for view in views:
            table = table.append_column(view, fixed_lists(zoo.rows(view, part, dtype=zoo.manifest(view)["dtype"])))
        writer = writer or pq.ParquetWriter(file, table.schema, use_dictionary=False, compression="none")
        writer.write_table(table)
    writer.close()


def fixed_lists(values):
    """Rows (m, d) as an Arrow column of m lists of d numbers."""
    return pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])
