"""Columns of a table as attributes of 0 and 1: numbers, yes and no, and words of which there are few."""

import re

import numpy as np
import pandas as pd

YES, NO = ("true", "yes", "y", "t"), ("false", "no", "n", "f")  # in any case, beside 1 and 0, or 1 and -1
UNKNOWN = ("", "na", "n/a", "nan", "null", "<na>", "?")  # in any case: the attribute of that picture is not known
KEPT = ("id", "sha256", "split", "group")  # what a zoo's index calls columns of its own
MOST_WORDS = 20  # of a column whose words become attributes


def attributes_of_table(table):
    """Attributes (n, a) of a table of anything, float with NaN where unknown, and {column: why} of those left out."""
    parts, left = [], {}
    for name in table:
        found = attributes_of_column(str(name), table[name])
        if isinstance(found, str):
            left[str(name)] = found
        else:
            parts.append(found)
    joined = pd.concat(parts, axis=1) if parts else pd.DataFrame(index=table.index)
    return joined.set_axis(told_apart(joined.columns), axis=1), left


def attributes_of_column(name, column):
    """A column as one attribute, or as one for each of its words; in words why not, where it is neither.

    >>> attributes_of_column("hair", pd.Series(["red", "dark", "dark", "", "red"]))
       hair_red  hair_dark
    0       1.0        0.0
    1       0.0        1.0
    2       0.0        1.0
    3       NaN        NaN
    4       1.0        0.0
    """
    codes, values = pd.factorize(column.map(str, na_action="ignore"))
    words = np.array([*(str(value).strip() for value in values), ""], object)  # the last one: of what is missing
    known = np.array([word.lower() not in UNKNOWN for word in words])
    truth = np.array([truth_of(word) if there else np.nan for word, there in zip(words, known)])
    odd = known & ~np.isin(truth, (-1, 0, 1))
    if not known.any():
        return "empty"
    if {-1, 0} <= set(truth[known]):
        return "it holds -1 and 0; leave the cell empty where an attribute is not known"
    if not odd.any():
        return pd.DataFrame({name: np.where(np.isnan(truth), np.nan, truth > 0)[codes]}, column.index)
    if any(is_number(word) for word in words[known]):
        first = np.flatnonzero(np.isin(codes, np.flatnonzero(odd)))[0]
        return f"row {first + 1} holds {words[codes[first]]!r}, neither 0/1, -1/1 nor yes/no"
    return attributes_of_words(name, codes, words, known, column.index)


def attributes_of_words(name, codes, words, known, index):
    """An attribute for each word of a column, or why there is none; upper and lower case are the same."""
    folded, alike = pd.factorize(np.array([word.casefold() for word in words], object))
    kinds = list(dict.fromkeys(folded[known]))
    rows = known[codes].sum()
    if len(kinds) < 2:
        return f"{words[known][0]!r} throughout"
    if len(kinds) > max(2, min(MOST_WORDS, rows // 2)):
        return f"{len(kinds)} different words in {rows} rows; up to {MOST_WORDS} that repeat become attributes"
    first = {kind: words[np.flatnonzero(folded == kind)[0]] for kind in kinds}
    values = {safe_name(f"{name}_{first[kind]}"): np.where(known, folded == kind, np.nan)[codes] for kind in kinds}
    return pd.DataFrame(values, index)


def truth_of(word):
    """1, 0 or -1 as a word says; infinity for any other.

    >>> [truth_of(word) for word in ("Yes", "1.0", "-1", "f", "2")]
    [1.0, 1.0, -1.0, 0.0, inf]
    """
    if word.lower() in YES + NO:
        return float(word.lower() in YES)
    return float(word) if is_number(word) and float(word) in (-1, 0, 1) else np.inf


def is_number(word):
    """Whether a word is a number."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def safe_name(text):
    """A text as the name of an attribute: letters, digits, - and _ alone, and none that a zoo keeps for itself.

    >>> safe_name(" with hat / cap"), safe_name("Ä-1"), safe_name("id"), safe_name("?")
    ('with_hat_cap', 'Ä-1', 'id_', '_')
    """
    name = re.sub(r"[^\w-]+", "_", text.strip()).strip("_") or "_"
    return f"{name}_" if name in KEPT else name


def told_apart(names):
    """The names with a number where one was there before.

    >>> told_apart(["a", "b", "a", "a"])
    ['a', 'b', 'a_2', 'a_3']
    """
    found = []
    for name in names:
        number, free = 1, name
        while free in found:
            number, free = number + 1, f"{name}_{number + 1}"
        found.append(free)
    return found
