"""The public surface as a caller's type checker sees it: never run, checked by mypy under its strictest rules.

What is asserted here is what an editor shows and what a caller may rely on. `make lint` checks it.
"""

from typing import Any, assert_type

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from unelib import (
    CCA,
    GCCA,
    UNE,
    Explorer,
    HSpace,
    ImageSet,
    LinearProbe,
    NoiseZoo,
    Procrustes,
    RelativeRepresentation,
    RidgeMap,
    Workspace,
    carried,
    choose_anchors,
    direction,
    generate,
    interpolate,
    invert,
    load_encoder,
    load_generator,
    load_images,
    load_judge,
    load_parts,
    local_basis,
    normality,
    partial_directions,
    probe_scores,
    ridge_maps,
    run,
    score_edit,
    stitched_scores,
    walk,
)
from unelib.alignment import BestView, best_view, r2_gap, r2_interval, stitched_rows
from unelib.editing import (
    Curve,
    EditReport,
    EditState,
    FailureRate,
    Failures,
    PlantedFailure,
    apply,
    climb,
    directions_of,
    flow_edit,
    importance_rate,
    lacked_targets,
    lacks,
    mean_rows,
    noise_of,
    picture_score,
    probe_and_unit,
    search_failures,
    translation_curves,
    translation_scores,
    variation_scores,
    variety_gap,
)
from unelib.explorer import History, as_python
from unelib.gaussianity import depth, depth_test
from unelib.geometry import (
    Basis,
    LocalDirections,
    block_activations,
    block_maps,
    block_names,
    classify,
    denoising_errors,
    error_encoder,
    hits,
    layer_activations,
    layer_maps,
    local_directions,
    match_errors,
    match_points,
    match_scores,
    mean_ranks,
    patch_maps,
    place_errors,
    state_maps,
    tangent_spaces,
    union_of_subspaces,
)
from unelib.inversion import Inversion, nearby_noise, solved_by, translate, variations
from unelib.linalg import (
    Direction,
    context_gains,
    density_among,
    group_coverage,
    group_diversity,
    vendi_interval,
    vendi_score,
)
from unelib.models import (
    ClassGuided,
    ConditionalLike,
    EncoderLike,
    Generator,
    GeneratorLike,
    Judge,
    JudgeLike,
    PictureEncoder,
)
from unelib.probing import InfoMEC, equal_bins, infomec, infomec_table
from unelib.stats import Interval
from unelib.worlds import continuous_factors, displaced, part_positions


def images_and_models() -> None:
    images = load_images("drawn-faces", n=20, split="train", seed=0)
    assert_type(images, ImageSet)
    assert_type(images[:5], ImageSet)
    assert_type(images.attributes, pd.DataFrame)
    train, test = load_parts("drawn-faces", 10, 5)
    assert_type(len(train) + len(test), int)
    gen, encoder, judge = load_generator("drawn-ldm", device="auto"), load_encoder("drawn-clip"), load_judge()
    assert_type(gen, Generator)
    assert_type(judge, Judge)
    assert_type(encoder.embed(images.pixels), NDArray[np.float32])
    assert_type(encoder.embed_text(["a smile"]), NDArray[np.float32])
    assert_type(judge.probabilities(np.zeros((1, 8, 8, 3), np.uint8)), NDArray[np.float32])
    kept: tuple[GeneratorLike, EncoderLike, JudgeLike] = gen, encoder, judge
    assert_type(gen.schedule(25, "karras").steps, int)
    print(kept)


