"""Checks of the workshop's exercises: each says at once whether an answer is right, or what is probably wrong with it.

A check never raises on an answer. It works out the right one itself, knows the slips that are usual, and hands the
right answer on, so that nobody is left behind.


Public names, by file:

- `answers`: Checked
- `noise_checks`: check_likeness, check_mean_noise, check_missed
- `probe_checks`: check_auc, check_difference, check_shuffles, check_weights
- `space_checks`: check_explained, check_lost_pairs, check_map
- `edit_checks`: check_beside, check_gained, check_random_step, check_step, check_without
- `judge_checks`: check_controls, check_p_value, check_verdicts, claims_to_judge, share_found
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
