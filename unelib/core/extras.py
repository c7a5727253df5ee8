"""Packages that only a part of the workbook needs, and that an extra of the package installs."""

from importlib import import_module


def needed(module, extra):
    """A module that the extra brings; ImportError says how to install it where it is not there.

    >>> needed("json", "notebooks").loads("[1]")
    [1]
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ImportError(f"{error.name} is not installed, and this needs it: pip install 'unelib[{extra}]'") from error
