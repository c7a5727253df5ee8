"""What an extra brings is asked for by name where it is missing."""

import json

import pytest

from unelib.core.extras import needed


def test_what_is_installed_is_given():
    assert needed("json", "notebooks") is json


def test_what_is_not_says_how_to_install_it():
    with pytest.raises(ImportError, match=r"no_such_package is not installed.*pip install 'unelib\[explorer\]'"):
        needed("no_such_package.part", "explorer")
