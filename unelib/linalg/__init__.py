"""Factors, whitening and subspaces: the linear algebra that several rooms share.

The cost is always in the smaller of rows and columns, and what is larger than memory is read block by block. No
matrix of columns by columns is formed where an operator does.

Inside:

- `moments`: Means and spreads of a view's columns, for all rows or for the rows of each class; rows are read block by
  block
- `ridge_regression`: Thin factors and ridge regression: all targets and all penalties from one eigendecomposition of
  the smaller Gram
- `row_span`: Rows of many columns in coordinates of their own span: as many as there are rows, and nothing is lost
- `whitening`: Whitened factors of views, and the leading left singular vectors of several side by side

Public names, by file:

- `principal_space`: thin
- `stored_rows`: StoredRows
- `covariance`: Covariance, ShrunkCovariance
- `cosine`: unit_rows
- `diversity`: context_gains, group_diversity, vendi_interval, vendi_score
- `direction_algebra`: Direction
- `grassmann`: frechet_mean, grassmann_distance, random_subspace
- `krylov`: leading_triples
- `neighbourhoods`: density_among, group_coverage
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
