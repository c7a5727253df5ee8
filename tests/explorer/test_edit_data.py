"""The edit as data: shown as JSON and code, changed and loaded; mistakes are told and load nothing."""

import base64
import re

import pytest

from unelib.editing.edit_state import EditState
from unelib.explorer.edit_data import EditData

STATE = EditState("drawn-ldm", image="<a>", strengths={"Young": 2})


@pytest.fixture
def loaded():
    return []


@pytest.fixture
def data(loaded):
    return EditData(loaded.append, "tour", "drawn-judge")


def test_what_is_shown_is_the_edit(data):
    data.show(STATE)
    assert EditState.from_json(data.text.value) == STATE
    assert "&lt;a&gt;" in data.code.value and "<a>" not in data.code.value
    saved = re.search("base64,([^']*)'", data.link.value)[1]
    assert EditState.from_json(base64.b64decode(saved).decode()) == STATE


def test_a_changed_edit_is_loaded(data, loaded):
    data.text.value = STATE.with_(strengths={"Young": -3}).to_json()
    data.button.click()
    assert loaded == [STATE.with_(strengths={"Young": -3})] and data.status.value == ""


def test_what_a_visitor_writes_is_not_overwritten(data):
    data.show(STATE)
    data.text.value = "{"
    data.show(STATE.with_(seed=1))
    assert data.text.value == "{" and '"seed": 1' not in data.text.value and "seed" in data.code.value


def test_a_mistake_is_told_and_loads_nothing(data, loaded):
    data.text.value = '{"generator": "<b>", "seed": -1}'
    data.button.click()
    assert "seed is -1; give a whole number from 0 on." in data.status.value and not loaded
    data.load = lambda state: EditState("g", path=state)
    data.text.value = STATE.to_json()
    data.button.click()
    assert "role='alert'" in data.status.value


def test_ones_own_picture_has_no_code(data):
    data.show(EditState("drawn-ldm", strengths={"Young": 2}))
    assert "# the edit names no picture" in data.code.value
