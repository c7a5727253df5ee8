"""The judge's probabilities before and after as bars, in words where a verdict turned that was to be kept."""

from html import escape

from ..plots.figures import PALETTE, pretty

BLUE, GREY = PALETTE[0], "#aaaaaa"
BARS_KEY = "".join(f" &emsp;<span style='color:{c}'>■</span> {t}" for c, t in ((GREY, "before"), (BLUE, "after")))


def bar_table(names, p, q, kept=()):
    """A judge's probabilities (a,) before (grey) and after (blue) as HTML, in as many columns as the page has room for.

    names  of its attributes
    kept  attributes that were to stay; a sentence above names those whose verdict turned all the same
    """
    rows = [bar_row(pretty(name), a, b, name in kept) for name, a, b in zip(names, p, q)]
    lost = [pretty(name) for name, a, b in zip(names, p, q) if name in kept and verdict_turned(a, b)]
    return (
        f"<div style='line-height:28px'><b>the judge's probabilities, %</b>{BARS_KEY} &emsp;<b>bold</b> verdict turned"
        f"</div>{kept_in_vain(lost)}"
        f"<div style='columns:4 260px;column-gap:28px;font-size:12px;line-height:20px'>{''.join(rows)}</div>"
    )


def kept_in_vain(names):
    """A sentence about attributes that were kept and turned all the same, as HTML; empty if there are none."""
    if not names:
        return ""
    told = f"Kept fixed, and yet the verdict turned: {', '.join(names)}."
    return f"<div role='status' style='line-height:24px'>⚠ {escape(told)}</div>"


def bar_row(name, a, b, kept=False):
    """One attribute: its name, two bars, and the numbers where they differ."""
    turned = verdict_turned(a, b)
    told = f"{name} (kept, yet turned)" if kept and turned else name
    number = f"{100 * b:.0f}" if round(100 * a) == round(100 * b) else f"{100 * a:.0f} → {100 * b:.0f}"
    bars = "".join(f"<div style='background:{c};width:{x:.1%};height:6px'></div>" for c, x in ((GREY, a), (BLUE, b)))
    return (
        f"<div style='display:grid;grid-template-columns:122px 1fr 58px;gap:6px;align-items:center;"
        f"break-inside:avoid;font-weight:{'bold' if turned else 'normal'}'><span>{escape(told)}</span>"
        f"<div style='background:#8882'>{bars}</div><span style='text-align:right'>{number}</span></div>"
    )


def verdict_turned(a, b):
    """Whether probabilities a and b lie on different sides of a half."""
    return (a > 0.5) != (b > 0.5)
