"""Checks of the workshop's fifth part: two controls of a map, a p-value, and verdicts on the workbook's claims."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from ..core.paths import ROOT
from ..running.claims_in_words import FINDINGS, IN_SHORT, is_recorded, verdict_on
from ..running.claims_in_words import judged as judged_row
from ..stats.digits import told_with_ends
from .answers import Checked, beside, read_numbers
from .space_checks import ridge_map_of

WORDS = ("yes", "no", "open")
WORLDS = ("drawn", "fashion")  # faces and photographs
NOTEBOOKS = ("01_invert", "03_probe", "04_align", "05_edit")  # whose claims are to be judged
PENALTY = 0.3  # for small pictures, as the notebook says
WITHIN = 0.03  # by which a share found may differ: another solver, another penalty


def share_found(predicted: NDArray[Any], true: NDArray[Any], k: int = 10) -> float:
    """Share of rows whose own true row is among the k that lie nearest to what was predicted for them.

    Parameters
    ----------
    predicted, true : ndarray (n, e)
        What a map gives, and the rows themselves.
    k : int
        How many are looked at; k / n is chance.

    Returns
    -------
    float
        0 to 1.

    Examples
    --------
    >>> share_found(np.array([[0.1], [1.1], [9.0]]), np.array([[0.0], [1.0], [2.0]]), k=1)
    1.0
    """
    distances = cdist(predicted, true)
    return float(((distances < np.diag(distances)[:, None]).sum(1) < k).mean())


def check_controls(
    answer: Any, noise: float, small: NDArray[Any], embedding: NDArray[Any], learn: NDArray[np.bool_]
) -> Checked:
    """Whether an answer holds both controls of a map: after shuffled rows, and from small pictures.

    Parameters
    ----------
    answer : object
        Anything; right if two numbers, near what guessing finds and near what small pictures find.
    noise : float
        Share found from the noise.
    small, embedding : ndarray (n, d), (n, e)
        Small pictures, and what is predicted from them.
    learn : ndarray (n,), bool
        Rows to learn from.

    Returns
    -------
    Checked
        It tells both.
    """
    right = np.array([10 / (~learn).sum(), found_by_small(small, embedding, learn)])
    if isinstance(answer, list | tuple) and any(part is Ellipsis for part in answer):
        return Checked(False, "At least one control is still `...`. Put your own code in its place.", right)
    values = read_numbers(answer, "pair of controls")
    problem = values if isinstance(values, str) else controls_problem(values, noise, right[1], right[0])
    if problem:
        return Checked(False, problem, right)
    told = f"Shuffled rows find {values[0]:.0%}, the noise {noise:.0%}, small pictures {values[1]:.0%}."
    return Checked(True, told, values)


def found_by_small(small, embedding, learn):
    """Share found by a linear map from small pictures."""
    mean, given = embedding[learn].mean(0), small - small[learn].mean(0)
    predicted = mean + given[~learn] @ ridge_map_of(small[learn], embedding[learn], PENALTY)
    return share_found(predicted, embedding[~learn])


def controls_problem(values, noise, small, chance):
    """What is wrong with both controls, or None."""
    if values.shape != (2,):
        return f"Two numbers are asked for, [shuffled rows, small pictures], and this has shape {values.shape}."
    if values.max() > 1 + 1e-9:
        return "Shares lie between 0 and 1. Are those per cent, or counts?"
    shuffled, pictures = values
    by_luck = 2 * chance + 0.02
    if abs(shuffled - small) < WITHIN and pictures < by_luck:
        return "The two are in the wrong order: shuffled rows first."
    if abs(shuffled - noise) < WITHIN:
        return "Shuffled rows find as many as the true ones. Did the map learn from `rng.permutation(E[learn])`?"
    if shuffled > by_luck:
        return f"Shuffled rows find {shuffled:.0%}, and guessing {chance:.0%}. Shuffle *rows*, of one view only."
    if pictures < by_luck:
        return "Small pictures find no more than guessing. Are the rows still shuffled there? Learn from `E[learn]`."
    if abs(pictures - noise) < WITHIN < abs(small - noise):
        return 'That is what the noise finds. Give the map `zoo["pixels"]`, to learn and to predict.'
    if abs(pictures - small) > WITHIN:
        return f"Small pictures find {small:.0%}, and you have {pictures:.0%}. Unseen rows, `~learn`? The penalty?"
    return None


def check_p_value(answer: Any, null: NDArray[Any], found: float) -> Checked:
    """Whether an answer is the p-value of what was found against draws of its null.

    Parameters
    ----------
    answer : object
        Anything; right if (1 + draws at least as large) / (1 + draws).
    null : ndarray (draws,)
        What chance gave.
    found : float
        What was found.

    Returns
    -------
    Checked
        It tells the p-value.
    """
    null = np.asarray(null, float)
    right = (1 + (null >= found).sum()) / (1 + len(null))
    told = f"p is {right:.3g}. With {len(null)} draws it cannot be smaller than {1 / (1 + len(null)):.3g}."
    return beside(answer, right, p_value_slips(null, found), lambda _: told, "p-value")


def p_value_slips(null, found):
    """Usual slips, and what to say of them."""
    n, above, below = len(null), (null >= found).sum(), (null <= found).sum()
    yield (
        above / n,
        "What was found counts as one more draw, above and below the line: no p-value is 0.",
    )
    yield (1 + above) / n, "What was found counts as one more draw below the line, too: divide by 1 + draws."
    yield above / (1 + n), "What was found counts as one more draw above the line, too: 1 + draws that are as large."
    for turned in ((1 + below) / (1 + n), below / n, (1 + n - above) / (1 + n), 1 - above / n):
        yield turned, "That counts draws that are *smaller*. Count those at least as large as what was found."
    yield above, "That is a count. Divide it by 1 + draws."
    yield 1 + above, "That is a count. Divide it by 1 + draws."


def claims_to_judge() -> pd.DataFrame:
    """The workbook's claims that both of its worlds answer, each with its number and with what that is compared with.

    Returns
    -------
    DataFrame
        A row a claim and world: `world` ("drawn" faces or "fashion" photographs), `claim`, `must be` ("above" or
        "below" what it is compared with); `found`, `compared with` and `that is`, to be read; and the numbers in it,
        `value`, `low`, `high`, `control`, `control low`, `control high`, with the ends of 95 % intervals.

    Raises
    ------
    FileNotFoundError
        Where the project's docs/results.csv is not there.
    """
    every = pd.read_csv(ROOT / "docs" / "results.csv").set_index(["run", "stage", "name"])[["value", "low", "high"]]
    worlds = {world: every.loc[world] for world in WORLDS}
    asked = [finding for finding in FINDINGS if finding.stage in NOTEBOOKS]
    both = [finding for finding in asked if all(is_recorded(finding, numbers) for numbers in worlds.values())]
    return pd.DataFrame([{"world": w} | claim_row(finding, worlds[w]) for w in worlds for finding in both])


def claim_row(finding, numbers):
    """One row of `claims_to_judge`, the verdict left out."""
    row = judged_row(finding, numbers)
    ends = {"control": row["null"], "control low": row["null_low"], "control high": row["null_high"]}
    number = {name: row[name] for name in ("value", "low", "high")}
    side = {"claim": row["claim"], "must be": "below" if finding.lower else "above"}
    found, control = (told_with_ends(tuple(part.values())) for part in (number, ends))
    return side | {"found": found, "compared with": row["beside"], "that is": control} | number | ends


def check_verdicts(answer: Any, claims: pd.DataFrame) -> Checked:
    """Whether an answer has the verdict on each claim that its numbers allow.

    Parameters
    ----------
    answer : object
        Anything; right if "yes", "no" or "open" for each row: the intervals lie apart as claimed, apart the other way
        round, or they overlap.
    claims : DataFrame
        As `claims_to_judge` gives it.

    Returns
    -------
    Checked
        It counts the verdicts; its `answer` is a list of them.
    """
    right = [verdict_in_short(row) for row in claims.to_dict("records")]
    given = words_of(answer)
    problem = given if isinstance(given, str) else verdicts_problem(given, right, claims.to_dict("records"))
    if problem:
        return Checked(False, problem, right)
    counts = ", ".join(f"{right.count(word)} {word}" for word in WORDS)
    return Checked(True, f"{counts}. Which of the controls decides most of them?", right)


def verdict_in_short(row):
    """What a row of `claims_to_judge` allows to say."""
    number, null = numbers_in(row)
    return IN_SHORT[verdict_on(number, null, row["must be"] == "below")]


def numbers_in(row):
    """A claim's number and its control, each with its ends."""
    return tuple(row[k] for k in ("value", "low", "high")), tuple(
        row[k] for k in ("control", "control low", "control high")
    )


