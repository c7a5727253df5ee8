"""Edits of drawn faces by directions in noise, their side effects and cost; local bases beside power iteration."""

import sys
import warnings

import numpy as np
import pandas as pd
import torch
from measured import cpu_timed, promised, timed
from scipy.linalg import subspace_angles

from unelib import LinearProbe, direction, load_encoder, load_generator, load_images, load_judge, score_edit, walk
from unelib.editing.directions import partial_directions
from unelib.editing.trade_off import area, edited, refined
from unelib.editing.walks import move
from unelib.geometry.hooks import bottleneck
from unelib.geometry.hspace import HSpace
from unelib.geometry.jacobian import Jacobian
from unelib.geometry.pullback import local_basis
from unelib.geometry.state_walks import Midway, states_at
from unelib.inversion.deterministic import generate, invert
from unelib.worlds.faces import ATTRIBUTES, flip

HOW = {"steps": 10}
WANTED, ENTANGLED = 0.8, 0.2  # share of flips; correlation of two attributes from which on they are a pair
LACKING, STRENGTHS = 40, np.arange(1, 11)  # images that an edit is tried on, and how far
K, SIGMA_ASKED, ANGLE_ASKED = 10, 1e-4, 1e-2
PATIENCE = 300  # steps of power iteration a vector
warnings.filterwarnings("ignore", "a straight step")  # the longest are meant to be too long


def noises(gen, split, n):
    """Flat noise of n drawn faces, and the faces."""
    faces = load_images("drawn-faces", n=n, split=split)
    return invert(gen, faces.pixels, **HOW).noise.reshape(n, -1), faces


def tied(factors, name):
    """Attributes that the rules of drawing turn together with one, in any of some faces."""
    changed = (flip(factors, name).attributes != factors.attributes).any(0)
    return {other for other, together in zip(ATTRIBUTES, changed) if together and other != name}


def up_to_wanted(gen, noise, before, d, name, judge, encoder):
    """Reports by strength (s,) of all images, each stronger than the last, until enough targets flip."""
    reports = [score_edit(before, before, name, judge, encoder)]
    for strength in STRENGTHS:
        after = walk(gen, noise, d, [strength], **HOW)[0]
        reports.append(score_edit(before, after, name, judge, encoder))
        if reports[-1].target_flips >= WANTED:
            break
    return reports


def at_wanted(reports, values):
    """By image, values (s, n, ...) where the share of flips reaches what is wanted, linear between the strengths."""
    flips = [report.target_flips for report in reports[-2:]]
    part = (WANTED - flips[0]) / (flips[1] - flips[0])
    return values[-2] + part * (values[-1] - values[-2])


def scored(gen, noise, before, d, name, others, judge, encoder):
    """Strength, drift of others (n, m), identity (n,) where 80 % of images flip; None if they never do."""
    reports = up_to_wanted(gen, noise, before, d, name, judge, encoder)
    if reports[-1].target_flips < WANTED:
        return None
    columns = [judge.attributes.index(other) for other in others]
    drift = at_wanted(reports, [np.abs(r.after - r.before)[:, columns] for r in reports])
    return at_wanted(reports, np.arange(len(reports))), drift, at_wanted(reports, [r.likeness for r in reports])


def edits(n_train=4000, n_test=200):
    """A table by attribute and way: strength, drift of entangled pairs, identity; and the drift by image and pair.

    The drift is (n_test, pairs), NaN in images that the edit was not tried on.
    """
    gen, judge, encoder = load_generator("drawn-ldm"), load_judge(), load_encoder("drawn-dino")
    X, learn = noises(gen, "train", n_train)
    held, faces = noises(gen, "test", n_test)
    probe, partial = LinearProbe("mean-difference").fit(X, learn.attributes), partial_directions(X, learn.attributes)
    write = {name: direction(probe, name, X=X) for name in ATTRIBUTES}
    alike, pictures, rows, pooled = learn.attributes.corr().abs(), generate(gen, held, **HOW), {}, {}
    for name in ATTRIBUTES:
        lacks = np.flatnonzero(judge.probabilities(pictures)[:, judge.attributes.index(name)] <= 0.5)[:LACKING]
        free = [o for o in ATTRIBUTES if o != name and o not in tied(faces.factors[lacks], name)]
        pairs = [o for o in free if alike.loc[name, o] >= ENTANGLED]
        ways = {"as it is": write[name], "others held": partial[name]}
        ways["orthogonal"] = write[name].without([write[o] for o in free]).scaled_by(X)
        for way, d in ways.items():
            found = scored(gen, held[lacks], pictures[lacks], d, name, pairs, judge, encoder)
            if found is not None:
                strength, drift, likeness = found
                values = [strength, drift.mean() if pairs else np.nan, len(pairs), likeness.mean()]
                rows[name, way] = dict(zip(["strength", "drift", "pairs", "identity"], values))
                pooled[name, way] = np.full((n_test, len(pairs)), np.nan)
                pooled[name, way][lacks] = drift
        print(f"  {name}", file=sys.stderr)
    return pd.DataFrame.from_dict(rows, orient="index"), pooled


