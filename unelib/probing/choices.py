"""Kinds of probes to choose from. Nothing heavy is imported here."""

from typing import Literal

Kind = Literal["logistic", "lda", "ridge", "mean-difference", "authors", "authors-lda"]
