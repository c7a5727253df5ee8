"""How fast the explorer's page is for a visitor: in a browser, over `python -m unelib explore`.

`explorer.py` measures where the pictures are drawn; here the way to the screen is part of it. Needs a Chromium.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from tempfile import TemporaryDirectory

import numpy as np
import psutil
from measured import promised
from playwright.sync_api import sync_playwright

FIRST, PRESSES, ROUNDS, VISITS, IDLE = 3, 24, 6, 30, 20
AT_ONCE, PATIENT = 30, 600  # visitors, as in a workshop of thirty laptops; one machine draws all their pages here
PATIENCE = 300_000  # milliseconds
PICTURE = 'img[alt^="image "] >> nth=1'  # the edited one
# Notes when a key was pressed, and when a picture was on the screen: coarse or full, and of which edit.
WATCH = """() => {
    window.seen = [];
    const note = (what, words) => seen.push({what, words, at: performance.now()});
    addEventListener("keydown", () => note("key", ""), true);
    let last = "";
    new MutationObserver(() => {
        const picture = document.querySelectorAll('img[alt^="image "]')[1];
        if (!picture || picture.src === last) return;
        last = picture.src;
        const coarse = picture.parentElement.innerText.startsWith("coarse preview");
        requestAnimationFrame(() => note(coarse ? "preview" : "full", picture.alt));
    }).observe(document.body, {subtree: true, childList: true});
}"""
SLIDERS = """input[type="range"][min="-8"]"""
# Whether the full picture of what the sliders say was on the screen since the last key.
THERE = """() => {
    const moved = [...document.querySelectorAll('input[type="range"][min="-8"]')].filter(slider => +slider.value);
    const each = moved.map(({value, labels}) => `${labels[0].innerText} ${value > 0 ? "+" : ""}${value}`);
    const told = each.sort().join(", ");
    const words = told ? `), ${told} standard deviations` : "not moved";
    const since = seen.slice(seen.findLastIndex(event => event.what === "key"));
    return since.some(event => event.what === "full" && event.words.endsWith(words));
}"""


def main(visits=VISITS, at_once=AT_ONCE):
    """Measure all of it."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        print("no Chromium on this machine, so nothing is measured in one; on Debian, `apt-get install chromium`")
        return
    with page_served() as (server, url), sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=["--no-sandbox"] * (os.geteuid() == 0))
        page = first_display(browser, server, url)
        page.evaluate(WATCH)
        presses(page)
        hundred(page)
        promised("browser/memory of a visitor", memory(server), "MB of a kernel's own")
        page.close()
        one_after_another(browser, server, url, visits)
        browser.close()
    with page_served(PATIENT) as (server, url), sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=["--no-sandbox"] * (os.geteuid() == 0))
        all_at_once(browser, server, url, at_once)
        browser.close()


@contextmanager
def page_served(idle=IDLE):
    """The process that serves the explorer, and its address; ended afterwards."""
    with TemporaryDirectory() as folder, socket.socket() as probe, open(os.devnull, "w") as nothing:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        command = [sys.executable, "-m", "unelib", "explore", "--no-browser", f"--idle={idle}", f"--port={port}"]
        known = os.environ | {"TMPDIR": folder}
        server = subprocess.Popen(command, stdout=nothing, stderr=nothing, env=known)
        try:
            yield server, f"http://localhost:{port}"
        finally:
            server.terminate()
            server.wait(60)


