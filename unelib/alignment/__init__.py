"""Do views of the same images share a space.

Maps from one view to another, the space that several share, representations by anchor images, and measures of
likeness, each beside what chance alone would give.

Inside:

- `kernels`: How alike all pairs of rows of a view are: Gram matrices and Gaussian kernels (n, n), centred and of unit
  norm
- `pair_ranks`: Ranks of all pairs of rows by how far apart they are, over all pairs or among those of one row
- `similarity_null`: What a measure of likeness says of views: its value, an interval over images, and what unrelated
  rows would give
- `subspaces`: Views as clouds of rows that may be rotated or mapped: the angle between them, and their canonical
  correlations

Public names, by file:

- `linear_maps`: Procrustes, RidgeMap, r2_gap, r2_interval, ridge_maps
- `canonical`: CCA, GCCA, distinct_sets
- `paired_directions`: pairs_and_chance
- `paired_rows`: partner_correlation
- `shared_space`: read_alone
- `relative`: RelativeRepresentation, choose_anchors
- `stitching`: stitched_rows, stitched_scores
- `similarity`: STANDARD, cka, mutual_knn, permutation_null, procrustes_distance, pwcca, rank_agreement, rsa,
  similarity_table, svcca
- `neighbours`: nearest, nearest_by_view, neighbour_agreement
- `view_search`: BestView, best_view
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