def means(pooled, names, way, counts):
    """Mean drift of all pairs, and mean over attributes of that of their pairs, images weighed by counts (n,)."""
    by_name = []
    for drift in (pooled[name, way] for name in names):
        tried = np.isfinite(drift[:, 0])
        by_name.append(counts[tried] @ drift[tried] / counts[tried].sum())
    return np.array([np.concatenate(by_name).mean(), np.mean([pairs.mean() for pairs in by_name])])


def show_edits():
    """The table, and the figures that are asked for."""
    table, pooled = edits()
    print(f"edits of drawn-ldm's noise where {WANTED:.0%} of the images that lack the attribute have it after")
    print(table.unstack().swaplevel(axis=1).sort_index(axis=1).round(2).to_string())
    for way in ("orthogonal", "others held"):
        kept = table.xs(way, level=1)
        kept = kept[kept.identity >= 0.8]
        both = [name for name in kept.index if (name, "as it is") in pooled and pooled[name, way].size]
        ratio = lambda counts: means(pooled, both, way, counts) / means(pooled, both, "as it is", counts)  # noqa: B023
        n, pairs = len(pooled[both[0], way]), sum(pooled[name, way].shape[1] for name in both)
        counts = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), 1000).astype(float)
        values, ends = ratio(np.ones(n)), np.quantile([ratio(drawn) for drawn in counts], [0.025, 0.975], axis=0)
        told = ", ".join(kept.index)
        print(f"{way}: {told}")
        promised(f"edit/attributes, {way}", len(kept), f"flip {WANTED:.0%}, identity .8", least=12)
        for by, value, low, high in zip((f"{pairs} entangled pairs", f"{len(both)} attributes"), values, *ends):
            promised(f"edit/drift, {way}, {by}", value, "x that before", most=0.5, low=low, high=high)


def power_iteration(J, truth, sigma, k):
    """Vectors one after the other by power iteration, each until it is as good as asked or time is up; rows (k, d)."""
    found, rng = [], np.random.default_rng(0)
    for i in range(k):
        v = rng.standard_normal(J.columns)
        for _ in range(PATIENCE):
            for other in found:
                v -= other * (other @ v)
            v /= np.linalg.norm(v)
            w = J.forward(v[None])
            if abs(np.linalg.norm(w) / sigma[i] - 1) < SIGMA_ASKED and angle(v, truth[:k]) < ANGLE_ASKED / np.sqrt(k):
                break
            v = J.backward(w / np.linalg.norm(w))[0]
        found.append(v / np.linalg.norm(v))
    return np.stack(found)


def angle(v, rows):
    """Angle between a unit vector and the span of orthonormal rows."""
    return np.arcsin(min(np.linalg.norm(v - rows.T @ (rows @ v)), 1.0))


