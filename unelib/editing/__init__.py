"""Move an image along a direction, and measure what else moved.

A direction for reading (a probe's weights) and one for writing (the pattern) are different objects. Every edit is
judged by a model that made no direction, and reported as a trade-off between what was asked for and what changed
besides.

Inside:

- `steps`: Ways of stepping along a direction: straight on, or round the sphere near which Gaussian noise lies

Public names, by file:

- `directions`: carried, direction, partial_directions, removal
- `boundaries`: Boundary, boundary
- `minimal_edits`: least_change
- `inversion_free`: flow_edit
- `walks`: change_matrix, judged_changes, move, on_and_off_target, walk, walk_each
- `lacking_images`: lacked_targets
- `reports`: EditReport, likeness, pooled_flips, score_edit
- `counterfactuals`: Counterfactual, counterfactual, part_masks
- `trade_off`: Curve, areas, curve, edited, refined
- `resemblance`: resemblances
- `variety`: mean_rows, variation_scores, variety_gap
- `translated`: translation_curves, translation_scores
- `edit_controls`: control_directions, share_edited, side_effects_less
- `probe_judge`: ProbeJudge, judge_for
- `edit_state`: KEEP_BY, METHODS, EditState
- `method_probes`: bottleneck_effects, probe_and_unit, probe_for, text_effects
- `judge_corrections`: kept_by_judge
- `edit_methods`: apply, directions_of, noise_of
- `edited_pictures`: pictures_of
- `planted_failures`: PlantedFailure
- `failure_search`: Failures, climb, lacks, picture_score, search_failures
- `failure_rates`: FailureRate, failure_centre, failure_rate, foretold, importance_rate
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