def kernels(server):
    """The kernels of visitors and of those to come: {process: CPU seconds}."""
    found = {}
    for process in psutil.Process(server.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it may end while it is looked at
            if "ipykernel_launcher" in " ".join(process.cmdline()):
                found[process] = sum(process.cpu_times()[:2])
    return found


def rest(server):
    """Wait until a kernel is there and none computes any more."""
    spent = {}
    while not spent or max(spent.values()) > 0.1:
        before = kernels(server)
        time.sleep(2)
        spent = {process: seconds - before.get(process, 0) for process, seconds in kernels(server).items()}


def visited(browser, url):
    """A new visitor's page, once the pictures are there, and the seconds until then."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    began = time.perf_counter()
    page.goto(url, wait_until="commit", timeout=PATIENCE)
    page.locator(PICTURE).wait_for(timeout=PATIENCE)
    return page, time.perf_counter() - began


def first_display(browser, server, url):
    """Seconds from the address to the pictures, of some visitors whose kernel was ready; the last one's page."""
    taken = []
    for _ in range(FIRST):
        rest(server)
        page, seconds = visited(browser, url)
        taken.append(seconds)
        if len(taken) < FIRST:
            page.close()
    rest(server)
    promised("browser/first display", float(np.median(taken)), "s", most=3, longest=max(taken), visits=FIRST)
    return page


def press(page, number, key):
    """A key at the slider of that number."""
    page.evaluate("([all, number]) => document.querySelectorAll(all)[number].focus()", [SLIDERS, number])
    page.keyboard.press(key)


def drawn(page):
    """Wait for the full picture of what the sliders say, and give what was seen since the last time."""
    page.wait_for_function(THERE, timeout=PATIENCE)
    time.sleep(0.3)  # for what might come late
    return page.evaluate("() => seen.splice(0)")


def presses(page):
    """One key after another, each waited for: seconds until the preview and the full picture are on the screen."""
    previews, fulls = [], []
    for step in range(PRESSES):
        press(page, step % 6, "ArrowRight")
        events = drawn(page)
        began = events[0]["at"]
        previews += [event["at"] - began for event in events if event["what"] == "preview"][:1]
        fulls += [event["at"] - began for event in events if event["what"] == "full"][:1]
    late = {"95th percentile": float(np.percentile(previews, 95)) / 1000, "previews": len(previews)}
    promised("browser/preview after a key", float(np.median(previews)) / 1000, "s", most=0.15, **late)
    promised("browser/full picture after a key", float(np.median(fulls)) / 1000, "s", most=0.4)


def hundred(page):
    """A hundred keys over six sliders, fast: seconds from the last to its full picture, and pictures after it.

    No round ends where another did: that picture would be remembered.
    """
    taken, after = [], []
    for turn in range(ROUNDS):
        for step in range(100):
            press(page, (step + turn) % 6, "ArrowRight" if turn % 2 else "ArrowLeft")
            time.sleep(0.01)
        events = drawn(page)
        last = max(event["at"] for event in events if event["what"] == "key")
        fulls = [event["at"] for event in events if event["what"] == "full" and event["at"] > last]
        taken.append((fulls[-1] - last) / 1000)
        after.append(len(fulls))
    beside = {"longest": max(taken), "full pictures after the last key": max(after), "rounds": ROUNDS}
    promised("browser/last picture after a hundred keys", float(np.median(taken)), "s", most=0.5, **beside)


def memory(server):
    """Megabytes that the visitor's kernel holds and shares with none, the larger of those there are; Linux only."""
    return max(process.memory_full_info().uss for process in kernels(server)) / 1e6


def one_after_another(browser, server, url, visits):
    """Visitors who come, see and go: kernels beside the one that waits, after the last has gone."""
    for _ in range(visits):
        visited(browser, url)[0].close()
    deadline = time.monotonic() + 3 * IDLE
    while len(kernels(server)) > 1 and time.monotonic() < deadline:
        time.sleep(0.5)
    promised("browser/kernels left by visits", len(kernels(server)) - 1, "kernels", most=0, visits=visits)


def all_at_once(browser, server, url, visitors):
    """Visitors who come together and stay: when the last has pictures, what all kernels hold, and one who moves on.

    All of it is computed here, the browser's work for each of them as well.
    """
    began = time.perf_counter()
    pages = [browser.new_page(viewport={"width": 1280, "height": 720}) for _ in range(visitors)]
    for page in pages:
        page.goto(url, wait_until="commit", timeout=PATIENCE)
    for page in pages:
        page.locator(PICTURE).wait_for(timeout=PATIENCE * 2)
    seconds = time.perf_counter() - began
    rest(server)
    held = sum(process.memory_full_info().uss for process in kernels(server)) / 1e9
    promised(
        "browser/visitors at once", held, "GB of kernels", visitors=visitors, **{"s until all have pictures": seconds}
    )
    one = pages[len(pages) // 2]
    one.bring_to_front()
    one.evaluate(WATCH)
    press(one, 0, "ArrowRight")
    events = drawn(one)
    full = next(e["at"] for e in events if e["what"] == "full" and not e["words"].endswith("not moved"))
    promised("browser/full picture among visitors", (full - events[0]["at"]) / 1000, "s", visitors=visitors)
    for page in pages:
        page.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
