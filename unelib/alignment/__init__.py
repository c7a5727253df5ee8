"""Do views of the same images share a space.

Maps from one view to another, the space that several share, representations by anchor images, and measures of
likeness, each beside what chance alone would give.

Public names, by file:

- `linear_maps`: Procrustes, RidgeMap, ridge_maps
- `canonical`: CCA, GCCA, distinct_sets
- `relative`: RelativeRepresentation, choose_anchors, stitched_scores
- `similarity`: STANDARD, cka, mutual_knn, permutation_null, procrustes_distance, pwcca, rank_agreement, rsa,
  similarity_table, svcca
- `neighbours`: nearest, neighbour_agreement
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
