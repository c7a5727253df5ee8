"""The hypothesis on trial: what it claims, the rivals of each claim, and a verdict that may be against it.

Every claim is measured beside its null models with an interval, and the rules by which it counts as supported were
written down first. A null of the picture is tried with its own spectrum and with the view's. Published numbers stand
here as data, to be put beside ours.

Inside:

- `direction_agreement`: Do attributes' directions agree between views, beside those of any direction
- `learning_luck`: What the luck of the images that learn does to a measure
- `trials`: What is on trial, also with fewer images, and with nulls of equal spectrum
- `views_on_trial`: A view as a trial has it: its rows, or where it has very many columns their coordinates in the span
  of all of them
- `matched_spectra`: A control remixed so that it varies as the view does, and nothing is lost

Public names, by file:

- `verdicts`: CHANCE, CLAIMS, ERRS, LEVEL, OTHERWISE, PICTURE, VERDICTS, evidence, summary, verdict
- `trainings`: over_trainings
- `claims`: SIZES
- `published`: beside_published, counterparts, published_accuracies, published_numbers, published_pass_rates,
  same_data
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
