"""A number, its interval, its p-value.

Means, shares and areas under curves come with the ends of a 95 % interval; tests by simulation come with exact
p-values and corrections for many. Rows that belong to one person stay together wherever rows are drawn or split.

Inside:

- `calibration`: How far a probe's probabilities are from the shares observed, in bins of equal count

Public names, by file:

- `intervals`: Interval, gap_interval, mean_interval, normal_mean_interval, rate_interval, share_interval, wilson
- `digits`: told_with_ends
- `p_values`: holm, simulated_p, smallest_p
- `roc`: auc, average_precision
- `groups`: overlap, split_by_group
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
