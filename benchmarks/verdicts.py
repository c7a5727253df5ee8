"""How often verdicts of the trial are false, and how often they find what is there, over planted zoos: no models.

    python benchmarks/verdicts.py            # 200 zoos of each kind; about 45 s of a core for one of every kind
    python benchmarks/verdicts.py 100 remixed "remixed, known"            # some kinds alone: their rates are printed

In a zoo of kind "chance" nothing is shared, and labels are those of a latent that no view has. In "picture" every view
is as good a view of one latent as its nulls: they have one law, or, in "remixed", one law but for an invertible map; in
"remixed, known" 1,000 more images tell that map, and 600 judge in place of 150. In all four "supported" and "not
supported" are false. In "effect" noise and encoder have three times the signal of their nulls; in "other" nulls are
views of a latent of their own, which is what directions, and a latent beside an untrained target, can tell. In "pairs"
each two of three views share two dimensions of their own, and "supported" is false of one latent; in "one" all share
four.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
from measured import promised
from scipy.stats import binomtest
from threadpoolctl import threadpool_limits

from unelib.core.cpus import cores
from unelib.evidence.claims import directions_agree, linear, one_latent, predictable, shared
from unelib.evidence.trials import Trial, matched
from unelib.evidence.verdicts import COLUMNS, PICTURES, judged_rows, trial_of

ZOOS, TRAIN, TEST, K = 200, 200, 150, 4
VIEWS, WIDTH = ("noise", "untrained noise", "pixels", "encoder", "untrained encoder"), 24
SIGNAL = dict.fromkeys(("chance", "picture", "remixed", "remixed, known"), (0.5, 0.5))
SIGNAL |= {"effect": (0.6, 0.2), "other": (0.6, 0.6)}
TARGET = ("mean AUC of z", "untrained target")  # measure and null
SHARING = ("pairs", "one")  # kinds of zoos for the claim that it is one latent
MORE = {"remixed, known": 1000}  # training images that do not learn
JUDGING = {"remixed, known": 600}  # images, in place of TEST
CONDITION = 5  # of the matrices that remix
CONTROLS = {
    "noise": {"untrained": "untrained noise", "pixels": "pixels"},
    "encoder": {"untrained": "untrained encoder", "pixels": "pixels"},
}


def planted_zoo(kind, seed):
    """What `evidence` reads of a zoo: views of one latent of four dimensions, or of others, and 12 attributes of it."""
    rng, train = np.random.default_rng([seed, list(SIGNAL).index(kind)]), TRAIN + MORE.get(kind, 0)
    n = train + (test := JUDGING.get(kind, TEST))
    z = rng.standard_normal((n, K))
    labels = pd.DataFrame(z @ rng.standard_normal((K, 12)) + 0.5 * rng.standard_normal((n, 12)) > 0).astype(int)
    views = {}
    for name in VIEWS:
        signal, own = SIGNAL[kind][name not in CONTROLS], kind == "chance" or kind == "other" and name not in CONTROLS
        of, turn = rng.standard_normal((n, K)) if own else z, np.linalg.qr(rng.standard_normal((WIDTH, K)))[0].T
        views[name] = signal * np.sqrt(WIDTH) * of @ turn + rng.standard_normal((n, WIDTH))
        if kind.startswith("remixed") and name not in CONTROLS:
            views[name] = stretched(views[name], rng)
    return SimpleNamespace(
        path="planted", views=list(views), split=np.repeat(["train", "test"], [train, test]), groups=np.arange(n),
        labels=labels.set_axis([f"a{i}" for i in range(12)], axis=1), controls=lambda view: CONTROLS.get(view, {}),
        views_of=lambda kind: ["noise" if kind == "noise" else "encoder"],
    ), views  # fmt: skip


def stretched(X, rng):
    """Rows times an invertible matrix whose singular values fall from 1 to 1 / CONDITION, at random to the signal."""
    d = X.shape[1]
    left, right = (np.linalg.qr(rng.standard_normal((d, d)))[0] for _ in range(2))
    return X @ left @ (np.geomspace(1, 1 / CONDITION, d)[:, None] * right)


class Zoo:
    """A planted zoo."""

    def __init__(self, kind, seed):
        self.told, self.X = planted_zoo(kind, seed)

    def __getattr__(self, name):
        return getattr(self.told, name)

    def __getitem__(self, view):
        return self.X[view]

    def rows(self, view, rows):
        return self.X[view][rows]

    def __len__(self):
        return len(self.labels)


def rows_of(kind, seed):
    """Rows of evidence on one planted zoo, those beside the nulls that its kind is about."""
    trial = trial_of(Zoo(kind, seed), components=K, seed=seed, n_train=TRAIN)
    with threadpool_limits(1):
        parts = (linear, predictable, shared, directions_agree) if kind in ("chance", "effect") else ()
        chance = [found for part in parts for found in part(trial)]
        trials = [] if kind == "chance" else [trial, *matched(trial)]
        plain, *halves = (
            ([found for part in PICTURES.values() for found in part(of)] for of in trials) if trials else ([], [], [])
        )
    halves = [pd.DataFrame(half, columns=COLUMNS) for half in halves]
    return judged_rows(pd.DataFrame(chance + plain, columns=COLUMNS), halves).assign(kind=kind)


def sharing_rows(kind, seed):
    """The row of evidence for one latent, beside pairs, on three planted views."""
    rng, n = np.random.default_rng([seed, len(kind)]), TRAIN + TEST
    views = {name: rng.standard_normal((n, WIDTH)) for name in "abc"}
    for group in ("abc",) if kind == "one" else ("ab", "bc", "ac"):
        z = rng.standard_normal((n, K if kind == "one" else K // 2))
        for name in group:
            views[name] += 0.5 * z @ rng.standard_normal((z.shape[1], WIDTH))
    learn, controls = np.arange(n) < TRAIN, dict.fromkeys("abc", {})
    with threadpool_limits(1):
        trial = Trial(views, pd.DataFrame(index=range(n)), learn, ~learn, ["a"], ["b", "c"], controls, components=K)
        rows = pd.DataFrame(one_latent(trial), columns=COLUMNS)
    return judged_rows(rows, [pd.DataFrame(columns=COLUMNS)] * 2).assign(kind=kind)


def rates(rows):
    """Shares of both verdicts, also by Holm and the false discovery rate, with the exact 95% interval of the first."""
    found = {"zoos": len(rows)}
    for said in ("supported", "not supported"):
        held = rows.verdict == said
        ends = binomtest(int(held.sum()), len(rows)).proportion_ci(method="exact")
        found |= {said: held.mean(), f"{said}, ends": f"{ends.low:.3f} to {ends.high:.3f}"}
        found |= {f"{said}, {name}": (held & (rows[name] <= 0.05)).mean() for name in ("holm", "fdr")}
    return pd.Series(found)


def show(rows):
    """Print the rates of one kind of zoo, by claim, measure and null."""
    with pd.option_context("display.width", 250, "display.max_columns", None, "display.max_rows", None):
        print(rates_by_null(rows).round(3), flush=True)


def rates_by_null(rows):
    """`rates` by kind of zoo, claim, measure and null."""
    return pd.DataFrame(
        {names: rates(part) for names, part in rows.groupby(["kind", "claim", "measure", "null"], sort=False)}
    ).T


def main(zoos=ZOOS, *kinds):
    """Print rates by kind of zoo, claim, measure and null; of all kinds, keep the worst false rate and least power."""
    tables = []
    with ProcessPoolExecutor(cores()) as pool:
        for kind in kinds or (*SIGNAL, *SHARING):
            tables += pool.map(partial(sharing_rows if kind in SHARING else rows_of, kind), range(zoos))
            show(pd.concat(tables[-zoos:]))
    if not kinds:
        keep(rates_by_null(pd.concat(tables)), zoos)


def keep(table, zoos):
    """Keep the worst false rate and the least power of all kinds, from `rates_by_null`."""
    null = table.loc[["chance", "picture", "remixed", "remixed, known"]]
    worst = max(null[["supported", "not supported"]].max(axis=None), table.loc["pairs"].supported.max())
    promised("evidence/false verdicts of planted nulls, the worst", float(worst), "share", most=0.05, zoos=zoos)
    effect, other, target = table.loc["effect"].supported, table.loc["other"].supported, ("shared", *TARGET)
    reads = effect.drop(target)  # beside a faint target noise reads its latent as well
    least = min(reads[["linear", "predictable", "shared"]].min(), table.loc["one"].supported.min())
    promised("evidence/power at three times the nulls' signal", float(least), "share", least=0.8, zoos=zoos)
    least = min(other["agree"].min(), other[target])
    promised(
        "evidence/power of directions and targets where nulls have a latent of their own",
        float(least),
        "share",
        least=0.8,
        zoos=zoos,
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:])
