"""The explorer's controls and pictures as a visitor finds them: by role and name."""

import re

from playwright.sync_api import expect

EXPLORER = ".jp-OutputArea-output:has(.une-slider)"
SLOW = 120_000  # milliseconds that a kernel may take to start, on a machine that does much else
DRAWN = 30_000  # and a picture to be drawn


def slider(page, name):
    """The slider of that name."""
    return page.get_by_role("slider", name=name, exact=True)


def number(page, name):
    """The number field beside a slider."""
    return page.get_by_role("spinbutton", name=f"{name}, as a number", exact=True)


def button(page, name):
    """The button of that name, whose words tell whether it is on."""
    return page.get_by_role("button", name=re.compile(name))


def before(page):
    """The original."""
    return pictures(page).nth(0)


def after(page):
    """The edited picture, which comes after the original."""
    return pictures(page).nth(1)


def pictures(page):
    """Pictures that say which image they are."""
    return page.get_by_role("img", name=re.compile("^image "))


def shows(page, words):
    """Wait until the edited picture's alternative text says so, and the full picture is there."""
    expect(after(page)).to_have_attribute("alt", re.compile(re.escape(words)), timeout=DRAWN)
    expect(page.get_by_text("drawing …")).to_have_count(0, timeout=DRAWN)


def bars(page):
    """The judge's numbers, as text."""
    return page.get_by_text("the judge's probabilities, %").locator("xpath=../..").inner_text()
