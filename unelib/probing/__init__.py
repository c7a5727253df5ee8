"""What a linear map reads from a view.

All attributes are fitted at once on features that they share. Scores come with intervals, the majority rate and
controls: shuffled labels, random features, fewer rows, fewer dimensions. Where factors are known, single columns are
asked as well what they tell of each.

Inside:

- `discriminants`: Discriminants from class means: Fisher's with shrunk covariance, the plain difference, and the
  authors' own
- `logistic_solver`: Logistic regression of many attributes on shared features: one solver for all of them at once

Public names, by file:

- `choices`: Kind
- `linear_probe`: LinearProbe
- `scores`: compare_probes, mean_auc, mean_auc_gap, probe_scores, reliability
- `controls`: auc_of_views, dimension_curve, learning_curve, random_features, selectivity, shuffled_scores,
  variance_share
- `factor_information`: equal_bins
- `disentanglement`: InfoMEC, infomec
- `disentanglement_null`: infomec_table
- `profiles`: mean_accuracy, mean_accuracy_gap, partial_correlation, profile_correlation, profile_gap, remaining
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
