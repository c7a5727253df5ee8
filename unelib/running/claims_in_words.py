"""Findings: sentences made from what a run recorded, each number with its interval and beside its null."""

import numpy as np
import pandas as pd

from ..stats.digits import told_with_ends
from .recorded_claims import FINDINGS
from .runs_as_data import results

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