def words_of(answer):
    """Verdicts as a list of words in small letters, or what is wrong with them."""
    if answer is Ellipsis or answer is None:
        return "The verdicts are still `...`. Write a list of words, one a row of the table."
    if isinstance(answer, str):
        return f'That is one text. Write a list, one word a row: ["{answer[:8]}", ...].'
    if isinstance(answer, Mapping):
        answer = answer.values()
    if isinstance(answer, list | tuple) and any(word is Ellipsis for word in answer):
        return "At least one verdict is still `...`."
    try:
        return [str(word).strip().lower() for word in answer]
    except TypeError:
        return f"The verdicts must be a list of words, and this is a {type(answer).__name__}."


def verdicts_problem(given, right, rows):
    """What is wrong with verdicts, or None: how many are right, and why the first wrong one is wrong."""
    if len(given) != len(right):
        return f"{len(given)} verdicts for {len(right)} rows: write one for each row of the table, from top to bottom."
    for number, word in enumerate(given):
        if word not in WORDS:
            return f"Row {number} says {word!r}. Write yes, no or open."
    wrong = [number for number, (word, other) in enumerate(zip(given, right)) if word != other]
    if not wrong:
        return None
    first = wrong[0]
    return f"{len(right) - len(wrong)} of {len(right)} are right. Row {first}: {why_not(given[first], rows[first])}"


def why_not(word, row):
    """Why a verdict does not follow from the numbers of its row."""
    number, null = (told_with_ends(part) for part in numbers_in(row))
    right, told = verdict_in_short(row), f"{number} beside {null}"
    if right == "open":
        return f"you say {word}, but the intervals overlap: {told}. Then it is open."
    if word == "open":
        return f"you say open, but the intervals lie apart: {told}."
    side = row["must be"]
    return f"you say {word}. The claim is that the first number lies *{side}* the second: {told}."
