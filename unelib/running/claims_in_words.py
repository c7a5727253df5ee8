"""Findings: sentences made from what a run recorded, each number with its interval and beside its null."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from .runs_as_data import results


class Finding(NamedTuple):
    """A claim that one recorded number supports, contradicts or leaves open.

    claim     what is claimed, a sentence
    stage     the notebook
    number    name of the number there
    measure   what it measures, with its unit
    null      name of the number that it is compared with, or a number; None: it stands alone, and nothing is decided
    beside    what the null is, in words before its number; a sentence of its own where the null is a number
    lower     whether the claim says that the number is below the null, not above
    """

    claim: str
    stage: str
    number: str
    measure: str
    null: str | float | None = None
    beside: str = ""
    lower: bool = False


FINDINGS = (
    Finding(
        "A face comes back from its noise", "00_tour", "round_trip_db", "likeness after the round trip in dB", 30.0,
        "differences begin to show at 30 dB",
    ),
    Finding(
        "A linear probe reads the attribute from the noise", "00_tour", "noise_auc", "AUC on held-out faces",
        "shuffled_auc", "from shuffled labels",
    ),
    Finding(
        "The noise tells more of it than small pictures do", "00_tour", "noise_auc", "AUC on held-out faces",
        "pixels_auc", "from small pictures",
    ),
    Finding(
        "A step along the attribute's direction gives faces the attribute", "00_tour", "edited",
        "share of the faces that lacked it", "random", "after a random step of the same length",
    ),
    Finding(
        "CLIP's direction, carried into the noise, gives it as well", "00_tour", "edited_by_clip",
        "share of the faces that lacked it", "random", "after a random step of the same length",
    ),
    Finding(
        "An image's noise leads back to the image", "01_invert", "round_trip_db", "likeness after the round trip in dB",
        30.0, "differences begin to show at 30 dB",
    ),
    Finding(
        "The solver finds the noise of a latent that was generated", "01_invert", "recovery_error", "relative error",
        0.1, "0.1 would be a tenth of it missed", lower=True,
    ),
    Finding(
        "Inversion finds the noise that a saved picture was made from", "01_invert", "picture_recovery_error",
        "relative error", 0.5, "0.5 would be half of it missed", lower=True,
    ),
    Finding(
        "Coordinates of the noise look more Gaussian than those of the latent that it was computed from",
        "01_invert", "coordinates_pass", "share that passes a test of normality", "clean_coordinates_pass",
        "of the latent",
    ),
    Finding(
        "Embeddings look as Gaussian on random projections as noise does", "02_encode", "pass_rate",
        "share that passes a test of normality", "noise_pass_rate", "of the noise",
    ),
    Finding(
        "Images that are near in an encoder's view share attributes", "02_encode", "agreement",
        "share of attributes that neighbours have in common", "pixels", "among small pictures",
    ),
    Finding(
        "Attributes can be read from the noise by a linear probe", "03_probe", "noise_auc", "mean AUC", "shuffled_auc",
        "from shuffled labels",
    ),
    Finding(
        "Attributes are in the noise beyond what the highest noise level leaves of the picture", "03_probe",
        "beyond_leak", "gain in mean AUC", 0.0, "0 would be no gain",
    ),
    Finding(
        "Attributes can be read better from the noise than from small pictures", "03_probe", "beyond_pixels",
        "gain in mean AUC", 0.0, "0 would be no gain",
    ),
    Finding(
        "A linear map carries attributes from the noise to the encoder", "04_align", "transfer_auc",
        "mean AUC of the encoder's own probe there", "shuffled_auc", "from shuffled rows",
    ),
    Finding(
        "A linear map from the noise carries more than one from small pictures does", "04_align", "transfer_auc",
        "mean AUC", "pixels_auc", "from small pictures",
    ),
    Finding(
        "A space that all views share lets attributes be read from the noise", "04_align", "shared_beyond_shuffled",
        "gain in mean AUC", 0.0, "0 would be no gain over shuffled rows",
    ),
    Finding(
        "A step along an attribute's direction gives images that attribute", "05_edit", "target",
        "share of those that lacked it", "random", "after a random step of the same length",
    ),
    Finding(
        "Keeping a step orthogonal to other attributes' directions lowers its side effects", "05_edit",
        "side_effects_less", "decrease for each unit of effect", 0.0, "0 would be no decrease",
    ),
    Finding(
        "Attributes that are easy to read from an encoder are easy to read from the noise", "probing", "profile_r",
        "rank correlation over attributes", 0.0, "0 would be no relation",
    ),
    Finding(
        "Noise and encoder agree on that more than small pictures and encoder do", "probing", "profile_beyond_pixels",
        "gain in rank correlation", 0.0, "0 would be no gain",
    ),
    Finding(
        "Held-out views are likelier under one shared latent", "10_une", "gain", "gain in log-likelihood an image",
        0.0, "0 would be no gain",
    ),
    Finding(
        "A model of one shared latent is likelier than one of pairs of views", "10_une", "behind_pairs",
        "gain in log-likelihood an image", 0.0, "0 would be no gain",
    ),
    Finding(
        "Directions in the bottleneck edit beyond chance", "hspace", "beyond_chance", "gain in share edited", 0.0,
        "0 would be no gain over shuffled labels",
    ),
    Finding(
        "The first vector of the pullback basis moves a picture", "pullback", "moved_first",
        "distance to the picture before", "moved_random", "by a random vector of the same length",
    ),
)  # fmt: skip
SUPPORTED, CONTRADICTED, OPEN, STANDS = "supported", "contradicted", "cannot tell", "measured"
IN_SHORT = {SUPPORTED: "yes", CONTRADICTED: "no", OPEN: "open", STANDS: "-"}


def findings(run: str) -> pd.DataFrame:
    """What a run found, claim by claim, as far as its notebooks recorded it.

    Parameters
    ----------
    run : str
        Its name.

    Returns
    -------
    DataFrame
        Columns `claim`, `verdict` ("supported", "contradicted", "cannot tell": whether the interval lies beyond that of
        the null), `value`, `low`, `high`, `null`, `null_low`, `null_high`, `measure`, `beside`, `stage`, and the whole
        as a `sentence`.

    Raises
    ------
    FileNotFoundError, ValueError
        As `results`.
    """
    numbers = results(run).set_index(["stage", "name"])[["value", "low", "high"]]
    rows = [judged(finding, numbers) for finding in FINDINGS if is_recorded(finding, numbers)]
    return pd.DataFrame(rows)


class Markdown(str):
    """A text that a notebook shows as Markdown, and a terminal as it stands."""

    def _repr_markdown_(self) -> str:
        return str(self)


def what_holds(run: str, stage: str) -> Markdown:
    """What one notebook of a run found, claim by claim, as a table of verdicts.

    Parameters
    ----------
    run : str
        Its name.
    stage : str
        The notebook, such as "03_probe".

    Returns
    -------
    Markdown
        A row a claim: whether it holds ("yes", "no", "open": the intervals overlap), what was measured, and what it is
        compared with; a sentence where nothing is recorded yet.

    Raises
    ------
    FileNotFoundError, ValueError
        As `results`, where the run has recorded nothing at all.
    """
    found = findings(run)
    found = found[found.stage == stage] if len(found) else found
    if not len(found):
        return Markdown(f"*{stage} has recorded nothing yet: run all of its cells.*")
    lines = ["| claim | holds? | found | compared with |", "|---|---|---|---|"]
    for row in found.to_dict("records"):
        number = f"{row['measure']}: {told_with_ends((row['value'], row['low'], row['high']))}"
        lines.append(f"| {row['claim']} | **{IN_SHORT[row['verdict']]}** | {number} | {compared_with(row)} |")
    return Markdown("\n".join(lines))


def compared_with(row):
    """What a finding's number is compared with, in words; a number that was fixed before is in them already."""
    null, beside = (row["null"], row["null_low"], row["null_high"]), row["beside"]
    if np.isnan(null[0]):
        return ""
    fixed = null[0] == null[1] and told_with_ends(null) in beside
    return beside if fixed else f"{beside.rstrip(',')}: {told_with_ends(null)}"


