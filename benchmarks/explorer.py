"""How fast the explorer follows a hand: preview, full picture, the last of a hundred steps; and how well it keeps.

Measured where the pictures are drawn, without a browser, on the small collection that comes along.
"""

import time
from typing import Any

import numpy as np
from measured import promised

from unelib import Explorer, LinearProbe, Workspace, generate, load_judge, score_edit
from unelib.editing import KEEP_BY, EditState, apply, judge_for
from unelib.stats import gap_interval

KEPT = (("Male", "Young"), ("Smiling", "Male"), ("Young", "Eyeglasses"), ("Bangs", "Male"), ("Wearing_Hat", "Young"))
WAYS: dict[str, Any] = {"free": {}} | {by: {"keep_by": by} for by in KEEP_BY}
PRESSES, ROUNDS, EDITS, STRENGTH, FACES = 24, 6, 500, 6.0, 150


def main():
    """Measure all of it."""
    zoo = Workspace("tour").zoo
    learn = zoo.split == "train"
    probe = LinearProbe("mean-difference").fit(zoo.rows("drawn-ldm", learn), zoo.labels[learn])
    explorer = Explorer(zoo, "drawn-ldm", probe, load_judge("drawn-judge"))
    explorer.wait()
    presses(explorer)
    hundred(explorer)
    memory(explorer)
    keeping(zoo, explorer)


def resting(explorer):
    """Seconds until what was asked for is drawn and shown, without hurrying it, as a visitor waits."""
    began = time.perf_counter()
    while explorer.worker.pending or explorer.worker.busy:
        time.sleep(0.001)
    return time.perf_counter() - began


def presses(explorer):
    """One step of a slider after another, each waited for: seconds until the preview and until the full picture."""
    previews, fulls, began = [], [], [0.0]

    def seen(_change):
        """When a picture came onto the page."""
        coarse = "coarse preview" in explorer.after_view.value
        (previews if coarse else fulls).append(time.perf_counter() - began[0])

    explorer.after_view.observe(seen, "value")
    for step in range(PRESSES):
        slider = list(explorer.sliders.values())[step % len(explorer.sliders)]
        began[0] = time.perf_counter()
        slider.value += 0.5
        resting(explorer)
    explorer.after_view.unobserve(seen, "value")
    late = {"95th percentile": float(np.percentile(previews, 95)), "previews": len(previews)}
    promised("explorer/preview after a step", float(np.median(previews)), "s", most=0.15, **late)
    promised("explorer/full picture after a step", float(np.median(fulls)), "s", most=0.4)


def hundred(explorer):
    """A hundred steps over six sliders, 20 ms apart: seconds from the last one to its full picture."""
    taken = []
    for turn in range(ROUNDS):
        for step in range(100):
            slider = list(explorer.sliders.values())[step % 6]
            slider.value = (step + 7 * turn) % 17 / 2 - 4
            time.sleep(0.02)
        taken.append(resting(explorer))
    worst = {"longest": max(taken), "rounds": ROUNDS}
    promised("explorer/last picture after a hundred steps", float(np.median(taken)), "s", most=0.5, **worst)


def memory(explorer):
    """Megabytes by which the process grows over many edits, after some to warm up."""
    for edit in range(100):
        one_edit(explorer, edit)
    before = held()
    for edit in range(EDITS):
        one_edit(explorer, edit)
    promised("explorer/memory over 500 edits", held() - before, "MB more", most=5)


def one_edit(explorer, edit):
    """Another strength, which was not drawn before, waited for."""
    list(explorer.sliders.values())[edit % 6].value = edit % 31 / 4 - 3.9
    explorer.wait()


def held():
    """Megabytes that this process holds now; Linux only."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6


def keeping(zoo, explorer):
    """How often a kept verdict turns, of 150 held-out faces and five pairs, as a share of how often it turns free.

    By projection, by covariance, and by the judge's corrections; these also as a second judge sees it, a probe of an
    encoder, which has no part in them.
    """
    judges = {"judge": explorer.judge, "second judge": judge_for("probe:drawn-clip", zoo)}
    noise, editor = explorer.noises[:FACES], explorer.editor
    before = generate(explorer.gen, noise)
    turned = {way: {name: [] for name in judges} for way in WAYS}
    met = {way: [] for way in WAYS}
    for target, other in KEPT:
        for way, parts in WAYS.items():
            kept = {} if way == "free" else {"kept": [other]}
            state = EditState("drawn-ldm", strengths={target: STRENGTH}, **kept, **parts)
            moved = apply(state, explorer.gen, editor.probe(state)[0], noise, editor.unit, explorer.judge)
            after = generate(explorer.gen, moved)
            met[way].append(score_edit(before, after, target, explorer.judge).target_flips)
            for name, judge in judges.items():
                turned[way][name].append(other_turned(judge, before, after, other))
    for way in KEEP_BY:
        told(way, turned, met)


def other_turned(judge, before, after, other):
    """Whether (n,) the judge's verdict on an attribute turned."""
    was, now = (judge.probabilities(images)[:, judge.attributes.index(other)] > 0.5 for images in (before, after))
    return was != now


def told(way, turned, met):
    """One way of keeping beside leaving free: its row, with the interval of the difference and both effects."""
    free, kept = (np.stack(turned[name]["judge"]).astype(float) for name in ("free", way))
    less = gap_interval(free, kept)
    beside = {"free": free.mean(), "kept": kept.mean(), "less by": less.value, "low": less.low, "high": less.high}
    beside |= {f"target {name}": float(np.mean(met[name])) for name in ("free", way)}
    beside |= {f"second judge, {name}": float(np.mean(turned[name]["second judge"])) for name in ("free", way)}
    by = {"projection": "", "covariance": ", by covariance", "judge": ", by the judge"}[way]
    name = f"explorer/kept verdicts that turn{by}"
    promised(name, kept.mean() / free.mean(), "of those when free", most=0.5, **beside)


if __name__ == "__main__":
    main()
