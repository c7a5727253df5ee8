"""A workbook for the Universal Normal Embedding hypothesis."""

__version__ = "0.1.0"