def there_and_back(gen: GeneratorLike, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    found = invert(gen, pixels, steps=25, solver="ab2", grid="karras", batch_size=64)
    assert_type(found, Inversion)
    assert_type(found.noise, NDArray[np.float32])
    assert_type(found.diagnostics, pd.DataFrame)
    invert(gen, pixels, solver="rk9")  # type: ignore[arg-type]
    assert_type(solved_by(load_generator("drawn-ldm"), 10, "ddim", "leading"), Generator)
    return generate(gen, found.noise, steps=25)


def a_zoo(zoo: NoiseZoo) -> None:
    assert_type(zoo.views, list[str])
    assert_type(zoo["drawn-ldm"], NDArray[Any])
    assert_type(zoo.attributes, pd.DataFrame)
    assert_type(zoo.controls("drawn-ldm"), dict[str, str])
    assert_type(zoo.verify(), pd.DataFrame)
    zoo.views_of("text")  # type: ignore[arg-type]


def probes(X: NDArray[np.float32], Y: pd.DataFrame) -> None:
    assert_type(normality(X, tests=("anderson",), projections=100, rows=100, level=0.05, seed=0), pd.DataFrame)
    probe = LinearProbe(kind="logistic", components=None, penalty="cv").fit(X, Y)
    assert_type(probe, LinearProbe)
    LinearProbe("svm")  # type: ignore[arg-type]
    assert_type(probe_scores(probe, X, Y, intervals=True, seed=0), pd.DataFrame)


def views(X: NDArray[np.float64], X2: NDArray[np.float64], Y: pd.DataFrame, learn: NDArray[np.bool_]) -> None:
    there, back = ridge_maps(X, X2)
    assert_type(there, RidgeMap)
    assert_type(back.predict(X2), NDArray[np.float64])
    assert_type(RidgeMap().fit(X, X2), RidgeMap)
    assert_type(Procrustes().fit(X, X2), Procrustes)
    assert_type(CCA(4).fit(X, X2), CCA)
    assert_type(GCCA(4).fit([X, X2]), GCCA)
    relative = RelativeRepresentation(choose_anchors(X, 50)).fit(X)
    assert_type(relative.transform(X), NDArray[np.float64])
    stitched_scores(LinearProbe(), X, X2, Y, learn, ~learn, 50)
    assert_type(stitched_rows(X, X2, X, learn, ~learn, 50, pools=(X, X2)), dict[str, NDArray[np.float64]])
    une = UNE(components="cv").fit({"a": X, "b": X2})
    assert_type(une, UNE)
    assert_type(une.latent({"a": X}), NDArray[np.float64])


def edits(gen: GeneratorLike, noise: NDArray[np.float32], probe: LinearProbe, une: UNE, Y: pd.DataFrame) -> None:
    d = direction(probe, "Smiling", X=noise)
    assert_type(d, Direction)
    assert_type(d.aimed(-1), Direction)
    assert_type(d.without([d]), Direction)
    assert_type(d.strength(noise), float)
    assert_type(partial_directions(noise, Y), dict[Any, Direction])
    assert_type(carried(d, une, "a", "b"), Direction)
    assert_type(walk(gen, noise, d, [-3, 0, 3]), NDArray[np.uint8])
    assert_type(flow_edit(gen, gen, generate(gen, noise), steps=9, skip=2, draws=2), NDArray[np.uint8])
    report = score_edit(generate(gen, noise), generate(gen, noise), d, load_judge(), load_encoder("drawn-dino"))
    assert_type(report, EditReport)
    assert_type(report.table, pd.DataFrame)
    assert_type(lacked_targets({"Smiling": 1}, generate(gen, noise), load_judge()), dict[str, int])


def edits_as_values(zoo: NoiseZoo, gen: GeneratorLike) -> None:
    state = EditState("drawn-ldm", seed=1, strengths={"Smiling": 6}).with_(kept=["Male"])
    assert_type(state, EditState)
    assert_type(EditState.from_json(state.to_json()), EditState)
    EditState("drawn-ldm", method="magic")  # type: ignore[arg-type]
    probe, unit = probe_and_unit(state, zoo)
    assert_type(directions_of(state, probe, unit), dict[str, Direction])
    assert_type(apply(state, gen, probe, noise_of(state, gen, zoo), unit), NDArray[np.float32])
    assert_type(History(state).then(state).undone(), History[EditState])
    assert_type(as_python(state, "tour"), str)


def inside(gen: GeneratorLike, noise: NDArray[np.float32]) -> None:
    space = HSpace(gen)
    assert_type(space.rows(noise), NDArray[np.float32])
    basis = local_basis(gen, noise, 800, 3)
    assert_type(basis, Basis)
    assert_type(basis.direction(0), Direction)
    assert_type(interpolate(noise, noise, [0, 0.5, 1]), NDArray[np.float32])


def elsewhere(gen: GeneratorLike, pixels: NDArray[np.uint8], Z: NDArray[np.float32], y: NDArray[np.int64]) -> None:
    led: GeneratorLike = ClassGuided(gen, Z, y)
    made = translate(gen, led, pixels, "ode", skip=2)
    assert_type(made, NDArray[np.uint8])
    translate(gen, led, pixels, "magic")  # type: ignore[arg-type]
    some = variations(led, pixels, start="fresh", source=gen)
    assert_type(some, NDArray[np.uint8])
    assert_type(nearby_noise(Z, 0.5), NDArray[np.float32])
    encoder, judge = load_encoder("drawn-dino"), load_judge()
    scores = variation_scores(pixels, some, encoder, np.zeros(8), judge)
    assert_type(mean_rows({"a": scores}), pd.DataFrame)
    assert_type(variety_gap(scores, [scores, scores], "colour"), Interval)
    assert_type(translation_scores(pixels, made, "Smiling", judge, encoder, np.zeros(8)), pd.DataFrame)
    frontier = translation_curves(pixels, {1: made}, pixels, "Smiling", judge, encoder, np.zeros(8), -1)
    assert_type(frontier, dict[str, Curve])


def which(gen: ConditionalLike, pixels: NDArray[np.uint8]) -> None:
    assert_type(denoising_errors(gen, pixels, ["0", "1"]), NDArray[np.float64])
    assert_type(classify(gen, pixels, ["0", "1"], level=None), pd.DataFrame)
    assert_type(error_encoder(gen, ["0", "1"]), PictureEncoder)
    classify(load_generator("sd15", conditions=["a cat", "a dog"]), pixels, ["a cat", "a dog"])


def where(gen: GeneratorLike, pixels: NDArray[np.uint8], Y: pd.DataFrame, Z: NDArray[np.float32]) -> None:
    views = block_activations(gen, pixels, [100, 500.5], block_names(gen)[:2])
    assert_type(views, dict[tuple[str, float], NDArray[np.float32]])
    assert_type(layer_activations(load_encoder("drawn-dino"), pixels), dict[tuple[int, str], NDArray[np.float32]])
    maps = block_maps(gen, pixels, [100])
    assert_type(maps, dict[tuple[str, float], NDArray[np.float32]])
    assert_type(state_maps(gen, np.zeros((2, 4)), 100, ["mid_block"]), dict[str, NDArray[np.float32]])
    assert_type(layer_maps(load_encoder("drawn-dino"), pixels, [1]), dict[int, NDArray[np.float32]])
    assert_type(patch_maps(pixels, 9, every=2), NDArray[np.float32])
    places = part_positions(*load_parts("drawn-faces", 2, 2))
    assert_type(places, dict[str, NDArray[np.float64]])
    points = np.stack(list(places.values()), 1)
    assert_type(displaced(pixels, points, 4), tuple[NDArray[np.uint8], NDArray[np.float64]])
    errors = match_errors(maps["mid_block", 100], points, 64)
    assert_type(place_errors(points[::2], points[1::2], points), NDArray[np.float64])
    assert_type(match_points(maps["mid_block", 100], maps["mid_block", 100], points, 64), NDArray[np.float64])
    assert_type(hits(errors, 3.2), NDArray[np.float64])
    assert_type(match_scores(errors, 3.2), dict[str, float])
    found = best_view(views, Y)
    assert_type(found, BestView)
    assert_type(found.p, float)
    best_view(views, Z, "f1")  # type: ignore[arg-type]
    pair = RidgeMap().fit(views[found.name], Z), views[found.name]
    assert_type(r2_gap(pair, pair, Z), dict[str, float])
    assert_type(r2_interval(pair, Z), dict[str, float])


def runs(zoo: NoiseZoo, probe: LinearProbe) -> None:
    assert_type(run("recipes/drawn.yaml"), pd.DataFrame)
    assert_type(Workspace("drawn").zoo, NoiseZoo)
    print(Explorer(zoo, "drawn-ldm", probe))


def sets_of_points() -> None:
    images = load_images("drawn-faces", n=40, split="train")
    X, factors = np.zeros((40, 3)), equal_bins(continuous_factors(images, names=["x", "turn"]), 2)
    assert_type(factors, pd.DataFrame)
    assert_type(infomec(X, factors), InfoMEC)
    assert_type(infomec_table({"view": X}, factors), pd.DataFrame)
    assert_type(depth(X, distance="chord"), NDArray[np.float64])
    assert_type(depth_test(X, X, reference=X).q, Any)
    assert_type(vendi_score(X, q=2), float)
    assert_type(vendi_interval(X), Interval)
    assert_type(group_diversity(X, factors.x), pd.Series)
    assert_type(context_gains(X, X, beta=1), pd.DataFrame)
    assert_type(density_among(X, X, k=3), NDArray[np.float64])
    assert_type(group_coverage(X, X, factors, X), pd.DataFrame)


def subspaces_and_failures(gen: GeneratorLike, judge: JudgeLike, noise: NDArray[np.float32]) -> None:
    assert_type(mean_ranks(gen, noise, [500], probes="exact"), pd.DataFrame)
    assert_type(union_of_subspaces(tangent_spaces(gen, noise, 500)).subspaces, list[NDArray[np.float64]])
    assert_type(local_directions(gen, noise[:1], 500, np.eye(8, dtype=bool)), LocalDirections)
    score = picture_score(gen, lacks(judge, "Smiling"))
    found = search_failures(score, gen.latent_dim, budget=100)
    assert_type(found, Failures)
    climbed = climb(PlantedFailure(9).of_tensor, noise.reshape(len(noise), -1))
    assert_type(climbed, tuple[NDArray[np.float32], NDArray[np.float64]])
    assert_type(importance_rate(score, found.noise.mean(0)), FailureRate)