def explicit(J, block=64):
    """The Jacobian (rows, columns), a block of columns at a time."""
    parts = np.array_split(np.eye(J.columns), J.columns // block)
    return np.concatenate([J.forward(part) for part in parts]).T


def show_bases():
    """Singular values and angles beside the explicit Jacobian's; products and time beside power iteration."""
    gen = load_generator("drawn-ldm")
    noise = torch.Generator().manual_seed(0)
    noise = torch.randn(1, *gen.latent_shape, generator=noise).numpy()
    for asked in (999, 800, 500, 200):
        x, t = states_at(gen, noise, asked, **HOW)
        make = lambda: Jacobian(lambda x: bottleneck(gen, x, t), torch.from_numpy(x))  # noqa: B023
        seconds, J = timed(lambda: explicit(make()))  # noqa: B023
        _, sigma, truth = np.linalg.svd(J, full_matrices=False)
        ours, basis = timed(lambda: local_basis(gen, x, t, K), rounds=3)  # noqa: B023
        rival = make()
        theirs, vectors = timed(lambda: power_iteration(rival, truth, sigma, K))  # noqa: B023
        off = np.abs(basis.sigma / sigma[:K] - 1).max()
        angles = [subspace_angles(rows.T, truth[:K].T).max() for rows in (basis.v, vectors)]
        gap, fewer = 1 - sigma[K] / sigma[K - 1], rival.products / basis.products
        print(f"local_basis at t = {t:.0f}, where a gap of {gap:.2%} follows the tenth value")
        row, peers = f"basis, t {t:.0f}", {"seconds": ours, "power iteration's": theirs, "Jacobian's": seconds}
        promised(f"{row}/singular values", off, "of their value", most=SIGMA_ASKED)
        promised(f"{row}/angle", angles[0], "radians", most=ANGLE_ASKED, power=angles[1])
        promised(f"{row}/products", fewer, "x as many by power iteration", least=2.5, **peers)


def show_round_trips():
    """Steps of nothing, and there and back."""
    gen = load_generator("drawn-ldm")
    X, faces = noises(gen, "test", 40)
    d = direction(LinearProbe("mean-difference").fit(X, faces.attributes["Smiling"]), "Smiling", X=X)
    same = (walk(gen, X, d, [0.0], **HOW)[0] == generate(gen, X, **HOW)).all()
    back = {p: np.abs(move(move(X, d, 3, p), d, -3, p) - X).max() for p in ("straight", "norm", "geodesic")}
    told = ", ".join(f"{path} {error:.0e}" for path, error in back.items())
    print(f"strength 0 is the round trip exactly: {same}; +3 then -3: {told} (asked: 1e-5)")


def show_areas(n_train=400, n_test=60, limit=0.1):
    """Areas of the plain direction by how many strengths between 0 and 9 are tried, with turns looked for or not."""
    gen, judge = load_generator("drawn-ldm"), load_judge("drawn-judge")
    X, faces = noises(gen, "train", n_train)
    noise, _ = noises(gen, "test", n_test)
    before, targets = generate(gen, noise, **HOW), {"Smiling": 1, "Young": -1, "Eyeglasses": 1}
    probe = LinearProbe("mean-difference").fit(X, faces.attributes[list(targets)])
    ways = {target: direction(probe, target, X=X) for target in targets}
    methods = {"plain": (np.arange(1, 13) * 0.75, lambda t, rows, s: walk(gen, noise[rows], ways[t], s, **HOW))}
    reports = edited(methods, before, targets, judge)["plain"]
    for halvings in (0, 4):
        found = {}
        for count in (3, 6, 12):
            kept = {t: dict(sorted(by.items())[12 // count - 1 :: 12 // count]) for t, by in reports.items()}
            curves = refined({"plain": kept}, methods, before, targets, judge, halvings)["plain"]
            found[count] = np.array([area(part, limit) for part in curves.values()])
        told = "; ".join(f"{count} strengths {values.mean():.3f}" for count, values in found.items())
        moves = max(np.abs(found[a] - found[b]).max() for a, b in ((3, 6), (6, 12)))
        mean = max(abs((found[a] - found[b]).mean()) for a, b in ((3, 6), (6, 12)))
        print(f"edit: area, {halvings} halvings: {told}; a target's moves by {moves:.3f}")
        promised(f"edit/area, {halvings} halvings", mean, "moves by the strengths", most=0.01 if halvings else None)


def some_methods(gen, X, attributes, noise):
    """Methods in noise, in the bottleneck and in states midway, each by labels and by shuffled ones."""
    space, midway, methods = HSpace(gen, **HOW), Midway(gen, noise, 800, **HOW), {}
    H, radius = space.rows(X), np.sqrt(gen.latent_dim)
    for name, known in {"labels": attributes, "shuffled": attributes.sample(frac=1, random_state=0)}.items():
        known = known.set_axis(attributes.index)
        probe, inner = (LinearProbe("mean-difference").fit(rows, known) for rows in (X, H))
        ways = {t: direction(probe, t, X=X) for t in known}
        turns = {t: direction(inner, t, X=H) for t in known}
        own = {t: np.repeat(d.vector[None], len(noise), 0) for t, d in ways.items()}
        methods[name] = [3, 6, 9], lambda t, rows, s, ways=ways: walk(gen, noise[rows], ways[t], s, **HOW)
        methods[f"{name}, h"] = [4, 8, 12], lambda t, rows, s, turns=turns: space.walk(noise[rows], turns[t], s)
        at_t = lambda t, rows, s, own=own: midway[rows].walk(own[t][rows], radius * np.asarray(s))
        methods[f"{name}, state"] = [0.1, 0.2, 0.3], at_t
    return methods


def show_floor(n_train=200, n_test=24, batch=64):
    """CPU time of `edited` and `refined`, and of as many bare passes of denoiser and decoder in full batches."""
    gen, judge, encoder = load_generator("drawn-ldm"), load_judge("drawn-judge"), load_encoder("drawn-dino")
    X, faces = noises(gen, "train", n_train)
    noise, _ = noises(gen, "test", n_test)
    before, targets = generate(gen, noise, **HOW), {"Smiling": 1, "Young": -1, "Eyeglasses": 1}
    methods = some_methods(gen, X, faces.attributes[list(targets)], noise)
    predict, to_image, asked, shown = gen.predict, gen.to_image, [], []
    gen.predict = lambda x, t, condition: asked.append(len(x)) or predict(x, t, condition)
    gen.to_image = lambda latent: shown.append(len(latent)) or to_image(latent)
    tried = lambda: edited(methods, before, targets, judge, encoder)
    spent, _ = cpu_timed(lambda: refined(tried(), methods, before, targets, judge))
    x = torch.from_numpy(np.resize(noise, (batch, *gen.latent_shape)))
    with torch.inference_mode():
        floor, _ = cpu_timed(lambda: [predict(x, 500.0, {}) for _ in range(round(sum(asked) / batch))])
        decoded, _ = cpu_timed(lambda: [to_image(x) for _ in range(round(sum(shown) / batch))])
    beside = {"pictures": sum(shown), "evaluations": sum(asked), "calls": len(asked), "CPU seconds": spent}
    promised(
        "edit/edited and refined", spent / (floor + decoded), "x bare networks, CPU time", most=1.2, floor=1, **beside
    )


if __name__ == "__main__":
    show_floor()
    show_areas()
    show_round_trips()
    show_bases()
    show_edits()