def is_recorded(finding, numbers):
    """Whether a run has the number of a finding, and its null's."""
    null = finding.null if isinstance(finding.null, str) else finding.number
    return (finding.stage, finding.number) in numbers.index and (finding.stage, null) in numbers.index


def judged(finding, numbers):
    """One row of `findings`."""
    value, low, high = numbers.loc[finding.stage, finding.number]
    null = numbers.loc[finding.stage, finding.null] if isinstance(finding.null, str) else (finding.null,) * 3
    null = tuple(np.nan if part is None else float(part) for part in null)
    verdict = verdict_on((value, low, high), null, finding.lower)
    found = {
        "claim": finding.claim, "verdict": verdict, "value": value, "low": low, "high": high,
        "null": null[0], "null_low": null[1], "null_high": null[2],
        "measure": finding.measure, "beside": finding.beside, "stage": finding.stage,
    }  # fmt: skip
    return found | {"sentence": sentence_of(finding, (value, low, high), null, verdict)}


def verdict_on(number, null, lower):
    """Whether a number's interval lies beyond that of its null, on the side that is claimed.

    >>> verdict_on((0.9, 0.8, 1.0), (0.5, 0.4, 0.6), False), verdict_on((0.5, 0.4, 0.6), (0.5, 0.5, 0.5), False)
    ('supported', 'cannot tell')
    """
    ends, other = ([part if np.isfinite(part) else x[0] for part in x[1:]] for x in (number, null))
    if not np.isfinite([*ends, *other]).all():
        return STANDS
    above, below = ends[0] > other[1], ends[1] < other[0]
    if not (above or below):
        return OPEN
    return SUPPORTED if above != lower else CONTRADICTED


def sentence_of(finding, number, null, verdict):
    """A finding in words."""
    says = {SUPPORTED: "", CONTRADICTED: "Not so: ", OPEN: "Not shown: ", STANDS: ""}[verdict]
    beside = f"{finding.beside} {told_with_ends(null)}" if isinstance(finding.null, str) else finding.beside
    compared = f"; {beside}" if verdict != STANDS else ""
    claim = finding.claim if not says else finding.claim[0].lower() + finding.claim[1:]
    return f"{says}{claim}: {finding.measure} is {told_with_ends(number)}{compared}."


def told_with_ends(number):
    """A number with its interval, to three digits.

    >>> told_with_ends((0.91234, 0.9, 0.93)), told_with_ends((30.0, 30.0, 30.0))
    ('0.912 [0.9, 0.93]', '30')
    """
    value, low, high = number
    bare = not np.isfinite([low, high]).all() or low == value == high
    return f"{value:.3g}" if bare else f"{value:.3g} [{low:.3g}, {high:.3g}]"
