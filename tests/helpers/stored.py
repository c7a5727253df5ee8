"""Rows as if they lay on disk, for tests of what reads them block by block."""

import numpy as np

from unelib.linalg.stored_rows import StoredRows


def stored(X, asked=None, ids=None):
    """The rows X (n, d) as `StoredRows` in float32; to the list `asked` is added how many rows each read is of."""

    def read(rows):
        if asked is not None:
            asked.append(len(rows))
        return X[rows].astype(np.float32)

    return StoredRows(read, np.arange(len(X)), X.shape[1], ids=ids)
